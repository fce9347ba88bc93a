"""What is wrong with the shape of a question file, in an author's words rather than the validator's."""

import difflib
from collections.abc import Iterator
from functools import lru_cache

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.bank.schema import Clarification, FollowUp, Levels, Matrix, Part, Question, Reference, RubricPoint, Skill, Topic
from bot.bank.yamlfile import SHOWN, Document, Path, as_shown

WORDS = ("id", "topic", "skills")  # keys whose values are such words
WORD_SHAPE = "lower-case words and digits joined by hyphens, such as `late-labels`"
# Which model a mapping is checked against, by the key of the collection it stands in.
MODELS: dict[str, type[Part]] = {
    "questions": Question,
    "rubric": RubricPoint,
    "clarifications": Clarification,
    "follow_ups": FollowUp,
    "levels": Levels,
    "references": Reference,
    "skills": Skill,
    "matrix": Matrix,
}


def misshapen(document: Document) -> Iterator[tuple[int, str]]:
    """Where a file's value departs from the schema: for each place the line, and what to mend."""
    try:
        Topic.model_validate(document.value)
    except ValidationError as error:
        misread = {path for _, path, _ in document.problems}
        for detail in error.errors(include_url=False):
            at = tuple(detail["loc"])
            if at in misread:
                continue  # said already, and better
            if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
                continue  # enough items, of which some are wrong: that is said for each of them
            yield document.line(at), _message(detail, at)


def _message(detail: ErrorDetails, at: Path) -> str:
    kind, given, limits = detail["type"], detail["input"], detail.get("ctx", {})
    name = _name(at)
    match kind:
        case "missing":
            return f"{name} is missing"
        case "extra_forbidden":
            return f"unknown key {as_shown(str(at[-1]))}: {_nearest(str(at[-1])[:SHOWN], _model_at(at[:-1]))}"
        case "string_too_long":
            return f"{name} is {len(given):,} characters, {len(given) - limits['max_length']:,} too many"
        case "string_too_short":
            return f"{name} is empty"
        case "string_pattern_mismatch":
            return f"{name} {_expected_pattern(at, str(given))}"
        case "string_type":
            return f"{name} is {_what(given)} where text belongs" + (": put it in quotes" if isinstance(given, int) else "")
        case "int_type":
            quoted = isinstance(given, str) and given.strip().isdecimal()
            return f"{name} is {_what(given)} where a whole number belongs" + (": leave out the quotes" if quoted else "")
        case "literal_error":
            return f"{name} is {as_shown(given) if isinstance(given, str) else _what(given)}: it must be one of {limits['expected']}"
        case "too_short" | "too_long":
            wanted = f"at least {limits['min_length']}" if kind == "too_short" else f"at most {limits['max_length']}"
            return f"{name} has {limits['actual_length']} items: {wanted} belong there"
        case "greater_than_equal" | "less_than_equal":
            return f"{name} is {given}: it must be " + (f"at least {limits['ge']}" if kind == "greater_than_equal" else f"at most {limits['le']}")
        case "tuple_type":
            return f"{name} is {_what(given)} where a list belongs: begin each item with `- `"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{name} is {_what(given)} where keys with values belong"
    return f"{name}: {detail['msg']}"


def _name(at: Path) -> str:
    """`title`, or `item 3 of heard`."""
    if at and isinstance(at[-1], int):
        return f"item {at[-1] + 1} of `{at[-2] if len(at) > 1 else 'the file'}`"
    return f"`{at[-1]}`" if at else "the file"


def _expected_pattern(at: Path, given: str) -> str:
    if not given.strip():
        return "is empty"
    if at[-1] == "url":
        return "must be an address that begins with https://"
    if "\n" in given and at[-1] not in WORDS:
        return "has a line break: it stands on a single line (`>-` instead of `|` joins several)"
    return f"must be {WORD_SHAPE}"


def _what(given: object) -> str:
    kinds = {dict: "a mapping", list: "a list", str: "text", int: "a number"}
    return kinds.get(type(given), "something else")


@lru_cache(1_024)  # a hostile file has many unknown keys, an honest one the same slip in every question
def _nearest(key: str, model: type[Part]) -> str:
    known = [field.alias or name for name, field in model.model_fields.items()]
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else f"known here are {', '.join(known)}"


def _model_at(at: Path) -> type[Part]:
    collection = next((part for part in reversed(at) if isinstance(part, str)), None)
    return Topic if collection is None else MODELS.get(collection, Topic)
