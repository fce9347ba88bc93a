"""`/help`, `/settings me`, `/privacy` and `/mydata`, with the buttons and forms behind them."""

import io
from functools import partial
from typing import Any

import discord
from discord import app_commands, ui

from bot.account import cards
from bot.account.model import ExportFile, NotUnderstood
from bot.account.service import Choices, OwnData
from bot.bank.bank import Bank
from bot.ui import replies
from bot.ui.buttons import ButtonHandler
from bot.ui.modals import Fields, ModalHandler
from bot.ui.replies import ALREADY_ANSWERED, Interaction

SWITCHES = ("nudges", "reminders", "visible")
EVERYWHERE: dict[str, Any] = {  # for groups, which take no decorator
    "allowed_contexts": app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    "allowed_installs": app_commands.AppInstallationType(guild=True, user=True),
}


class HelpCommands:
    """Gets a newcomer to a first question, and says what is stored."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def commands(self) -> list[app_commands.Command[Any, ..., None]]:
        """`/help` and `/privacy`."""

        @app_commands.command(name="help", description="How this works, and a first question in one click")
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        async def help_(itx: Interaction) -> None:
            await replies.send(itx, cards.help_card(len(self.bank), len(self.bank.topics)))

        @app_commands.command(name="privacy", description="What is stored about you, where, and for how long")
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        async def privacy(itx: Interaction) -> None:
            await replies.send(itx, cards.privacy())

        return [help_, privacy]


class SettingsCommands:
    """A person's own settings, on one card that shows what they are set to."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices

    def commands(self) -> list[app_commands.Group]:
        """`/settings me`."""
        group = app_commands.Group(name="settings", description="How the bot works for you", **EVERYWHERE)

        @app_commands.command(name="me", description="Your time zone, default minutes, nudges, and what others may see")
        async def me(itx: Interaction) -> None:
            await replies.send(itx, cards.settings(await self.choices.own(itx.user.id)))

        group.add_command(me)
        return [group]

    def buttons(self) -> dict[str, ButtonHandler]:
        """Those of the card."""
        switches: dict[str, ButtonHandler] = {f"own-{name}": partial(self.switch, name) for name in SWITCHES}
        return {"own-zone": self.zone, "own-minutes": self.minutes, **switches}

    def modals(self) -> dict[str, ModalHandler]:
        """What is typed and not pressed."""
        return {"own-zone": self.zone_typed, "own-minutes": self.minutes_typed}

    async def zone(self, itx: Interaction) -> None:
        await replies.ask(itx, cards.zone_form(await self.choices.own(itx.user.id)))

    async def minutes(self, itx: Interaction) -> None:
        await replies.ask(itx, cards.minutes_form(await self.choices.own(itx.user.id)))

    async def switch(self, name: str, itx: Interaction, on: int) -> None:
        await _show(itx, cards.settings(await self.choices.switch(itx.user.id, name, on=on == cards.ON)))

    async def zone_typed(self, itx: Interaction, fields: Fields, _number: int) -> None:
        try:
            view = cards.settings(await self.choices.set_zone(itx.user.id, fields.texts.get("zone", "")))
        except NotUnderstood as problem:
            view = cards.not_understood(problem, "own-zone")
        await _show(itx, view)

    async def minutes_typed(self, itx: Interaction, fields: Fields, _number: int) -> None:
        try:
            view = cards.settings(await self.choices.set_minutes(itx.user.id, fields.texts.get("minutes", "")))
        except NotUnderstood as problem:
            view = cards.not_understood(problem, "own-minutes")
        await _show(itx, view)


class DataCommands:
    """Everything about oneself, and nobody else: all of it goes by who presses, whatever the button says."""

    def __init__(self, data: OwnData) -> None:
        self.data = data

    def commands(self) -> list[app_commands.Group]:
        """`/mydata export` and `/mydata delete`."""
        group = app_commands.Group(name="mydata", description="Everything that is stored about you", **EVERYWHERE)

        @app_commands.command(name="export", description="Get everything that is stored about you as a file")
        async def export(itx: Interaction) -> None:
            await self.export(itx)

        @app_commands.command(name="delete", description="Erase everything that is stored about you")
        async def delete(itx: Interaction) -> None:
            await replies.send(itx, cards.ask_to_erase(await self.data.stored(itx.user.id)))

        group.add_command(export)
        group.add_command(delete)
        return [group]

    def buttons(self) -> dict[str, ButtonHandler]:
        """The way to the form."""
        return {"erase-all": self.erase}

    def modals(self) -> dict[str, ModalHandler]:
        """The word that erases."""
        return {"erase-all": self.erase_typed}

    async def export(self, itx: Interaction) -> None:
        """Years of answers take longer to write and send than Discord waits, so it is told to wait first."""
        await _defer(itx)
        files = await self.data.export(itx.user.id, itx.filesize_limit)
        for number, file in enumerate(files):  # each in a message of its own: together they may be more than one request holds
            await _send_file(itx, file, cards.exported(len(files)) if number == 0 else None)

    async def erase(self, itx: Interaction) -> None:
        await replies.ask(itx, cards.erase_form())

    async def erase_typed(self, itx: Interaction, fields: Fields, _number: int) -> None:
        try:
            view = cards.erased(await self.data.erase(itx.user.id, fields.texts.get("word", "")))
        except NotUnderstood as problem:
            view = cards.not_understood(problem, "erase-all")
        await _show(itx, view)


async def _show(itx: Interaction, view: ui.LayoutView) -> None:
    """In place of the card whose button led here; that is always one's own."""
    if itx.message is not None and itx.message.flags.ephemeral:
        await replies.edit(itx, view)
    else:
        await replies.send(itx, view)


async def _defer(itx: Interaction) -> None:
    try:
        await itx.response.defer(ephemeral=True, thinking=True)
    except discord.HTTPException as error:
        if error.code != ALREADY_ANSWERED:
            raise


async def _send_file(itx: Interaction, file: ExportFile, text: str | None) -> None:
    view = replies.sentence(text) if text is not None else ui.LayoutView(timeout=None)
    view.add_item(ui.File(f"attachment://{file.name}"))
    view.stop()
    await itx.followup.send(view=view, ephemeral=True, files=[discord.File(io.BytesIO(file.content), filename=file.name)])
