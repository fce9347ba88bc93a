"""What those who manage a server are shown of its daily questions."""

from collections.abc import Collection, Mapping, Sequence

from discord import ui

from bot.daily.calendar import Occasion
from bot.daily.cards.post import link
from bot.daily.model import FAILURES, MOST_SCHEDULES, STREAKS, Listed, Plan, Post, Schedule, Trouble
from bot.daily.options import days_in_words
from bot.practice.cards.question import title
from bot.ui.buttons import PRIMARY, button
from bot.ui.cards import CLOSED, DONE, card
from bot.ui.text import packed, plain
from bot.ui.times import countdown, date_and_time

QUEUE_SHOWN = 10
TROUBLES = {
    Trouble.CHANNEL: "its channel is gone. `/daily edit` gives it another channel.",
    Trouble.PERMISSION: "I may no longer post in its channel. Give me **{needed}** there.",
    Trouble.SERVER: "I am no longer in the server. Invite me again, and it goes on by itself.",
    Trouble.THREADS: "the server has as many open threads as Discord allows. Close some, or make Discord archive them sooner.",
    Trouble.TAG: "its forum wants a tag on every post, and has none that I may use. Add one, or no longer require it.",
    Trouble.OTHER: "Discord refused the post. The log of the bot says why.",
}
NEEDED = "View Channel, Send Messages, Read Message History"


def proposal(proposed: Listed) -> ui.LayoutView:
    """A schedule as it will be, to be confirmed."""
    return card(
        "### A daily question\n" + _plan(proposed),
        "**It posts next**\n" + _times(proposed.next),
        [button("Confirm", "daily-confirm", proposed.schedule.id, style=PRIMARY)],
        "-# Nothing is posted before you press `Confirm`.",
    )


def confirmed(made: Listed) -> ui.LayoutView:
    """It is made."""
    return card(
        f"### Confirmed\n{_plan(made)}",
        "**It posts next**\n" + _times(made.next),
        "-# `/daily preview` shows what a post looks like, `/daily now` posts today's at once, `/daily queue` chooses what comes first.",
        colour=DONE,
    )


def changed(what: str, now: Listed, note: str | None = None) -> ui.LayoutView:
    """A schedule after something was done to it."""
    goes_on = now.schedule.active
    return card(
        f"### {what}\n{_plan(now)}",
        *(["**It posts next**\n" + _times(now.next)] if goes_on else []),
        None if note is None else f"- {note}",
        colour=DONE if goes_on else CLOSED,
    )


def removed(gone: Listed) -> ui.LayoutView:
    """A schedule is gone, and can be brought back."""
    return card(
        f"### Removed\n{_plan(gone)}",
        "It posts no more. A question that is open is still revealed.",
        [button("Undo", "daily-undo", gone.schedule.id)],
        colour=CLOSED,
    )


def schedules(all_: Sequence[Listed]) -> list[ui.LayoutView]:
    """All schedules of a server, in as few messages as hold them."""
    if not all_:
        return [card("This server has no daily questions yet. `/daily schedule` makes the first.")]
    return [card(*texts) for texts in packed([f"### Daily questions: {len(all_)} of {MOST_SCHEDULES}", *map(_in_list, all_)])]


def _in_list(each: Listed) -> str:
    schedule = each.schedule
    lines = [f"**{schedule.id}** · {_plan(each)}"]
    if schedule.paused is not None:
        lines.append(f"**Paused**{_because(schedule)}" + ("" if schedule.trouble else " `/daily resume` lets it post again."))
    else:
        lines.append(f"Next {date_and_time(each.next[0].at)}, {countdown(each.next[0].at)}")
        if schedule.failures:
            lines.append(f"The last {'try' if schedule.failures == 1 else f'{schedule.failures} tries'} failed{_because(schedule)}")
    if each.last is not None:
        lines.append(f"Last: {title(each.last)}, {link(each.last.posting)}")
    if each.queued:
        lines.append(f"Queued: {len(each.queued)}")
    return "\n".join(lines)


def _because(schedule: Schedule) -> str:
    return f": {trouble(schedule.trouble)}" if schedule.trouble is not None else "."


def queue(now: Listed, what: str | None = None) -> ui.LayoutView:
    """The questions that a schedule asks first."""
    lines = [f"{number}. {question}" for number, question in enumerate(now.queued[:QUEUE_SHOWN], 1)]
    more = len(now.queued) - QUEUE_SHOWN
    listed = "\n".join([*lines, *([f"and {more} more"] if more > 0 else [])])
    empty = "The queue is empty: every question is drawn. `/daily queue` with `question` puts one first."
    return card(*([what] if what else []), f"**Asked first, one a day**\n{listed}" if lines else empty, f"-# {_where(now.schedule.plan)}")


def roles(now: Mapping[int, int]) -> ui.LayoutView:
    """The roles that a server gives for streaks."""
    lines = [f"- {days} days: " + (f"<@&{now[days]}>" if days in now else "no role") for days in STREAKS]
    return card(
        "### Roles for streaks\n" + "\n".join(lines),
        "-# Given to whoever answers a daily question here and has answered something on so many days in a row; nobody loses it again. "
        "`/daily roles` with `days` and `role` sets one, with @everyone as the role it takes it away.",
        colour=DONE,
    )


def posted(shown: Post, *, before: bool) -> ui.LayoutView:
    """Today's question is out; `before`: it was already."""
    said = "Today's question was posted already" if before else "Posted"
    return card(f"{said}: {link(shown.posting)}", colour=DONE)


def trouble(what: Trouble) -> str:
    """What keeps a question from being posted, and what to do."""
    return TROUBLES[what].format(needed=NEEDED)


def paused(schedule: Schedule, server: str) -> ui.LayoutView:
    """Told to whoever made a schedule that cannot post."""
    why = schedule.trouble or Trouble.OTHER
    goes_on = "" if why is Trouble.SERVER else " Then `/daily resume` there lets it post again."
    return card(
        f"I could not post the daily question of {plain(server)} in <#{schedule.plan.channel_id}> {FAILURES} times in a row, so I have paused it: "
        f"{trouble(why)}{goes_on}",
        colour=CLOSED,
    )


def name(schedule: Schedule, channel: str | None) -> str:
    """A schedule in the list of choices, where nothing is rendered."""
    plan = schedule.plan
    state = " · paused" if schedule.paused is not None else ""
    return (
        f"{schedule.id} · #{channel or 'deleted channel'} · {plan.rhythm.time:%H:%M} {plan.rhythm.zone.key}, {days_in_words(plan.rhythm.days)}{state}"
    )


def _where(plan: Plan) -> str:
    return f"<#{plan.channel_id}>, {days_in_words(plan.rhythm.days)} at {plan.rhythm.time:%H:%M} {plan.rhythm.zone.key}"


def _plan(of: Listed) -> str:
    plan = of.schedule.plan
    asked = [
        str(plan.levels) if str(plan.levels) != "any" else "any difficulty",
        *([plan.type] if plan.type else []),
        *([of.topic_name] if of.topic_name else []),
    ]
    after = "1 hour" if plan.reveal_after == 1 else f"{plan.reveal_after} hours"
    told = [f"model answer after {after}, {'in a thread' if plan.thread else 'behind a spoiler'}"]
    if plan.role_id is not None:
        told.append(f"pings <@&{plan.role_id}>")
    return f"{_where(plan)}\n{' · '.join([*asked, *told])}"


def _times(next_: Collection[Occasion]) -> str:
    return "\n".join(f"- {date_and_time(each.at)}" for each in next_)
