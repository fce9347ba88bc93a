"""The question in front of people: the card while it is open and after, the answer form, hints, and the list of open cards."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.bank.schema import Question
from bot.practice.model import FORM_CHARS, OPEN_AT_MOST, Card, Ending, Form, Hints, Place, Posting, Sureness
from bot.ui.actions import MY_DEBRIEF
from bot.ui.buttons import DANGER, PRIMARY, button
from bot.ui.cards import CLOSED, card
from bot.ui.times import clock, countdown, duration

FOOTER = (
    "-# Anyone here may answer; what you send is seen by you alone. Messages in the channel are not read: press `Answer`, "
    "or open the menu of your own message and choose Apps, `Use as my answer`."
)
PRIVATE_FOOTER = "-# Only you see this card. It goes when Discord reloads; `/history` brings your answer back."
DRAFT_FOOTER = (
    "-# Type your answer here, in as many messages as you like; text files count too. I react to each one that is saved. "
    "Change or delete them as you wish, then press `Done`."
)
MOST_CHOICES = 10  # questions, so that the card stays within 40 components
SURENESS_LABELS = {Sureness.LOW: "Low", Sureness.MEDIUM: "Medium", Sureness.HIGH: "High"}


def opened(shown: Card, why: str | None = None) -> ui.LayoutView:
    """The card in a channel, or for its owner alone, while it takes answers. `why` says why it is not where it was asked for."""
    posting = shown.posting
    in_channel = posting.place is Place.CHANNEL
    return card(
        *([f"-# {why}"] if why else []),
        *question_parts(shown),
        _deadline(posting),
        [
            button("Answer", "answer", posting.id, style=PRIMARY),
            *([button("Answer in DM", "answer-in-dm", posting.id)] if in_channel else []),
            button("Hint", "hint", posting.id),
            button("End now", "end", posting.id),
            MY_DEBRIEF.draw(posting.id),
        ],
        FOOTER if in_channel else PRIVATE_FOOTER,
    )


def draft(shown: Card) -> ui.LayoutView:
    """The card in somebody's direct messages, under which they type."""
    posting = shown.posting
    return card(
        *question_parts(shown),
        _deadline(posting),
        [
            button("Done", "done", posting.id, style=PRIMARY),
            button("Hint", "hint", posting.id),
            button("End now", "end-draft", posting.id),
        ],
        DRAFT_FOOTER,
    )


def draft_ended(shown: Card, *, sent: bool) -> ui.LayoutView:
    """The same card when nothing is typed under it any more."""
    posting = shown.posting
    over = "Ended early" if posting.ended_early else "Time is up" if not posting.open else "Draft ended"
    return card(
        *question_parts(shown),
        "**Sent**" if sent and posting.open else f"**{over}** · {clock(posting.ends)}" if not posting.open else f"**{over}**",
        [button("Model answer", "model", posting.id, style=PRIMARY), MY_DEBRIEF.draw(posting.id)],
        colour=CLOSED,
    )


def _deadline(posting: Posting) -> str:
    return f"Closes {countdown(posting.closes)}, at {clock(posting.closes)} · {duration(posting.length)}"


def closed(shown: Card) -> ui.LayoutView:
    """The same card after its time; it is edited to this once and never again."""
    posting = shown.posting
    return card(
        *question_parts(shown),
        f"**{'Ended early' if posting.ended_early else 'Time is up'}** · {clock(posting.ends)}",
        [button("Model answer", "model", posting.id, style=PRIMARY), MY_DEBRIEF.draw(posting.id)],
        colour=CLOSED,
    )


def question_parts(shown: Card) -> list[str]:
    """Title, prompt, what one would ask, and the line under them."""
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


def answer_form(form: Form, *, edit: bool) -> ui.Modal:
    """The form for an answer; `edit` says that it was opened from the debrief, which is then changed in place."""
    modal = ui.Modal(title="Your answer", custom_id=f"{'edit' if edit else 'answer'}:{form.posting.id}", timeout=None)
    text: ui.TextInput[Any] = ui.TextInput(
        custom_id="answer",
        style=discord.TextStyle.paragraph,
        max_length=FORM_CHARS,
        default=form.text or None,
        placeholder="Decide first, then the numbers and reasons behind it.",
    )
    sureness: ui.RadioGroup[Any] = ui.RadioGroup(
        custom_id="sureness",
        required=False,
        options=[discord.RadioGroupOption(label=label, value=value, default=form.sureness == value) for value, label in SURENESS_LABELS.items()],
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
    return card(f"**{title(shown)}** is closed.", [MY_DEBRIEF.draw(shown.posting.id)], colour=CLOSED)


def ask_to_switch(other: Card, proceed: ui.Button[Any]) -> ui.LayoutView:
    """Asks before an answer that somebody is typing is sent as it is, because they begin another."""
    return card(
        f"You are still typing your answer to **{title(other)}** in our direct messages. Send it as it is, and begin this one?",
        [proceed, button("Go on typing", "keep-draft", other.posting.id)],
    )


def kept_draft(other: Card) -> ui.LayoutView:
    """Said to whoever goes on typing."""
    return card(f"Then go on with **{title(other)}**; it closes {countdown(other.posting.closes)}.")


def time_is_up(posting_id: int) -> ui.LayoutView:
    """Said to whoever presses `Answer` too late, with what is left."""
    rest = [button("Model answer", "model", posting_id, style=PRIMARY), MY_DEBRIEF.draw(posting_id)]
    return card("**Time is up** for this question. The model answer shows how it can be answered.", rest, colour=CLOSED)


def choose_question(message_id: int, choices: Sequence[Card], *, replace: bool) -> ui.LayoutView:
    """Asks which of several open questions a message answers, or whether it replaces what was sent."""
    label = "Replace my answer" if replace else "This one"
    parts: list[str | list[ui.Button[Any]]] = []
    for shown in choices[:MOST_CHOICES]:
        parts += [
            f"**{title(shown)}** · closes {countdown(shown.posting.closes)}",
            [button(label, "use-for", shown.posting.id, message_id)],
        ]
    asked = "No question waits for an answer of yours. Does this replace the last one that you sent?" if replace else "Which question does it answer?"
    return card(asked, *parts)


def added_to_draft(shown: Card) -> ui.LayoutView:
    """Said when a message became a part of what somebody is typing in direct messages."""
    return card(f"Added to your draft for **{title(shown)}**. Press `Done` under it in our direct messages to send it.")


def in_dm(link: str) -> ui.LayoutView:
    """Said in a channel when the card went to somebody's direct messages."""
    return card(f"Your question is in our direct messages: {link}")


def dms_closed(posting: Posting) -> ui.LayoutView:
    """Said when a card cannot be sent to somebody, with the way to go on here."""
    name = "answer" if posting.place is Place.CHANNEL else "go-private"
    return card(
        "I cannot write to you: your direct messages are closed. To open them, go to this server's **Privacy Settings** "
        "(tap its name) and allow direct messages, then try again. Or go on here.",
        [button("Go on here", name, posting.id, style=PRIMARY)],
    )


def nudge(shown: Card, words: int) -> ui.LayoutView:
    """Reminds of a draft before its time is up."""
    so_far = f"I have {words} words of yours so far." if words else "I have nothing of yours yet."
    done = [button("Done", "done", shown.posting.id, style=PRIMARY)]
    return card(f"**{title(shown)}** closes {countdown(shown.posting.closes)}. {so_far} What you have typed by then is sent.", done)


def open_cards(cards: Sequence[Card]) -> ui.LayoutView:
    """The cards that keep a person from drawing another."""
    parts: list[str | list[ui.Button[Any]]] = []
    for shown in cards:
        parts += [
            f"**{title(shown)}** · {_where(shown.posting)} · closes {countdown(shown.posting.closes)}",
            [button("Show again", "show", shown.posting.id), button("End", "end-listed", shown.posting.id)],
        ]
    return card(f"You have {OPEN_AT_MOST} open questions that you have not answered. Answer or end one of them, then draw the next.", *parts)


def title(shown: Card) -> str:
    """The title of its question."""
    return shown.question.title if shown.question is not None else "A question that has left the bank"


def _where(posting: Posting) -> str:
    if posting.spot.guild_id is not None and posting.message_id is not None:
        return f"https://discord.com/channels/{posting.spot.guild_id}/{posting.spot.channel_id}/{posting.message_id}"
    return f"<#{posting.spot.channel_id}>"
