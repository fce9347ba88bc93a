"""The question in front of people: the card while it is open and after, the answer form, hints, and the list of open cards."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.bank.schema import Question
from bot.practice.model import ANSWER_CHARS, OPEN_AT_MOST, Card, Draft, Ending, Hints, Posting, Sureness
from bot.ui.actions import MY_DEBRIEF
from bot.ui.buttons import DANGER, PRIMARY, button
from bot.ui.cards import CLOSED, card
from bot.ui.times import clock, countdown, duration

SURENESS_LABELS = {Sureness.LOW: "Low", Sureness.MEDIUM: "Medium", Sureness.HIGH: "High"}


def opened(shown: Card) -> ui.LayoutView:
    """The card in a channel while it takes answers."""
    posting = shown.posting
    return card(
        *_question(shown),
        f"Closes {countdown(posting.closes)}, at {clock(posting.closes)} · {duration(posting.length)}",
        [
            button("Answer", "answer", posting.id, style=PRIMARY),
            button("Hint", "hint", posting.id),
            button("End now", "end", posting.id),
            MY_DEBRIEF.draw(posting.id),
        ],
        "-# Anyone here may answer; what you send is seen by you alone. Messages in the channel are not read: press `Answer`.",
    )


def closed(shown: Card) -> ui.LayoutView:
    """The same card after its time; it is edited to this once and never again."""
    posting = shown.posting
    return card(
        *_question(shown),
        f"**{'Ended early' if posting.ended_early else 'Time is up'}** · {clock(posting.ends)}",
        [button("Model answer", "model", posting.id, style=PRIMARY), MY_DEBRIEF.draw(posting.id)],
        colour=CLOSED,
    )


def _question(shown: Card) -> list[str]:
    question = shown.question
    if question is None:
        return ["### This question has left the bank", "What was answered is kept, and counts."]
    clarifications = "\n".join(f"- {pair.ask} ||{pair.answer.strip()}||" for pair in question.clarifications)
    return [
        f"### {question.title}",
        question.prompt.strip(),
        *([f"**Would you ask?** Press a bar for the answer.\n{clarifications}"] if clarifications else []),
        line(question, shown.topic_name, shown.posting.practised_before),
    ]


def line(question: Question, topic_name: str, practised: int) -> str:
    """`Medium · Technical · Deployment and serving · 24 practiced`."""
    return f"{question.difficulty.capitalize()} · {question.type.capitalize()} · {topic_name} · {practised} practiced"


def answer_form(draft: Draft, *, edit: bool) -> ui.Modal:
    """The form for an answer; `edit` says that it was opened from the debrief, which is then changed in place."""
    modal = ui.Modal(title="Your answer", custom_id=f"{'edit' if edit else 'answer'}:{draft.posting.id}", timeout=None)
    text: ui.TextInput[Any] = ui.TextInput(
        custom_id="answer",
        style=discord.TextStyle.paragraph,
        max_length=ANSWER_CHARS,
        default=draft.text or None,
        placeholder="Decide first, then the numbers and reasons behind it.",
    )
    sureness: ui.RadioGroup[Any] = ui.RadioGroup(
        custom_id="sureness",
        required=False,
        options=[discord.RadioGroupOption(label=label, value=value, default=draft.sureness == value) for value, label in SURENESS_LABELS.items()],
    )
    modal.add_item(ui.Label(text="Answer", component=text))
    modal.add_item(ui.Label(text="How sure are you?", component=sureness))
    return modal


def hints(taken: Hints) -> ui.LayoutView:
    """The hints so far, for one person alone."""
    lines = "\n".join(f"{number}. {hint}" for number, hint in enumerate(taken.shown, 1))
    more = [button("Another hint", "another-hint", taken.posting_id)] if len(taken.shown) < taken.of else None
    return card(f"**Hint {len(taken.shown)} of {taken.of}**\n{lines}", more)


def ask_to_end(ending: Ending) -> ui.LayoutView:
    """Asks before a card that others are at is closed for all."""
    people = "1 other person has" if ending.others == 1 else f"{ending.others} other people have"
    return card(
        f"{people} answered this question or begun to. End it for everybody?",
        [button("End for everybody", "end-for-all", ending.card.posting.id, style=DANGER)],
    )


def ended(shown: Card) -> ui.LayoutView:
    """Said to the person who ended a card from somewhere else than the card."""
    title = shown.question.title if shown.question is not None else "The question"
    return card(f"**{title}** is closed.", [MY_DEBRIEF.draw(shown.posting.id)], colour=CLOSED)


def open_cards(cards: Sequence[Card]) -> ui.LayoutView:
    """The cards that keep a person from drawing another."""
    parts: list[str | list[ui.Button[Any]]] = []
    for shown in cards:
        title = shown.question.title if shown.question is not None else "A question that has left the bank"
        parts += [
            f"**{title}** · {_where(shown.posting)} · closes {countdown(shown.posting.closes)}",
            [button("Show again", "show", shown.posting.id), button("End", "end-listed", shown.posting.id)],
        ]
    return card(f"You have {OPEN_AT_MOST} open questions that you have not answered. Answer or end one of them, then draw the next.", *parts)


def _where(posting: Posting) -> str:
    if posting.spot.guild_id is not None and posting.message_id is not None:
        return f"https://discord.com/channels/{posting.spot.guild_id}/{posting.spot.channel_id}/{posting.message_id}"
    return f"<#{posting.spot.channel_id}>"
