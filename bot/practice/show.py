"""`python -m bot show ID`: a question as its card and debrief show it, drawn by the same functions, so that it cannot look otherwise there."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from discord import ui

from bot.bank.bank import Bank, Filters
from bot.bank.schema import Question
from bot.matching.matcher import match
from bot.practice.cards import debrief as debriefs
from bot.practice.cards import question as cards
from bot.practice.model import Attempt, Card, Debrief, Hints, Kind, Place, Posting, Spot, State, Version

OPENED = datetime(2026, 1, 5, 12, tzinfo=UTC)
COLUMNS = 78
_TIME = re.compile(r"<t:(\d+):([a-zA-Z])>")


def run(bank: Bank, question_id: str) -> int:
    """Print it. The debrief is that of somebody who has sent the model answer. Returns the exit code. Refused: no such question."""
    question = bank.named(question_id)
    posting = _posting(question)
    topic_name = bank.topic_of(question_id).name
    debrief, files = debriefs.debrief(_debrief(question, posting))
    hints = Hints(posting.id, question.hints, len(question.hints))
    _section("Card", _shown(cards.opened(Card(posting, question, topic_name))))
    _section("All hints", _shown(cards.hints(hints)))
    _section("Debrief of somebody who sent the model answer", [*_shown(debrief), *(f"[{file.filename} is attached]" for file in files)])
    _section("Self-check", _rubric(question))
    for number in range(debriefs.model_pages(question)):
        _section("Model answer", _shown(debriefs.model_answer(question, posting.id, number)))
    for number in range(len(question.follow_ups)):
        _section("Follow-up", _shown(debriefs.follow_up(question, posting.id, number)))
    return 0


def _section(title: str, lines: Iterable[str]) -> None:
    print(f"── {title} ".ljust(COLUMNS, "─"), "", *lines, "", sep="\n")


def _shown(view: ui.LayoutView) -> Iterator[str]:
    """The texts of a card as they are sent, and its buttons by row."""
    for item in view.walk_children():
        if isinstance(item, ui.TextDisplay):
            yield _TIME.sub(_time, item.content)
        elif isinstance(item, ui.ActionRow):
            yield " ".join(f"[ {child.label} ]" for child in item.children if isinstance(child, ui.Button))


def _time(found: re.Match[str]) -> str:
    """What Discord makes of a moment, for somebody who reads it as the card is posted."""
    at = datetime.fromtimestamp(int(found[1]), UTC)
    return f"in {(at - OPENED) // timedelta(minutes=1)} minutes" if found[2] == "R" else f"{at:%H:%M}"


def _rubric(question: Question) -> Iterator[str]:
    """The boxes to tick, with what an interviewer tells apart by."""
    for point in question.rubric:
        yield f"☐ {point.point}  ({point.competence}, weight {point.weight})"
        yield from (f"    {level}: {getattr(point, level)}" for level in ("weak", "solid", "strong"))


def _posting(question: Question) -> Posting:
    return Posting(
        id=1,
        kind=Kind.INTERVIEW,
        question_id=question.id,
        place=Place.CHANNEL,
        filters=Filters(),
        spot=Spot(guild_id=1, channel_id=1),
        message_id=1,
        owner_id=1,
        practised_before=0,
        opened=OPENED,
        closes=OPENED + timedelta(minutes=question.minutes),
        closed=None,
        ended_early=False,
        nonce="",
    )


def _debrief(question: Question, posting: Posting) -> Debrief:
    sent: dict[str, Any] = {"posting_id": posting.id, "user_id": 1, "question_id": question.id, "state": State.SUBMITTED, "late": False}
    unknown: dict[str, Any] = dict.fromkeys(("sureness", "saw_answer", "ticked", "rating", "dm_channel_id", "dm_card_id", "began"))
    attempt = Attempt(id=1, hints=0, started=OPENED, submitted=posting.closes, draft=False, **sent, **unknown)
    answer = Version(question.answer, posting.closes, late=False, after_answer=False)
    return Debrief(posting, question, attempt, answer, match(question, answer.text), aside=None)
