"""From the bytes of a YAML file to plain values, by PyYAML's C parser and nothing that could run code.

The events of the parser are put together here rather than by a loader, since a question file is data of a narrow kind: no anchors, aliases or tags,
little nesting, text and whole numbers only. That refuses what a loader would crash on before it is built, and costs less than building nodes.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

MOST_BYTES = 1 << 20  # of one file
DEEPEST = 50  # levels of nesting; a question file has 6
MOST_COLLECTIONS = 20_000  # lists and mappings in a file; 1 MiB of questions has some 3,000, and each may become a dozen problems to explain
SHOWN = 60  # characters of what an author wrote that a message repeats
TOO_DEEP = f"more than {DEEPEST} levels of nesting: a question file has 6"
EMPTY = "the file is empty: it needs a topic and its questions"
TRICKS = "anchors (&), aliases (*) and tags (!) are not allowed: write the text out, in quotes where it begins so"
MISREAD = {
    "tag:yaml.org,2002:bool": "YAML reads {} as true or false: put it in quotes",
    "tag:yaml.org,2002:null": "YAML reads {} as no value: put it in quotes",
    "tag:yaml.org,2002:timestamp": "YAML reads {} as a date: put it in quotes",
    "tag:yaml.org,2002:merge": "{} merges mappings in YAML, which is not allowed here: write the keys out",
    "tag:yaml.org,2002:value": "{} has a meaning of its own in YAML: put it in quotes",
}
MISREAD_NUMBER = "YAML reads {} as a number that is not a plain whole one: put text in quotes, write a number in digits"
# What the parser says, and what an author most likely did.
HINTS = {
    "mapping values are not allowed in this context": "put text with a colon in quotes, or indent the line like those beside it",
    "found character that cannot start any token": "put text that begins with such a sign in quotes",
    "did not find expected key": "indent the line like those beside it, or look for a quote that ends too early",
    "did not find expected '-' indicator": "indent the line like those beside it",
    "found unexpected end of stream": "the quote that opens here is not closed",
}
NO_VALUE = "{} has no value: write one, or remove the line"
_INT = "tag:yaml.org,2002:int"
_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,8})")  # not octal, not 1_000, and no longer than any field needs
# What no text needs: tabs, control characters, and the breaks that only some programs take for the end of a line.
_CONTROL = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. `warning` is for what may be meant so."""

    file: str
    line: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'warning: ' if self.warning else ''}{self.message}"


class Unreadable(Exception):  # noqa: N818 - caught by the loader alone
    """Nothing can be made of the file beyond this line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(slots=True)
class Document:
    """A file's value, the line of each key and item by its path, and what is wrong with single keys and values, by line and path."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[tuple[int, Path, str]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Where a value stands; for one that is missing, where the mapping begins that should have it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def as_shown(text: str) -> str:
    """What an author wrote, fit for one line of a message."""
    clipped = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return f"`{''.join(sign if sign.isprintable() else ' ' for sign in clipped)}`"


def decode(data: bytes) -> str:
    """The text of a file. Unreadable: empty, not UTF-8, or with tabs or control characters."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(data.count(b"\n", 0, error.start) + 1, "this is not UTF-8 text: save the file as UTF-8") from None
    if not text.strip():
        raise Unreadable(1, EMPTY)
    if (found := _CONTROL.search(text)) is not None:
        raise Unreadable(text.count("\n", 0, found.start()) + 1, _control_message(found[0]))
    return text


def _control_message(sign: str) -> str:
    return "there is a tab: use spaces" if sign == "\t" else f"there is a control character (U+{ord(sign):04X}): remove it"


def parse(text: str, *, with_lines: bool) -> Document:
    """Put the values of one document together. Lines are kept only where they are asked for, to report problems. Unreadable: not such a file."""
    document = Document()
    builder = _Builder(document, with_lines=with_lines)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        problem = str(error.problem or error.context)
        hint = HINTS.get(problem)
        unclosed = "end of stream" in problem  # seen at the end of the file, which tells nobody where the quote is
        mark = (unclosed and error.context_mark) or error.problem_mark or error.context_mark
        # The parser looks ahead, and has a limit of its own, which it may reach before its events reach ours.
        line = min(mark.line + 1, len(text.splitlines())) if mark else 1  # what is missing at the end is missed behind it
        told = f"this is not valid YAML: {problem}" + (f" ({hint})" if hint else "")
        raise Unreadable(line, TOO_DEEP if "nesting depth" in problem else told) from None
    except yaml.YAMLError as error:
        raise Unreadable(1, f"this is not valid YAML: {getattr(error, 'reason', 'it cannot be read')}") from None
    if document.value is None or document.value == "":
        raise Unreadable(1, EMPTY)
    return document


class _Builder:
    """Keeps a stack of open collections instead of recursing, so that no nesting can exhaust it."""

    def __init__(self, document: Document, *, with_lines: bool) -> None:
        self.document = document
        self.with_lines = with_lines
        self.stack: list[dict[str, Any] | list[Any]] = []
        self.path: list[str | int | None] = []  # for each open list how many items it has, for each mapping the key that waits for its value
        self.documents = 0
        self.collections = 0

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._open({}, event)
        elif kind is yaml.SequenceStartEvent:
            self._open([], event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self.stack.pop()
            self.path.pop()
            self._placed()
        elif kind is yaml.AliasEvent:
            self._report(event, TRICKS)
            self._add("", event)
        elif kind is yaml.DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                raise Unreadable(event.start_mark.line + 1, "a second document begins here (`---`): one file holds one topic")

    def _scalar(self, event: Any) -> None:
        value = event.value
        if event.tag is not None or event.anchor is not None:
            self._report(event, TRICKS)
        elif event.implicit[0]:  # plain: neither quotes nor a block
            value = self._plain(value, event)
        elif event.style == '"' and (found := _CONTROL.search(value)) is not None:  # written as an escape
            self._report(event, _control_message(found[0]))
        self._add(value, event)

    def _plain(self, value: str, event: Any) -> str | int:
        """What an unquoted scalar is by YAML 1.1; text unless one of its resolvers matches."""
        if not value:
            key = self.path[-1] if self.path else None
            self._report(event, NO_VALUE.format("this item" if key is None or isinstance(key, int) else as_shown(key)))
            return value
        for tag, pattern in _RESOLVERS.get(value[0], ()):
            if pattern.match(value):
                if tag == _INT and _WHOLE.fullmatch(value):
                    return int(value)
                self._report(event, MISREAD.get(tag, MISREAD_NUMBER).format(as_shown(value)), key=value)
                return value
        return value

    def _awaits_key(self) -> bool:
        return bool(self.path) and self.path[-1] is None

    def _open(self, collection: dict[str, Any] | list[Any], event: Any) -> None:
        if event.tag is not None or event.anchor is not None:
            self._report(event, TRICKS)
        if len(self.stack) >= DEEPEST:
            raise Unreadable(event.start_mark.line + 1, TOO_DEEP)
        self.collections += 1
        if self.collections > MOST_COLLECTIONS:
            raise Unreadable(event.start_mark.line + 1, f"more than {MOST_COLLECTIONS:,} lists and mappings: split the topic")
        if self._awaits_key():
            raise Unreadable(event.start_mark.line + 1, "a list or mapping where a key belongs: a key is a word before a colon")
        self._place(collection, event)
        self.stack.append(collection)
        self.path.append(None if isinstance(collection, dict) else 0)

    def _add(self, value: str | int, event: Any) -> None:
        if self._awaits_key():
            self._key(str(value), event)
        else:
            self._place(value, event)
            self._placed()

    def _key(self, key: str, event: Any) -> None:
        if key in self.stack[-1]:
            self._report(event, f"the key {as_shown(key)} stands twice in the same mapping", key=key)
        self.path[-1] = key
        if self.with_lines:
            self.document.lines[self._here()] = event.start_mark.line + 1

    def _place(self, value: Any, event: Any) -> None:
        """Put a value, a collection still empty, where the path points."""
        if not self.stack:
            self.document.value = value
        elif isinstance(top := self.stack[-1], list):
            top.append(value)
        else:
            top[str(self.path[-1])] = value
            return  # its line is that of its key
        if self.with_lines:
            self.document.lines[self._here()] = event.start_mark.line + 1

    def _placed(self) -> None:
        """Go on to the next item or key, the value before it being complete."""
        if self.path:
            at = self.path[-1]
            self.path[-1] = at + 1 if isinstance(at, int) else None

    def _report(self, event: Any, message: str, key: str = "") -> None:
        self.document.problems.append((event.start_mark.line + 1, self._here(key), message))

    def _here(self, key: str = "") -> Path:
        """The path of the value or key that is being read; `key` is the one that its mapping still waits for."""
        return tuple([key if at is None else at for at in self.path])
