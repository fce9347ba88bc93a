"""What progress looks like."""

from collections.abc import Mapping

from discord import ui

from bot.progress.model import Stats, Streak
from bot.ui.actions import FIRST_QUESTION
from bot.ui.cards import DONE, card
from bot.ui.times import countdown

TOPICS_SHOWN = 30  # of at most 80 characters each; a card holds 4,000


def stats(shown: Stats) -> ui.LayoutView:
    """One's own numbers."""
    if shown.total == 0:
        return card("### Your practice\nNothing yet. Your first answer starts the count.", [FIRST_QUESTION.draw(primary=True)], colour=DONE)
    return card(
        f"### Your practice\n**{shown.total}** practised in all · **{shown.this_week}** this week",
        _streak(shown.streak),
        f"**By difficulty:** {_counts(shown.by_difficulty)}" if shown.by_difficulty else None,
        f"**By type:** {_counts(shown.by_type)}" if shown.by_type else None,
        f"**By topic**\n{_topics(shown.by_topic)}",
        "-# Every submitted answer counts, repeats too. The week begins on Monday.",
        colour=DONE,
    )


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
