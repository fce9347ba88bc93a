"""What the account room looks like."""

from typing import Any

import discord
from discord import ui

from bot.account.model import LONGEST_MINUTES, WORD, NotUnderstood, Own, Stored
from bot.ui.actions import FIRST_QUESTION
from bot.ui.buttons import DANGER, PRIMARY, button
from bot.ui.cards import CLOSED, DONE, card
from bot.ui.text import plain

ZONE_CHARS = 64
ON, OFF = 1, 0

HELP = """### Practise interviews on machine learning system architecture
1. `/interview medium` draws a question and posts it here with a timer; so do `easy`, `hard` and `any`. `topic` and `type` narrow the choice, \
`minutes` sets the time.
2. Press `Answer` and type, or `Answer in DM` to type there in your own time; a message of yours has `Use as my answer` in its menu (Apps). Anyone \
here may answer the same card; nobody else sees what you send. `Hint` helps, step by step.
3. Your debrief compares your wording with the rubric. Tick what you covered with `Self-check`, then read the `Model answer`. Discord forgets \
private messages when it reloads: `My debrief` on the card brings yours back.

`/daily schedule` posts a question in a server every day; `Follow` on one has you reminded. \
`/stats` shows what you have practised and your streak, `/history` every answer of yours, `/topics` what there is. `Report` in a \
debrief tells whoever runs the bot what is wrong with a question. \
`/settings me` sets your time zone and more. `/privacy` says what is stored, `/mydata export` hands it to you, `/mydata delete` erases it."""

PRIVACY = """### What is stored about you
- **Your answers:** every text that you send or type into a draft, with its time, your hints, ticks and ratings; texts that you hand over or report.
- **Around them:** the questions that you drew, how often you practised each, your settings, and whose daily questions you follow or have set up.
- **Ids:** of your account, of servers, channels and messages. No names. The log may hold your id next to an error, never your text.

**Where and for how long:** in the database of whoever runs this bot, until you erase it. Nobody but you is shown your answers, unless you put \
them up. What was posted in a server that removes the bot is erased 30 days later.
**Backups** that whoever runs the bot makes keep data, erased ones too, until they are rotated.
**What the bot sees:** two of Discord's intents suffice, servers and direct messages, and neither is privileged. It does not read channels: text \
comes from forms, from direct messages to the bot, and from messages that you hand over.

`/mydata export` gives you all of it as a file. `/mydata delete` erases all of it."""


def help_card(questions: int, topics: int) -> ui.LayoutView:
    """How it works, and one press to a first question."""
    return card(HELP, [FIRST_QUESTION.draw(primary=True)], f"-# The first question is an easy one. There are {questions} in {topics} topics.")


def privacy() -> ui.LayoutView:
    """What is stored, where, and for how long."""
    return card(PRIVACY, colour=DONE)


# Settings


def settings(shown: Own) -> ui.LayoutView:
    """One person's settings, each with what it does and a button to change it."""
    own = shown.preferences
    minutes = "as long as each question says" if own.minutes is None else f"{own.minutes}, unless you say otherwise"
    nudges = "a direct message when a fifth of the time for your draft is left" if own.nudges else "none"
    reminders = "a direct message two hours before a daily question that you follow shows its answer" if own.reminders else "none"
    visible = "your name beside the answers that you put up, and your counts on boards" if own.visible else "nothing but the answers that you put up"
    return card(
        "### Your settings",
        f"**Time zone:** {own.zone.key}, where it is {shown.local:%H:%M} on {shown.local:%A}. Your days, and so your streak, begin there.",
        f"**Minutes for a question:** {minutes}.",
        f"**Nudges:** {nudges}.\n**Reminders:** {reminders}.",
        f"**What others may see:** {visible}.",
        [button("Time zone", "own-zone", style=PRIMARY), button("Minutes", "own-minutes", style=PRIMARY)],
        [_switch("nudges", "nudges", on=own.nudges), _switch("reminders", "reminders", on=own.reminders), _visible(on=own.visible)],
        "-# A change holds from the next thing that you do, in every server.",
        colour=DONE,
    )


def _switch(what: str, name: str, *, on: bool) -> ui.Button[Any]:
    # The number is what it is switched to, so that a second click of a hasty finger changes nothing.
    return button(f"Turn {what} {'off' if on else 'on'}", f"own-{name}", OFF if on else ON)


def _visible(*, on: bool) -> ui.Button[Any]:
    return button("Hide me from others" if on else "Show me to others", "own-visible", OFF if on else ON)


def zone_form(shown: Own) -> ui.Modal:
    """A form for the time zone, empty, so that a city can be typed at once; the present one stands behind it."""
    modal = ui.Modal(title="Your time zone", custom_id="own-zone:0", timeout=None)
    zone: ui.TextInput[Any] = ui.TextInput(custom_id="zone", placeholder=shown.preferences.zone.key, max_length=ZONE_CHARS)
    modal.add_item(ui.Label(text="Time zone or city", component=zone, description="Europe/Berlin, for instance, or a city: Berlin, New York"))
    return modal


def minutes_form(shown: Own) -> ui.Modal:
    """A form for the default minutes, holding the present ones."""
    modal = ui.Modal(title="Minutes for a question", custom_id="own-minutes:0", timeout=None)
    minutes = shown.preferences.minutes
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id="minutes", default=None if minutes is None else str(minutes), required=False, max_length=len(str(LONGEST_MINUTES))
    )
    modal.add_item(ui.Label(text=f"Minutes, 1 to {LONGEST_MINUTES}", component=field, description="Empty: as long as each question says"))
    return modal


def not_understood(problem: NotUnderstood, again: str) -> ui.LayoutView:
    """What was wrong with what somebody typed, and the way back to the form behind the button named `again`."""
    near = [f"`{name}`" for name in problem.near]
    meant = f"\nDid you mean {', '.join(near[:-1])}{' or ' if len(near) > 1 else ''}{near[-1]}?" if near else ""
    said = f"“{plain(problem.typed)}” " if problem.typed.strip() else "An empty field "
    return card(f"{said}{problem.text}{meant}", [button("Type it again", again)], colour=CLOSED)


# Everything about oneself


def exported(files: int) -> str:
    """What stands above the file, or above the first of several."""
    if files == 1:
        return "Here is everything that is stored about you. Save it before Discord forgets this message."
    return f"Here is everything that is stored about you, in {files} files. Save them before Discord forgets these messages."


def ask_to_erase(there: Stored) -> ui.LayoutView:
    """What will go, what stays, and the way to the form."""
    if there.nothing:
        return card("Nothing is stored about you, so there is nothing to erase.", colour=DONE)
    return card(
        "### Erase everything about you?",
        "**This will be erased, and cannot be brought back:**\n" + "\n".join(f"- {line}" for line in _lines(there)),
        "**This stays:** how often each question was practised by all, without you; what stands in backups, until they are rotated. "
        "Cards on which others have begun stay too, and so do a server's daily questions that you have set up, without your name.",
        [button("Erase everything", "erase-all", style=DANGER)],
        "-# `/mydata export` gives you a copy first.",
    )


def _lines(there: Stored) -> list[str]:
    every = [
        (there.answers, "answer", "answers"),
        (there.texts, "text that you sent as an answer", "texts that you sent as answers"),
        (there.drafts, "question that you began and did not answer", "questions that you began and did not answer"),
        (there.typed, "message that you typed into a draft", "messages that you typed into drafts"),
        (there.rewritten, "point that you wrote again", "points that you wrote again"),
        (there.offered, "text that you handed over", "texts that you handed over"),
        (there.drawn, "card that you drew", "cards that you drew"),
        (there.counts, "count of a question that you practised", "counts of questions that you practised"),
        (there.reports, "report about a question", "reports about questions"),
        (there.follows, "server whose daily questions you follow", "servers whose daily questions you follow"),
        (there.reminders, "note that you were reminded of a daily question", "notes that you were reminded of daily questions"),
        (there.schedules, "schedule of daily questions that names you as its maker", "schedules of daily questions that name you as their maker"),
        (there.messages, "message of mine with your text in it", "messages of mine with your text in them"),
    ]
    lines = [f"{count:,} {one if count == 1 else more}" for count, one, more in every if count]
    return [*lines, "your settings"] if there.settings else lines


def erase_form() -> ui.Modal:
    """A form that wants the word typed."""
    modal = ui.Modal(title="Erase everything", custom_id="erase-all:0", timeout=None)
    word: ui.TextInput[Any] = ui.TextInput(custom_id="word", style=discord.TextStyle.short, placeholder=WORD, max_length=20)
    modal.add_item(ui.Label(text=f"Type {WORD} to erase everything about you", component=word, description="It cannot be brought back."))
    return modal


def erased(there: Stored) -> ui.LayoutView:
    """Done."""
    if there.nothing:
        return card("Nothing is stored about you, so nothing was left to erase.", colour=DONE)
    return card(
        "### Erased\n" + "\n".join(f"- {line}" for line in _lines(there)),
        "Messages of mine with your text are being deleted now; if Discord does not answer, again and again until they are. "
        "Backups keep what they hold until they are rotated.",
        colour=DONE,
    )


def erased_question() -> ui.LayoutView:
    """What becomes of a card when everything behind it was erased."""
    return card("This question is gone: what stood behind it was erased. Draw a new one with `/interview any`.", colour=CLOSED)
