"""From question files to the bank: every problem of every file at once, with its line."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.bank import yamlfile
from bot.bank.bank import Bank
from bot.bank.explain import misshapen
from bot.bank.schema import Question, Topic
from bot.bank.yamlfile import Document, Problem, Unreadable, as_shown
from bot.errors import Refused

SUFFIX = ".yaml"
NEAR_SUFFIXES = (".yaml", ".yml")  # in any case; all but the first are to be renamed
MOST_PROBLEMS = 1_000  # of one file that are listed; no author reads more at once


class BankProblems(Refused):
    """The bank cannot be used as it is; the text has a line for each problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)  # without slots, which have no place for what `cached_property` keeps
class File:
    """A question file that could be parsed; `topic` is None when its shape is wrong."""

    name: str  # as it is shown
    text: str
    value: Any
    topic: Topic | None

    @cached_property
    def document(self) -> Document:
        """The same file with its lines, to say where something stands."""
        return yamlfile.parse(self.text, with_lines=True)

    def questions(self) -> Iterator[tuple[int, Question]]:
        """The questions that are in good shape, each with its place in the file; others of the file may not be."""
        if self.topic is not None:
            yield from enumerate(self.topic.questions)
            return
        for index, question in _raw_questions(self.value):
            try:
                yield index, Question.model_validate(question)
            except ValidationError:
                continue  # it has been explained with its file


def load(directory: Path) -> Bank:
    """The bank in a folder, its topics by their names. BankProblems: a line for every problem of its schema; how good it is is not looked for."""
    files, problems = read([directory])
    if problems:
        raise BankProblems(problems)
    topics = [file.topic for file in files if file.topic is not None]
    return Bank.build(sorted(topics, key=lambda topic: topic.name.casefold()))  # people read the names; files have ids


def read(paths: Iterable[Path]) -> tuple[list[File], list[Problem]]:
    """The files behind paths, a folder standing for all in and below it, and all problems in the order of files and lines."""
    files: list[File] = []
    problems: list[Problem] = []
    known: set[tuple[int, int]] = set()  # device and inode: a file named twice is read once
    for path in paths:
        found, wrong = _files_of(path)
        problems += wrong
        for one in found:
            try:
                about = one.stat()
            except OSError as error:
                problems.append(_unopened(one, error))
                continue
            if (about.st_dev, about.st_ino) not in known:
                known.add((about.st_dev, about.st_ino))
                file, wrong = _read_file(one, about)
                problems += wrong
                files += [file] if file is not None else []
    problems += _duplicates(files)
    return files, sorted(set(problems))


def shown(path: Path) -> str:
    """A path as the author knows it: from where they stand, if it lies below. Always a single line."""
    try:
        name = str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        name = str(path)
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name)


def _files_of(path: Path) -> tuple[list[Path], list[Problem]]:
    """The question files that a path stands for. Names that begin with a dot are left to editors and version control."""
    try:
        if not stat.S_ISDIR(path.stat().st_mode):
            return [path], []
    except OSError as error:
        return [], [_unopened(path, error)]
    found: list[Path] = []
    errors: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=errors.append):
        # A folder that is called like a file is taken for one, which is then explained.
        found += [Path(folder, name) for name in sorted(names + folders) if name[0] != "." and Path(name).suffix.lower() in NEAR_SUFFIXES]
        folders[:] = sorted(name for name in folders if name[0] != "." and Path(name).suffix.lower() not in NEAR_SUFFIXES)
    wrong = [_unopened(Path(error.filename), error) for error in errors]
    if not found and not wrong:
        wrong = [Problem(shown(path), 1, f"there is no question file (*{SUFFIX}) in this folder")]
    return found, wrong


def _unopened(path: Path, error: OSError) -> Problem:
    return Problem(shown(path), 1, "no such file or folder" if isinstance(error, FileNotFoundError) else f"it cannot be read: {error.strerror}")


def _read_file(path: Path, about: os.stat_result) -> tuple[File | None, list[Problem]]:
    """One file, None if nothing can be made of it. Only regular files are opened: a pipe would wait for ever."""
    name = shown(path)
    if not stat.S_ISREG(about.st_mode):
        return None, [Problem(name, 1, "this is a folder, not a file" if stat.S_ISDIR(about.st_mode) else "this is not a regular file")]
    misnamed = [] if path.suffix == SUFFIX else [Problem(name, 1, f"question files end in {SUFFIX}: rename it")]
    if misnamed and path.suffix.lower() not in NEAR_SUFFIXES:
        return None, misnamed
    if about.st_size > yamlfile.MOST_BYTES:
        return None, [*misnamed, Problem(name, 1, f"the file is larger than 1 MiB ({about.st_size:,} bytes): split the topic")]
    try:
        with path.open("rb") as stream:
            text = yamlfile.decode(stream.read(yamlfile.MOST_BYTES))
        document = yamlfile.parse(text, with_lines=False)
    except OSError as error:
        return None, [*misnamed, _unopened(path, error)]
    except Unreadable as problem:
        return None, [*misnamed, Problem(name, problem.line, problem.message)]
    topic = None if document.problems else _validated(document.value, path)
    file = File(name, text, document.value, topic)
    return file, misnamed if topic is not None else [*misnamed, *_explained(file, path)]


def _validated(value: Any, path: Path) -> Topic | None:
    try:
        topic = Topic.model_validate(value)
    except ValidationError:
        return None
    return topic if topic.id == path.stem else None


def _explained(file: File, path: Path) -> list[Problem]:
    """What is wrong with a file that is YAML but no topic, in an author's words."""
    value, document = file.value, file.document
    found = [(line, message) for line, _, message in document.problems]
    if isinstance(value, dict):
        topic = value.get("topic")
        if isinstance(topic, str) and topic != path.stem:
            message = f"the topic {as_shown(topic)} stands in the file {as_shown(path.name)}: rename one of the two"
            found.append((document.line(("topic",)), message))
        found += misshapen(document)
    elif not found:
        found = [(document.line(()), "a list or text where a mapping belongs: a file begins with `topic:`, `name:`, `scope:` and `questions:`")]
    problems = [Problem(file.name, line, message) for line, message in sorted(set(found))]
    if len(problems) > MOST_PROBLEMS:
        rest = Problem(
            file.name, problems[MOST_PROBLEMS].line, f"from here on there are {len(problems) - MOST_PROBLEMS:,} more: mend those above first"
        )
        return [*problems[:MOST_PROBLEMS], rest]
    return problems


def _duplicates(files: Sequence[File]) -> Iterator[Problem]:
    """Ids that stand twice, with where the first of them is."""
    first: dict[tuple[str, str], tuple[File, yamlfile.Path]] = {}
    for file in files:
        for kind, name, path in _ids(file):
            other, other_path = first.setdefault((kind, name), (file, path))
            if other is not file or other_path != path:
                there = f"{other.name}:{other.document.line(other_path)}"
                yield Problem(file.name, file.document.line(path), f"the {kind} id {as_shown(name)} is taken: it stands at {there} too")


def _ids(file: File) -> Iterator[tuple[str, str, yamlfile.Path]]:
    if file.topic is not None:  # else it may be named after another, which has been said
        yield "topic", file.topic.id, ("topic",)
    for index, question in _raw_questions(file.value):
        if isinstance(question.get("id"), str):
            yield "question", question["id"], ("questions", index, "id")


def _raw_questions(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    questions = value.get("questions") if isinstance(value, dict) else None
    for index, question in enumerate(questions if isinstance(questions, list) else []):
        if isinstance(question, dict):
            yield index, question
