"""The shape of a question file: what `questions/<topic>.yaml` may hold, within what Discord's cards and forms can show.

`python -m bot.bank.schema > questions/schema.json` writes the JSON Schema by which editors check and complete while an author types.
"""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Difficulty = Literal["easy", "medium", "hard"]
Type = Literal["technical", "system design", "behavioral"]
Competence = Literal["framing", "sizing", "design", "trade-offs", "evidence", "operations", "people"]

DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")
TYPES: tuple[Type, ...] = ("technical", "system design", "behavioral")
COMPETENCES: tuple[Competence, ...] = ("framing", "sizing", "design", "trade-offs", "evidence", "operations", "people")

# Limits in characters and items, so that whatever fits here fits Discord.
# A card holds 4,000 characters in all: title, prompt, clarifications and its own lines have to fit together.
TITLE, PROMPT, CLARIFY_ASK, CLARIFY_ANSWER, CLARIFICATIONS = 80, 1_500, 120, 200, 5
POINT, FEWEST_POINTS, POINTS = 90, 4, 8  # the label of a checkbox takes 100, a group of them 10
HINT, HINTS = 250, 4  # all of them stand on one card
ANSWER = 6_000  # two pages
MISTAKE, MISTAKES = 300, 8  # one page
LEVEL = 300  # three of them and the references are one page
REFERENCE_TITLE, URL, REFERENCES = 150, 300, 5
ASK, LISTEN, FOLLOW_UPS = 400, 400, 4  # one card each
NAME, SCOPE, SKILL = 80, 400, 200  # a choice of autocomplete takes 100
WORD = 60  # a `custom_id` takes 100, and holds more than the id of a question
PIECE, PIECES = 160, 24  # the matcher was measured with up to 22 for a point
MINUTES = 180

Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=WORD)]


def text(longest: int) -> StringConstraints:
    """Some text that is not blank, of at most so many characters."""
    return StringConstraints(min_length=1, max_length=longest, pattern=r"\S")


def line(longest: int) -> StringConstraints:
    """The same on a single line: a heading or a label, which a line break would tear."""
    return StringConstraints(min_length=1, max_length=longest, pattern=r"^[^\n]*\S[^\n]*$")


class Part(BaseModel):
    """Frozen, and strict about keys, so that a slip of the author is found and not guessed at."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Clarification(Part):
    """What a candidate may ask, and the answer; the card hides it behind a bar."""

    ask: Annotated[str, line(CLARIFY_ASK)]
    answer: Annotated[str, line(CLARIFY_ANSWER)]


class FollowUp(Part):
    """What an interviewer asks next, and what they listen for."""

    ask: Annotated[str, text(ASK)]
    listen_for: Annotated[str, text(LISTEN)]


class Levels(Part):
    """What an answer has at each level of experience, in one sentence each."""

    mid: Annotated[str, text(LEVEL)]
    senior: Annotated[str, text(LEVEL)]
    staff: Annotated[str, text(LEVEL)]


class Reference(Part):
    """Something to read on."""

    title: Annotated[str, line(REFERENCE_TITLE)]
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=URL)]


class RubricPoint(Part):
    """One idea that could be absent from a decent answer, and how people say it."""

    point: Annotated[str, line(POINT)]
    weight: Annotated[int, Field(ge=1, le=3, strict=True)]
    competence: Competence
    weak: Annotated[str, text(LEVEL)]
    solid: Annotated[str, text(LEVEL)]
    strong: Annotated[str, text(LEVEL)]
    heard: Annotated[tuple[Annotated[str, text(PIECE)], ...], Field(min_length=2, max_length=PIECES)]


class Question(Part):
    """One interview question. Its id outlives edits, since people's history hangs on it."""

    id: Word
    title: Annotated[str, line(TITLE)]
    difficulty: Difficulty
    type: Type
    skills: Annotated[tuple[Word, ...], Field(min_length=1, max_length=8)]
    minutes: Annotated[int, Field(ge=1, le=MINUTES, strict=True)]
    prompt: Annotated[str, text(PROMPT)]
    clarifications: Annotated[tuple[Clarification, ...], Field(max_length=CLARIFICATIONS)] = ()
    hints: Annotated[tuple[Annotated[str, text(HINT)], ...], Field(min_length=1, max_length=HINTS)]
    rubric: Annotated[tuple[RubricPoint, ...], Field(min_length=FEWEST_POINTS, max_length=POINTS)]
    answer: Annotated[str, text(ANSWER)]
    mistakes: Annotated[tuple[Annotated[str, text(MISTAKE)], ...], Field(min_length=1, max_length=MISTAKES)]
    follow_ups: Annotated[tuple[FollowUp, ...], Field(min_length=1, max_length=FOLLOW_UPS)]
    levels: Levels
    references: Annotated[tuple[Reference, ...], Field(max_length=REFERENCES)] = ()


class Skill(Part):
    """One thing that a topic asks about."""

    id: Word
    meaning: Annotated[str, line(SKILL)] = Field(alias="is")


Counts = Annotated[tuple[Annotated[int, Field(ge=0, strict=True)], ...], Field(min_length=3, max_length=3)]


class Matrix(Part):
    """How many questions a topic should have: for each difficulty [technical, system design, behavioral]."""

    easy: Counts
    medium: Counts
    hard: Counts


class Topic(Part):
    """A file: its header and its questions."""

    id: Word = Field(alias="topic")
    name: Annotated[str, line(NAME)]
    scope: Annotated[str, text(SCOPE)]
    skills: tuple[Skill, ...] = ()
    matrix: Matrix | None = None
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


def json_schema() -> str:
    """The JSON Schema of a question file, as it stands in `questions/schema.json`."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | Topic.model_json_schema(by_alias=True), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(json_schema(), end="")  # noqa: T201
