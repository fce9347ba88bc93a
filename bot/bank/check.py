"""`python -m bot check`: everything about the bank that a program can find, before people do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from bot.bank import loader, plan
from bot.bank.alike import alike
from bot.bank.loader import File
from bot.bank.quality import Finding, findings
from bot.bank.schema import DIFFICULTIES, TYPES, Question, Topic
from bot.bank.yamlfile import Path as At
from bot.bank.yamlfile import Problem

COLUMN = 14
# Shares of stems in common. Of hundreds of questions those most alike that are meant to differ have 0.28 (prompts) and 0.43 (points).
ALIKE_PROMPTS, ALIKE_POINTS = 0.4, 0.5


def run(paths: Sequence[Path], questions_dir: Path, *, strict: bool, as_json: bool) -> int:
    """Print every problem, or the table of the bank. Returns the exit code: 1 with errors, or with warnings under `strict`."""
    files, problems = loader.read(paths or [questions_dir])
    topics = [file.topic for file in files if file.topic is not None]
    # Part of a bank lacks what the rest has, so that a plan is looked at with the whole alone.
    problems = sorted({*problems, *_semantic(files), *_alike(files), *([] if paths else _planned(files))})
    failed = any(strict or not problem.warning for problem in problems)
    if as_json:
        listed = [{"file": p.file, "line": p.line, "level": "warning" if p.warning else "error", "message": p.message} for p in problems]
        print(orjson.dumps({"problems": listed, "counts": _counts(topics)}, option=orjson.OPT_INDENT_2).decode())
        return int(failed)
    for problem in problems:
        print(problem)
    if not failed:
        print(table(topics))
    return int(failed)


def table(topics: Sequence[Topic]) -> str:
    """Topics × difficulty × type: in each cell the questions that are technical, system design and behavioral."""
    width = max([len("Topic"), *(len(topic.id) for topic in topics)])
    rows = ["Topic".ljust(width) + "".join(difficulty.rjust(COLUMN) for difficulty in (*DIFFICULTIES, "all"))]
    total: Counter[tuple[str, str]] = Counter()
    for topic in topics:
        cells: Counter[tuple[str, str]] = Counter((question.difficulty, question.type) for question in topic.questions)
        total += cells
        rows.append(_row(topic.id.ljust(width), cells))
    rows += [_row("all".ljust(width), total), "In each cell: technical / system design / behavioral."]
    return "\n".join(rows)


def _row(name: str, cells: Counter[tuple[str, str]]) -> str:
    per_difficulty = [[cells[difficulty, kind] for kind in TYPES] for difficulty in DIFFICULTIES]
    counted = [" / ".join(map(str, counts)) for counts in per_difficulty]
    return name + "".join(cell.rjust(COLUMN) for cell in (*counted, str(cells.total())))


def _counts(topics: Sequence[Topic]) -> dict[str, dict[str, dict[str, int]]]:
    return {
        topic.id: {
            difficulty: {kind: sum((question.difficulty, question.type) == (difficulty, kind) for question in topic.questions) for kind in TYPES}
            for difficulty in DIFFICULTIES
        }
        for topic in topics
    }


def _semantic(files: Sequence[File]) -> Iterator[Problem]:
    """What is found in the questions that are in good shape, those of files with other problems too."""
    titles: dict[str, Question] = {}
    for file in files:
        skills: set[str] = set()
        if file.topic is not None:
            skills = {skill.id for skill in file.topic.skills}
            yield from (_problem(file, finding) for finding in plan.repeated_skills(file.topic))
        for index, question in file.questions():
            yield from (_problem(file, finding, index, question) for finding in findings(question, skills))
            first = titles.setdefault(question.title.casefold(), question)
            if first is not question:
                yield _problem(file, Finding(("title",), f"the title is that of `{first.id}` too"), index, question)


def _planned(files: Sequence[File]) -> Iterator[Problem]:
    for file in files:
        if file.topic is not None:
            yield from (_problem(file, finding) for finding in plan.gaps(file.topic))


def _alike(files: Sequence[File]) -> Iterator[Problem]:
    """Prompts, and rubric points of different questions, that are nearly the same."""
    questions = [(file, index, question) for file in files for index, question in file.questions()]
    for first, second in alike([question.prompt for _, _, question in questions], ALIKE_PROMPTS):
        told = f"nearly the prompt of {_there(*questions[first], ('prompt',))}: ask something else, or take one of the two out"
        yield _problem(questions[second][0], Finding(("prompt",), told, warning=True), *questions[second][1:])
    points = [(each, number, point) for each in questions for number, point in enumerate(each[2].rubric)]
    for first, second in alike([point.point for _, _, point in points], ALIKE_POINTS):
        (one, its_number, _), (other, number, _) = points[first], points[second]
        if one[2] is other[2]:
            continue  # two points of one question are compared by what is heard of them
        told = f"nearly the point of {_there(*one, ('rubric', its_number, 'point'))}: say what it means in this question"
        yield _problem(other[0], Finding(("rubric", number, "point"), told, warning=True), *other[1:])


def _problem(file: File, finding: Finding, index: int | None = None, question: Question | None = None) -> Problem:
    """A finding where it stands: in a question, or in the header of its file."""
    at = finding.path if index is None else ("questions", index, *finding.path)
    about = "" if question is None else f"{question.id}: "
    return Problem(file.name, file.document.line(at), about + finding.message, finding.warning)


def _there(file: File, index: int, question: Question, path: At) -> str:
    return f"`{question.id}` ({file.name}:{file.document.line(('questions', index, *path))})"
