"""`python -m bot check`: everything about the bank that a program can find, before people do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from bot.bank import loader
from bot.bank.loader import File
from bot.bank.quality import findings
from bot.bank.schema import DIFFICULTIES, TYPES, Question, Topic
from bot.bank.yamlfile import Problem

COLUMN = 14


def run(paths: Sequence[Path], questions_dir: Path, *, strict: bool, as_json: bool) -> int:
    """Print every problem, or the table of the bank. Returns the exit code: 1 with errors, or with warnings under `strict`."""
    files, problems = loader.read(paths or [questions_dir])
    topics = [file.topic for file in files if file.topic is not None]
    problems = sorted({*problems, *_semantic(files)})
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
        skills = {skill.id for skill in file.topic.skills} if file.topic is not None else set()
        for index, question in file.questions():
            base = ("questions", index)
            for finding in findings(question, skills):
                yield Problem(file.name, file.document.line((*base, *finding.path)), f"{question.id}: {finding.message}", finding.warning)
            first = titles.setdefault(question.title.casefold(), question)
            if first is not question:
                yield Problem(file.name, file.document.line((*base, "title")), f"{question.id}: the title is that of `{first.id}` too")
