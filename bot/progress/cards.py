"""What progress looks like: numbers, topics, the history, and two answers side by side."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import SelectOption, ui

from bot.practice.cards.debrief import text_file
from bot.progress.model import NO_LONGER_ASKED, Comparison, Entry, Kept, Page, Stats, Streak, Sureness, Ticks, TopicCount
from bot.ui.actions import FIRST_QUESTION
from bot.ui.buttons import button
from bot.ui.cards import DONE, card
from bot.ui.selects import OPTION_CHARS, select
from bot.ui.text import MESSAGE_CHARS, QUOTE, clip, plain, quoted
from bot.ui.times import countdown

TOPICS_SHOWN = 30  # of at most 80 characters each; a card holds 4,000
TOPICS_PER_PAGE = 20  # a line of each is at most some 150 characters; a menu takes 25
BY_SURENESS = {
    Sureness.HIGH: "Of the {} that you were sure of, you ticked {}% of the points.",
    Sureness.MEDIUM: "Of the {} that you were fairly sure of, you ticked {}% of the points.",
    Sureness.LOW: "Of the {} that you were not sure of, you ticked {}% of the points.",
}
TICKED, NOT_TICKED, NOT_CHECKED = "☑", "☐", "–"

Files = list[discord.File]


def stats(shown: Stats) -> ui.LayoutView:
    """One's own numbers."""
    if shown.total == 0:
        return _nothing_yet("Your practice")
    return card(
        f"### Your practice\n**{shown.total}** practised in all · **{shown.this_week}** this week",
        _streak(shown.streak),
        f"**By difficulty:** {_counts(shown.by_difficulty)}" if shown.by_difficulty else None,
        f"**By type:** {_counts(shown.by_type)}" if shown.by_type else None,
        f"**By topic**\n{_topics(shown.by_topic)}",
        _sureness(shown.by_sureness) if shown.by_sureness else None,
        f"**By competence**\n{_competences(shown.by_competence)}" if shown.by_competence else None,
        "-# Every submitted answer counts, repeats too. The week begins on Monday. Points are those that you ticked in your self-checks.",
        colour=DONE,
    )


def _nothing_yet(heading: str) -> ui.LayoutView:
    return card(f"### {heading}\nNothing yet. Your first answer starts the count.", [FIRST_QUESTION.draw(primary=True)], colour=DONE)


def _streak(streak: Streak) -> str:
    if streak.days == 0 or streak.resets is None:
        return "No streak at the moment: answer a question today to begin one."
    days = "1 day" if streak.days == 1 else f"{streak.days} days"
    if streak.today:
        return f"Streak: **{days}**, today included. It resets {countdown(streak.resets)} unless you answer again before."
    return f"Streak: **{days}**, without today. Answer a question, or it resets {countdown(streak.resets)}."


def _topics(counts: Mapping[str, int]) -> str:
    most = list(counts.items())[:TOPICS_SHOWN]
    lines = [f"- {topic}: {count}" for topic, count in most]
    if left := len(counts) - len(most):
        lines.append(f"- {left} more: {sum(counts.values()) - sum(count for _, count in most)}")
    return "\n".join(lines)


def _counts(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{name.capitalize()} {count}" for name, count in counts.items())


def _sureness(ticks: Mapping[Sureness, Ticks]) -> str:
    said = [BY_SURENESS[level].format(sums.answers, round(100 * sums.ticked / sums.asked)) for level, sums in ticks.items()]
    return "\n".join(["**How sure you were**", *said])


def _competences(ticks: Mapping[str, Ticks]) -> str:
    return "\n".join(f"- {name.capitalize()}: ticked {sums.ticked} of {sums.asked}" for name, sums in ticks.items())


def topics(counts: Sequence[TopicCount], number: int) -> ui.LayoutView:
    """A page, counted from 0, of what is in the bank; out of range is the last. Choosing a topic draws a question of it."""
    pages = max(1, -(-len(counts) // TOPICS_PER_PAGE))
    number = min(number, pages - 1)
    shown = counts[number * TOPICS_PER_PAGE : (number + 1) * TOPICS_PER_PAGE]
    lines = [f"- **{each.name}**: {_counts(each.by_difficulty)} · practised {each.practised} of {each.total}" for each in shown]
    options = [
        SelectOption(label=clip(each.name, OPTION_CHARS), value=each.id, description=f"You have practised {each.practised} of {each.total}")
        for each in shown
    ]
    questions, practised = sum(each.total for each in counts), sum(each.practised for each in counts)
    return card(
        f"### Topics\n**{questions}** questions in {len(counts)} topics, of which you have practised **{practised}**",
        "\n".join(lines),
        f"-# Page {number + 1} of {pages}" if pages > 1 else None,
        select("topic", options=options, placeholder="Draw a question of …") if options else None,
        _turning("topics", number, pages) if pages > 1 else None,
        colour=DONE,
    )


def _turning(name: str, number: int, pages: int, *more: int) -> list[ui.Button[Any]]:
    """`Previous` and `Next`. The last number tells them apart where both would lead to the same page."""
    return [
        button("Previous", name, max(0, number - 1), *more, 0, disabled=number == 0),
        button("Next", name, number + 1, *more, 1, disabled=number == pages - 1),
    ]


def history(page: Page) -> ui.LayoutView:
    """One page of one's own attempts."""
    if page.total == 0:
        if not page.topic and not page.question:
            return _nothing_yet("Your answers")
        return card("### Your answers\nNone that fits. `/history` without `topic` and `question` shows all of them.", colour=DONE)
    numbered = list(enumerate(page.entries, page.first + 1))
    answers = "1 answer" if page.total == 1 else f"{page.total} answers, the newest first"
    options = [
        SelectOption(label=clip(f"{at}. {_title(entry)}", OPTION_CHARS), value=str(entry.posting_id), description=_day(entry.at, page.zone))
        for at, entry in numbered
    ]
    compare = [button("Compare", "compare", page.compared)] if page.compared else []
    turning = _turning("history", page.number, page.pages, page.topic, page.question) if page.pages > 1 else []
    return card(
        f"### Your answers{f': {page.about}' if page.about else ''}\n{answers}",
        "\n".join(f"{at}. {_line(entry)}" for at, entry in numbered),
        f"-# Page {page.number + 1} of {page.pages}" if page.pages > 1 else None,
        _what_is_compared(page) if page.compared else None,
        select("attempt", options=options, placeholder="Open a debrief"),
        turning + compare or None,
        colour=DONE,
    )


def _what_is_compared(page: Page) -> str:
    entry = next(entry for entry in page.entries if entry.attempts > 1)
    return f"-# `Compare` puts your two newest answers to “{_title(entry)}” side by side. For another question: `/history` with `question`."


def _line(entry: Entry) -> str:
    facts = [discord.utils.format_dt(entry.at, "f"), f"**{_title(entry)}**"]
    if entry.question is not None:
        facts.append(entry.question.difficulty.capitalize())
    if entry.late:
        facts.append("late")
    facts.append(_self_check(entry))
    if not entry.counted:
        facts.append("sent after the model answer, not counted")
    facts.append("practised once" if entry.practised == 1 else f"practised {entry.practised} times")
    return " · ".join(facts)


def _self_check(entry: Entry) -> str:
    if entry.ticked is None:
        return "no self-check yet"
    if entry.question is None:
        return f"ticked {len(entry.ticked)}"
    points = range(len(entry.question.rubric))
    return f"ticked {len(set(points).intersection(entry.ticked))} of {len(points)}"  # the question may have lost points since


def _title(of: Entry | Kept) -> str:
    return f"{NO_LONGER_ASKED}: {of.question_id}" if of.question is None else of.question.title


def _day(at: datetime, zone: ZoneInfo) -> str:
    """A day where Discord shows no timestamps."""
    day = at.astimezone(zone)
    return f"{day.day} {day:%B %Y}, {day:%H:%M}"


def kept(shown: Kept) -> tuple[ui.LayoutView, Files]:
    """An answer without a debrief, since its question has left the bank; the whole of it as a file where it had to be cut."""
    head = f"### Your answer: {_title(shown)}\n{_when(shown)}"
    tail = "-# Without its question there is no rubric to compare with; what you wrote stays."
    own, attached, files = _answer(shown.text, MESSAGE_CHARS - len(head) - len(tail), "answer.txt")
    return card(head, own, attached, tail, colour=DONE), files


def comparison(shown: Comparison) -> tuple[ui.LayoutView, Files]:
    """Two answers to one question and the ticks of both; what does not fit is cut in the answers, the longer one first."""
    earlier, later = shown.earlier, shown.later
    head = f"### Side by side: {_title(later)}\n**Earlier:** {_when(earlier)}"
    between = f"**Later:** {_when(later)}"
    tail = _both_ticks(shown)
    rooms = _fair(earlier.text, later.text, MESSAGE_CHARS - len(head) - len(between) - len(tail))
    first, first_file, files = _answer(earlier.text, rooms[0], "earlier.txt")
    second, second_file, more = _answer(later.text, rooms[1], "later.txt")
    return card(head, first, first_file, between, second, second_file, tail, colour=DONE), files + more


def _when(answer: Kept) -> str:
    return discord.utils.format_dt(answer.at, "f") + (" · late" if answer.late else "")


def _fair(first: str, second: str, room: int) -> tuple[int, int]:
    """How many characters each of two quotes gets: half, and what the other leaves."""
    needs = [len(QUOTE + plain(text)) for text in (first, second)]
    half = room // 2
    return max(half, room - needs[1]), max(half, room - needs[0])


def _answer(text: str, room: int, name: str) -> tuple[str, ui.Item[Any] | None, Files]:
    own, cut = quoted(text, room)
    return (own, ui.File[Any](f"attachment://{name}"), [text_file(text, name)]) if cut else (own, None, [])


def _both_ticks(shown: Comparison) -> str:
    question = shown.later.question
    if question is None:
        return "-# The question has left the bank, and its rubric with it."
    lines = [f"- {_tick(shown.earlier, index)} {_tick(shown.later, index)} {point.point}" for index, point in enumerate(question.rubric)]
    unchecked = [name for name, answer in (("earlier", shown.earlier), ("later", shown.later)) if answer.ticked is None]
    note = f"\n-# {NOT_CHECKED} stands for the {' and the '.join(unchecked)} one, which has no self-check yet." if unchecked else ""
    return "**What you ticked, earlier and later**\n" + "\n".join(lines) + note


def _tick(answer: Kept, index: int) -> str:
    if answer.ticked is None:
        return NOT_CHECKED
    return TICKED if index in answer.ticked else NOT_TICKED
