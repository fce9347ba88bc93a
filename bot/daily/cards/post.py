"""The daily question in front of people: the post, its reveal, and what those who follow hear."""

from discord import ui

from bot.daily.model import Following, Post, Reveal
from bot.practice.cards.debrief import common_mistakes
from bot.practice.cards.question import question_parts, title
from bot.practice.model import Posting
from bot.ui.actions import FOLLOW, MY_DEBRIEF
from bot.ui.buttons import PRIMARY, button
from bot.ui.cards import CLOSED, DONE, card
from bot.ui.text import clip, packed, pages, plain
from bot.ui.times import clock, countdown

THREAD_NAME_CHARS = 100  # (Discord, "Channel Object")
FOOTER = (
    "-# Anyone here may answer: in a form, in a DM, or with `Use as my answer` in the menu of a message (Apps). What you send is seen by you alone."
)
POINTS_SHOWN = 2  # of those that were ticked as often
TICKS_FROM = 2  # self-checks; one alone would be somebody's own


def post(shown: Post, *, real: bool = True) -> ui.LayoutView:
    """The card while it takes answers. Not `real`: as an example, on which nothing can be pressed."""
    posting = shown.posting
    ping = f" · <@&{shown.role_id}>" if shown.role_id is not None else ""
    return card(
        f"-# Daily question{ping if real else ''}",
        *question_parts(shown.card),
        f"Model answer {countdown(posting.closes)}, at {clock(posting.closes)}",
        _answered(shown.answered),
        [
            button("Answer", "answer", posting.id, style=PRIMARY, disabled=not real),
            button("Answer in DM", "answer-in-dm", posting.id, disabled=not real),
            button("Hint", "hint", posting.id, disabled=not real),
            *([MY_DEBRIEF.draw(posting.id), FOLLOW.draw()] if real else []),
        ],
        FOOTER,
    )


def closed(shown: Post) -> ui.LayoutView:
    """The same card when its time is up."""
    posting = shown.posting
    return card(
        "-# Daily question",
        *question_parts(shown.card),
        f"**Time is up** · {clock(posting.ends)}",
        _answered(shown.answered),
        [button("Model answer", "model", posting.id, style=PRIMARY), MY_DEBRIEF.draw(posting.id)],
        colour=CLOSED,
    )


def thread_name(shown: Post) -> str:
    """Date and title."""
    return clip(f"{shown.day.isoformat()} · {title(shown.card)}", THREAD_NAME_CHARS)


def reveal(told: Reveal, *, spoiler: bool) -> list[ui.LayoutView]:
    """What is told when the time is up, in as few messages as hold it; behind bars where it does not stand in a thread of its own."""
    posting_id = told.post.posting.id
    heading = f"### {title(told.post.card)}: model answer"
    parts = [*pages(told.question.answer.strip()), common_mistakes(told.question), *_how_it_went(told)]
    messages = packed([heading, *parts])
    last = [button("Model answer", "model", posting_id), MY_DEBRIEF.draw(posting_id)]
    views = [card(*texts, colour=DONE, spoiler=spoiler) for texts in messages[:-1]]
    return [*views, card(*messages[-1], last, colour=DONE, spoiler=spoiler)]


def _how_it_went(told: Reveal) -> list[str]:
    went = f"**{_answered(told.post.answered)}**"
    if told.checked < TICKS_FROM:
        return [went]
    most, least = max(told.ticks), min(told.ticks)
    went += f", {told.checked} said what they had covered"
    if most == least:
        return [f"{went}: each point was ticked by {most}."]
    return [f"{went}\n**Ticked most**, by {most}:\n{_points(told, most)}", f"**Ticked least**, by {least or 'nobody'}:\n{_points(told, least)}"]


def _points(told: Reveal, times: int) -> str:
    points = [point.point for point, ticked in zip(told.question.rubric, told.ticks, strict=True) if ticked == times]
    more = [f"- and {len(points) - POINTS_SHOWN} more"] if len(points) > POINTS_SHOWN else []
    return "\n".join([*(f"- {point}" for point in points[:POINTS_SHOWN]), *more])


def _answered(number: int) -> str:
    return f"{number:,} answered"


def link(posting: Posting) -> str:
    """The address of a post, of its channel when nobody knows the message."""
    spot = posting.spot
    return f"https://discord.com/channels/{spot.guild_id}/{spot.channel_id}" + (f"/{posting.message_id}" if posting.message_id is not None else "")


# Those who follow


def following(now: Following, guild_id: int) -> ui.LayoutView:
    """Said to whoever presses `Follow`."""
    said = "You follow this server's daily questions already" if now.before else "You follow this server's daily questions"
    off = "" if now.reminders else "\nYour reminders are off, so nothing comes yet: `/settings me` turns them on."
    return card(
        f"{said}: I write to you when one is two hours from its model answer and you have not answered it.{off}",
        [button("Unfollow", "unfollow", guild_id)],
        colour=DONE,
    )


def unfollowed(*, before: bool) -> ui.LayoutView:
    """Said to whoever presses `Unfollow`."""
    return card("I no longer remind you of this server's daily questions." if before else "You do not follow that server's daily questions.")


def reminder(shown: Post, server: str) -> ui.LayoutView:
    """A direct message to somebody who has not answered yet."""
    posting = shown.posting
    return card(
        f"**{title(shown.card)}**, the daily question of {plain(server)}, shows its model answer {countdown(posting.closes)}, and you have not "
        f"answered it yet: {link(posting)}",
        [
            button("Answer", "answer", posting.id, style=PRIMARY),
            button("Answer in DM", "answer-in-dm", posting.id),
            *([button("Unfollow", "unfollow", posting.spot.guild_id)] if posting.spot.guild_id is not None else []),
        ],
    )
