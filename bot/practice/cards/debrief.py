"""Looking back: the debrief of one answer, the self-check, the model answer in pages, follow-ups and the report form."""

import io
from typing import Any

import discord
from discord import ui

from bot.bank.schema import Question
from bot.practice.cards.question import SURENESS_LABELS
from bot.practice.model import FORM_CHARS, Debrief, Kind, Recall, Rewritten
from bot.ui.buttons import PRIMARY, button
from bot.ui.cards import DONE, card
from bot.ui.selects import OPTION_CHARS
from bot.ui.text import CUT_BACK, MESSAGE_CHARS, QUOTE, clip, clip_plain, in_line, pages, plain, quoted
from bot.ui.times import duration

SHOWN_AT_LEAST = 1_000  # characters of one's own answer, before they are escaped
QUOTE_CHARS = (120, 70, 30)  # of the sentence beside a rubric point; the longest that leaves the answer its room
ASIDE_CHARS = 80
REPORT_CHARS = 1_000
ANSWER_FILE = "answer.txt"
LEVEL_WORDS = {"heard": "Your wording matches", "perhaps": "Perhaps", "not found": "Not found in your wording"}
NOT_COMPARED = "Not compared"
REWRITTEN_FILE = "rewritten.txt"
AGAIN = "**Rewritten:** kept beside your answer, counted nowhere"
AGAIN_WORDS = {
    "heard": "its wording now matches",
    "perhaps": "its wording perhaps matches now",
    "not found": "not found in its wording",
    None: "not compared, too short or not English",
}
IN_THE_FILE = f"**Rewritten:** see {REWRITTEN_FILE}, there is no room here"
AGAIN_CHARS = 12  # of a text that is cut; less would say nothing
POINT_CHARS = 30
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
    needed = least + len(_again(shown, 0)[0]) + AGAIN_CHARS * len(shown.rewritten)
    checklist = next((points for size in QUOTE_CHARS if len(points := _checklist(shown, size)) + needed <= room), _checklist(shown, 0))
    spare = room - len(checklist) - least
    more = max(len(QUOTE + plain(text)) - least, 0)  # that the answer would take
    again, again_cut = _again(shown, max(spare // 2, spare - more))
    if again and len(again) > spare:
        again, again_cut = IN_THE_FILE, True
    own, cut = quoted(text, room - len(checklist) - len(again))
    files = [*([text_file(text)] if cut else []), *([text_file(_whole(shown), REWRITTEN_FILE)] if again_cut else [])]
    attached = [ui.File[Any](f"attachment://{file.filename}") for file in files]
    return card(head, own, *attached, checklist, again or None, tail, buttons, colour=DONE), files


def text_file(text: str, name: str = ANSWER_FILE) -> discord.File:
    """What a person typed, as a file to keep."""
    return discord.File(io.BytesIO(text.encode()), filename=name)


def _head(shown: Debrief) -> str:
    attempt, answer = shown.attempt, shown.answer
    facts = []
    if shown.took is not None:
        facts.append(f"Took {duration(shown.took)}" + ("" if shown.posting.kind is Kind.DAILY else f" of {duration(shown.posting.length)}"))
    if answer.late:
        facts.append("late, kept all the same")
    if attempt.hints:
        facts.append("1 hint" if attempt.hints == 1 else f"{attempt.hints} hints")
    if attempt.sureness is not None:
        facts.append(f"sureness {SURENESS_LABELS[attempt.sureness].lower()}")
    lines = [f"### Debrief: {shown.question.title}", *([" · ".join(facts)] if facts else [])]
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


def _again(shown: Debrief, room: int) -> tuple[str, bool]:
    """What was written again, in so many characters if it can be, and whether something was cut. The points alone take more than none."""
    looks = [(f"- **{_in_short(shown, each)}** · {AGAIN_WORDS[each.level]}", " ".join(each.text.split())) for each in shown.rewritten]
    if not looks:
        return "", False
    lines = [head for head, _ in looks]
    share = room - len("\n".join([AGAIN, *lines])) - len(looks) * len(": “”")
    cut = False
    # The short ones leave what they do not need to the long ones.
    for left, index in zip(range(len(looks), 0, -1), sorted(range(len(looks)), key=lambda at: len(plain(looks[at][1]))), strict=True):
        if share // left < AGAIN_CHARS:
            return "\n".join([AGAIN, *(head for head, _ in looks)]), True
        start, shorter = clip_plain(looks[index][1], share // left)
        share -= len(start)
        cut |= shorter
        lines[index] += f": “{start}”"
    return "\n".join([AGAIN, *lines]), cut


def _in_short(shown: Debrief, look: Rewritten) -> str:
    """As much of a rubric point as says which one it is."""
    return clip(shown.question.rubric[look.point].point, POINT_CHARS)


def _whole(shown: Debrief) -> str:
    return "\n\n".join(f"{shown.question.rubric[each.point].point} ({AGAIN_WORDS[each.level]})\n{each.text}" for each in shown.rewritten)


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
        *([button("Rewrite one point", "rewrite", posting_id)] if shown.unticked else []),
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


def rewrite_form(shown: Debrief) -> ui.Modal:
    """The points that were not ticked, to choose one, and a field to write it again."""
    modal = ui.Modal(title="Rewrite one point", custom_id=f"rewrite:{shown.posting.id}", timeout=None)
    points = shown.unticked
    menu: ui.Select[Any] = ui.Select(  # and no radio buttons: Discord wants two or more of these
        custom_id="point",
        options=[
            discord.SelectOption(label=clip(shown.question.rubric[index].point, OPTION_CHARS), value=str(index), default=len(points) == 1)
            for index in points
        ],
    )
    text: ui.TextInput[Any] = ui.TextInput(custom_id="text", style=discord.TextStyle.paragraph, max_length=FORM_CHARS)
    modal.add_item(ui.Label(text="Which point?", component=menu))
    modal.add_item(ui.Label(text="Write that part again", component=text, description="It is kept beside your answer, and counted nowhere."))
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


def model_pages(question: Question) -> int:
    """How many pages `model_answer` has."""
    return len(_model_pages(question))


def common_mistakes(question: Question) -> str:
    """What many get wrong."""
    return "**Common mistakes**\n" + "\n".join(f"- {mistake}" for mistake in question.mistakes)


def _model_pages(question: Question) -> list[str]:
    levels = question.levels
    added = f"**What each level adds**\n- **Mid:** {levels.mid}\n- **Senior:** {levels.senior}\n- **Staff:** {levels.staff}"
    sources = "\n\n**Read on**\n" + "\n".join(f"- [{source.title}]({source.url})" for source in question.references) if question.references else ""
    return [*(f"**Model answer**\n{part}" for part in pages(question.answer.strip())), common_mistakes(question), added + sources]


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
