"""Looking back: the debrief of one answer, the self-check, the model answer in pages, follow-ups and the report form."""

import io
from typing import Any

import discord
from discord import ui

from bot.bank.schema import Question
from bot.practice.cards.question import SURENESS_LABELS
from bot.practice.model import Debrief, Recall
from bot.ui.buttons import PRIMARY, button
from bot.ui.cards import DONE, card
from bot.ui.text import CUT_BACK, MESSAGE_CHARS, QUOTE, in_line, pages, plain, quoted
from bot.ui.times import duration

SHOWN_AT_LEAST = 1_000  # characters of one's own answer, before they are escaped
QUOTE_CHARS = (120, 70, 30)  # of the sentence beside a rubric point; the longest that leaves the answer its room
ASIDE_CHARS = 80
REPORT_CHARS = 1_000
ANSWER_FILE = "answer.txt"
LEVEL_WORDS = {"heard": "Your wording matches", "perhaps": "Perhaps", "not found": "Not found in your wording"}
NOT_COMPARED = "Not compared"
RECALL_LABELS = {
    Recall.AGAIN: ("Again", "I did not know it; ask me soon."),
    Recall.HARD: ("Hard", "I got there with effort."),
    Recall.GOOD: ("Good", "I knew it after some thought."),
    Recall.EASY: ("Easy", "I could say it at once."),
}


def debrief(shown: Debrief) -> tuple[ui.LayoutView, list[discord.File]]:
    """The one message after submitting, and the whole answer as a file where it had to be cut."""
    buttons = _buttons(shown)
    head, tail = _head(shown), _tail(shown)
    text = shown.answer.text
    least = len(QUOTE + plain(text[: SHOWN_AT_LEAST + 2 * CUT_BACK]))
    room = MESSAGE_CHARS - len(head) - len(tail)
    checklist = next((points for size in QUOTE_CHARS if len(points := _checklist(shown, size)) + least <= room), _checklist(shown, 0))
    own, cut = quoted(text, room - len(checklist))
    attached = [ui.File[Any](f"attachment://{ANSWER_FILE}")] if cut else []
    files = [text_file(text)] if cut else []
    return card(head, own, *attached, checklist, tail, buttons, colour=DONE), files


def text_file(text: str, name: str = ANSWER_FILE) -> discord.File:
    """What a person typed, as a file to keep."""
    return discord.File(io.BytesIO(text.encode()), filename=name)


def _head(shown: Debrief) -> str:
    attempt, answer = shown.attempt, shown.answer
    facts = [f"Took {duration(shown.took)} of {duration(shown.posting.length)}"]
    if answer.late:
        facts.append("late, kept all the same")
    if attempt.hints:
        facts.append("1 hint" if attempt.hints == 1 else f"{attempt.hints} hints")
    if attempt.sureness is not None:
        facts.append(f"sureness {SURENESS_LABELS[attempt.sureness].lower()}")
    lines = [f"### Debrief: {shown.question.title}", " · ".join(facts)]
    if answer.after_answer:
        lines.append("You sent this after you had seen the model answer: it is kept, and not counted as practised.")
    elif shown.aside is not None:
        lines.append(f"Sent after the model answer, kept aside, changes nothing: {in_line(shown.aside.text, ASIDE_CHARS)}")
    return "\n".join(lines)


def _checklist(shown: Debrief, quote_chars: int) -> str:
    """The rubric points, each with how its wording compares; the person's own ticks, once made, stand in front."""
    ticked = shown.attempt.ticked
    lines = []
    for index, (point, found) in enumerate(zip(shown.question.rubric, shown.match.points, strict=True)):
        own = "" if ticked is None else ("☑ " if index in ticked else "☐ ")
        said = LEVEL_WORDS[found.level] if shown.match.reason is None else NOT_COMPARED
        if found.level != "not found" and found.sentence and quote_chars:
            said += f": {in_line(found.sentence, quote_chars)}"
        lines.append(f"- {own}**{point.point}** · {said}")
    return "\n".join(lines)


def _tail(shown: Debrief) -> str:
    points = range(len(shown.question.rubric))
    if shown.attempt.ticked is not None:
        ticked = len(set(points).intersection(shown.attempt.ticked))  # the question may have lost points since
        rated = f", recall {RECALL_LABELS[shown.attempt.rating][0].lower()}" if shown.attempt.rating is not None else ""
        return f"-# You ticked {ticked} of {len(points)}{rated}. That is what counts; the wording is only compared."
    why = shown.match.reason or "Not found: did you cover it in other words?"
    return f"-# This compares wording, not meaning. {why} `Self-check` is yours to tick."


def _buttons(shown: Debrief) -> list[ui.Button[Any]]:
    posting_id = shown.posting.id
    frozen = shown.attempt.saw_answer is not None
    editable = shown.posting.open and not frozen
    return [
        button("Self-check", "self-check", posting_id, style=PRIMARY),
        *([button("Edit answer", "edit", posting_id)] if editable else []),
        button("Model answer", "model", posting_id),
        *([button("Follow-up", "follow-up", posting_id)] if frozen else []),
        button("Try again", "again", posting_id),
        button("Next question", "next", posting_id),
        button("Report", "report", posting_id),
    ]


def self_check_form(shown: Debrief) -> ui.Modal:
    """The rubric as boxes to tick; none is ticked but those that the person ticked before."""
    modal = ui.Modal(title="Self-check", custom_id=f"self-check:{shown.posting.id}", timeout=None)
    ticked = shown.attempt.ticked or ()
    points = shown.question.rubric
    boxes: ui.CheckboxGroup[Any] = ui.CheckboxGroup(
        custom_id="points",
        required=False,
        min_values=0,
        max_values=len(points),
        options=[discord.CheckboxGroupOption(label=point.point, value=str(index), default=index in ticked) for index, point in enumerate(points)],
    )
    recall: ui.RadioGroup[Any] = ui.RadioGroup(
        custom_id="recall",
        required=False,
        options=[
            discord.RadioGroupOption(label=label, value=value, description=meaning, default=shown.attempt.rating == value)
            for value, (label, meaning) in RECALL_LABELS.items()
        ],
    )
    modal.add_item(ui.Label(text="What did your answer cover?", component=boxes))
    modal.add_item(ui.Label(text="How well did you know it?", component=recall))
    return modal


def model_answer(question: Question, posting_id: int, number: int) -> ui.LayoutView:
    """One page, counted from 0, of the model answer, the common mistakes and what each level adds; out of range is the last."""
    texts = _model_pages(question)
    number = min(number, len(texts) - 1)
    turning = [
        button("Previous", "model-page", posting_id, max(0, number - 1), 0, disabled=number == 0),
        button("Next", "model-page", posting_id, number + 1, 1, disabled=number == len(texts) - 1),
        button("Follow-up", "follow-up", posting_id),
    ]
    return card(f"### {question.title}", texts[number], f"-# Page {number + 1} of {len(texts)}", turning, colour=DONE)


def _model_pages(question: Question) -> list[str]:
    mistakes = "**Common mistakes**\n" + "\n".join(f"- {mistake}" for mistake in question.mistakes)
    levels = question.levels
    added = f"**What each level adds**\n- **Mid:** {levels.mid}\n- **Senior:** {levels.senior}\n- **Staff:** {levels.staff}"
    sources = "\n\n**Read on**\n" + "\n".join(f"- [{source.title}]({source.url})" for source in question.references) if question.references else ""
    return [*(f"**Model answer**\n{part}" for part in pages(question.answer.strip())), mistakes, added + sources]


def follow_up(question: Question, posting_id: int, number: int) -> ui.LayoutView:
    """One follow-up question, counted from 0 and round again, with what a good interviewer listens for behind a bar."""
    number %= len(question.follow_ups)
    asked = question.follow_ups[number]
    more = [button("Another follow-up", "follow-up", posting_id, number + 1)] if len(question.follow_ups) > 1 else None
    return card(
        f"**Follow-up {number + 1} of {len(question.follow_ups)}**\n{asked.ask}",
        f"A good interviewer listens for: ||{asked.listen_for}||",
        more,
        colour=DONE,
    )


def report_form(posting_id: int) -> ui.Modal:
    """A form for what is wrong with a question."""
    modal = ui.Modal(title="Report this question", custom_id=f"report:{posting_id}", timeout=None)
    text: ui.TextInput[Any] = ui.TextInput(custom_id="text", style=discord.TextStyle.paragraph, max_length=REPORT_CHARS)
    modal.add_item(
        ui.Label(text="What is wrong with it?", component=text, description="A wrong fact or sum, something unclear, a point that does not fit.")
    )
    return modal
