"""The bot's side of Discord: two intents, dispatch of presses and forms, command sync, and an answer when something fails."""

import asyncio
import hashlib
import io
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar

import aiohttp
import discord
import orjson
from discord import app_commands
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert

from bot.errors import Refused
from bot.storage.database import Database
from bot.storage.tables import command_syncs
from bot.ui import modals, replies
from bot.ui.buttons import ButtonHandler, Pressed
from bot.ui.modals import ModalHandler
from bot.ui.replies import Interaction
from bot.ui.selects import Chosen, SelectHandler

log = logging.getLogger(__name__)

FAILED = "Something went wrong on our side. Please try again; if it happens again, give this reference to whoever runs the bot: `{reference}`"
NOT_HEARD = "Something went wrong on our side, and that message is not in your answer yet. Send it again, please. Reference: `{reference}`"
GIVEN_BACK = "What you typed is in the file below."
OUTDATED = "This button or form belongs to an older version of the bot and does nothing any more. `/interview any` draws a new question."
REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is easily taken for another
REFERENCE_LENGTH = 6
TYPED_FILE = "your-answer.txt"
SYNC_WITHIN_S = 10.0  # seconds; discord.py would wait out any rate limit and breakdown, and nobody could use the bot meanwhile
UNREACHABLE = (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError)  # what a request may end with; a time-out is an OSError

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it would tell of missing voice libraries, and there is no voice here

Handler = TypeVar("Handler")


class DirectMessages(Protocol):
    """The side of a room that hears what people write to the bot."""

    async def on_message(self, message: discord.Message) -> None: ...
    async def on_edit(self, message: discord.Message) -> None: ...
    async def on_delete(self, channel_id: int, message_ids: set[int]) -> None: ...


class InterviewTree(app_commands.CommandTree["InterviewClient"]):
    """Slash commands, with the client's one way to answer failures."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        if interaction.type is discord.InteractionType.autocomplete:
            return  # a list of choices has no place for a sentence
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await self.client.answer_failure(interaction, cause)

    async def interaction_check(self, interaction: Interaction) -> bool:  # noqa: ARG002 - discord.py's signature
        """Lets everything through; a stop waits for what has begun."""
        self.client.begin_work()
        return True


class InterviewClient(discord.Client):
    """Connects rooms to Discord. It keeps no members and no messages: everything that matters is in the database."""

    def __init__(self, db: Database, *, command_guild_id: int | None = None, **options: Any) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            **options,
        )
        self.db = db
        self.command_guild_id = command_guild_id
        self.tree = InterviewTree(self)
        self.direct: DirectMessages | None = None
        self.begin: list[Callable[[], Awaitable[None]]] = []  # called once, when Discord can be talked to
        self.ready: list[Callable[[], Awaitable[None]]] = []  # called when the list of servers is complete, and again after an outage
        self.joined: list[Callable[[int], Awaitable[None]]] = []  # called with a server's id
        self.left: list[Callable[[int], Awaitable[None]]] = []
        self._buttons: dict[str, ButtonHandler] = {}
        self._modals: dict[str, ModalHandler] = {}
        self._selects: dict[str, SelectHandler] = {}
        self._working: set[asyncio.Task[Any]] = set()

    def add_buttons(self, handlers: dict[str, ButtonHandler]) -> None:
        """Register a room's buttons by the name in their custom_id."""
        _add_new(self._buttons, handlers)

    def add_modals(self, handlers: dict[str, ModalHandler]) -> None:
        """Register a room's forms by the name in their custom_id."""
        _add_new(self._modals, handlers)

    def add_selects(self, handlers: dict[str, SelectHandler]) -> None:
        """Register a room's menus by the name in their custom_id."""
        _add_new(self._selects, handlers)

    async def setup_hook(self) -> None:
        """Between login and the first event: discord.py's place for what must be ready before either."""
        self.add_dynamic_items(Pressed, Chosen)
        for start in self.begin:
            await start()
        await self._sync_commands()

    async def on_ready(self) -> None:
        """Whoever has started the bot sees that it is there."""
        log.info("online as %s, servers: %d", self.user, len(self.guilds), extra={"action": "online"})
        self.begin_work()
        for each in self.ready:
            try:
                await each()
            except Exception:  # one that fails keeps no other from its work
                log.exception("something failed at ready", extra={"action": "ready-failed"})

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot was added to a server."""
        self.begin_work()
        for each in self.joined:
            await each(guild.id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """A server has removed the bot. One in an outage has not, and is not told of here."""
        self.begin_work()
        for each in self.left:
            await each(guild.id)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody has written to the bot. Its own ephemeral answers come back this way too, looking like direct messages."""
        if self._is_direct(message):
            await self._hear(message, lambda direct: direct.on_message(message))

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Somebody has changed what they wrote to the bot."""
        if payload.guild_id is None and self._is_direct(payload.message):
            await self._hear(payload.message, lambda direct: direct.on_edit(payload.message))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Somebody has deleted what they wrote to the bot."""
        if payload.guild_id is None and self.direct is not None:
            self.begin_work()
            await self.direct.on_delete(payload.channel_id, {payload.message_id})

    def _is_direct(self, message: discord.Message) -> bool:
        own = self.user is not None and message.author.id == self.user.id
        return message.guild is None and not own and not message.author.bot and not message.flags.ephemeral and not message.is_system()

    async def _hear(self, message: discord.Message, work: Callable[["DirectMessages"], Awaitable[None]]) -> None:
        """What somebody typed stands in the channel, so it is not given back; but they hear that it is not part of their answer."""
        if self.direct is None:
            return
        self.begin_work()
        try:
            await work(self.direct)
        except Exception:
            reference = _reference()
            log.exception("direct message failed, reference %s", reference, extra={"action": "failed", "reference": reference})
            try:
                await message.channel.send(view=replies.sentence(NOT_HEARD.format(reference=reference)))
            except UNREACHABLE as silent:
                log.warning("direct message could not be answered: %s", silent, extra={"action": "unanswered"})

    async def pressed(self, itx: Interaction, name: str, numbers: tuple[int, ...]) -> None:
        """A button of ours was pressed."""
        handler = self._buttons.get(name, _refuse_outdated)
        await self._answer(itx, partial(handler, itx, *numbers))

    async def chosen(self, itx: Interaction, name: str, values: tuple[str, ...], numbers: tuple[int, ...]) -> None:
        """Something was chosen from a menu of ours."""
        handler = self._selects.get(name, _refuse_outdated)
        await self._answer(itx, partial(handler, itx, values, *numbers))

    async def on_interaction(self, itx: Interaction) -> None:
        """A form was submitted; commands and buttons reach us by other ways."""
        if itx.type is not discord.InteractionType.modal_submit or itx.data is None:
            return
        name, _, number = str(itx.data.get("custom_id", "")).partition(":")
        fields = modals.parse(itx.data)
        handler = self._modals.get(name) if number.isdecimal() else None
        work = _refuse_outdated if handler is None else partial(handler, itx, fields, int(number))
        await self._answer(itx, work, typed=fields.typed())

    def begin_work(self) -> None:
        """Count the running task as work that a stop should wait for."""
        task = asyncio.current_task()
        if task is not None and task not in self._working:
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    async def finish_work(self, within_s: float) -> None:
        """Wait for what people have begun, at most so long."""
        if self._working:
            await asyncio.wait(set(self._working), timeout=within_s)

    async def _answer(self, itx: Interaction, work: Callable[[], Awaitable[None]], typed: str | None = None) -> None:
        self.begin_work()
        try:
            await work()
        except Exception as error:  # whatever it is, the person gets an answer
            await self.answer_failure(itx, error, typed)

    async def answer_failure(self, itx: Interaction, error: Exception, typed: str | None = None) -> None:
        """Tell the person in one sentence, privately, and give back what they typed and we could not keep."""
        if isinstance(error, Refused):
            text, typed = error.text, error.typed or typed
        elif isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            text = "This command has changed. Reload Discord (Ctrl+R, or close and open the app) and use it again."
        else:
            reference = _reference()
            text = FAILED.format(reference=reference)
            extra = {"action": "failed", "reference": reference, "user_id": itx.user.id, "guild_id": itx.guild_id}
            log.error("%s failed, reference %s", _what(itx), reference, exc_info=error, extra=extra)
        view = replies.sentence(text if typed is None else f"{text}\n{GIVEN_BACK}")
        files = []
        if typed is not None:
            view.add_item(discord.ui.File(f"attachment://{TYPED_FILE}"))
            files = [discord.File(io.BytesIO(typed.encode()), filename=TYPED_FILE)]
        try:
            await replies.send(itx, view, files=files)
        except UNREACHABLE as silent:
            log.warning("%s could not be answered: %s", _what(itx), silent, extra={"action": "unanswered", "user_id": itx.user.id})

    async def _sync_commands(self) -> None:
        """Send the list of commands to Discord if it differs from what was last sent, for this application and scope."""
        guild = None if self.command_guild_id is None else discord.Object(self.command_guild_id)
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        payload = sorted((command.to_dict(self.tree) for command in self.tree.get_commands(guild=guild)), key=lambda each: str(each["name"]))
        fingerprint = hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)).hexdigest()
        key = {"application_id": self.application_id, "scope": "global" if guild is None else str(guild.id)}
        if await self.db.read(lambda conn: conn.scalar(_synced, key)) == fingerprint:
            return
        try:
            async with asyncio.timeout(SYNC_WITHIN_S):
                await self.tree.sync(guild=guild)
        except UNREACHABLE:
            log.exception("Discord did not take the commands; they stay as they were until the next start", extra={"action": "sync-failed"})
            return
        row = key | {"fingerprint": fingerprint, "at": discord.utils.utcnow()}
        await self.db.write(lambda conn: conn.execute(_set_synced, row))
        log.info("commands synced (%s)", key["scope"], extra={"action": "commands-synced"})


_synced = select(command_syncs.c.fingerprint).where(
    command_syncs.c.application_id == bindparam("application_id"), command_syncs.c.scope == bindparam("scope")
)
_set_synced = insert(command_syncs)
_set_synced = _set_synced.on_conflict_do_update(
    index_elements=["application_id", "scope"], set_={"fingerprint": _set_synced.excluded.fingerprint, "at": _set_synced.excluded.at}
)


def _add_new(known: dict[str, Handler], more: Mapping[str, Handler]) -> None:
    """A name that two rooms claim is a fault of ours, found at start."""
    if taken := known.keys() & more.keys():
        raise ValueError(f"claimed twice: {', '.join(sorted(taken))}")
    known.update(more)


def _reference() -> str:
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH))


async def _refuse_outdated(*_: object) -> None:
    raise Refused(OUTDATED)


def _what(itx: Interaction) -> str:
    """What a person did, for the log; never what they typed."""
    data: Mapping[str, Any] = itx.data or {}
    return f"{itx.type.name} {data.get('name') or data.get('custom_id') or ''}".strip()
