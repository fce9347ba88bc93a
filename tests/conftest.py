"""The world of the tests: a real database file, the real bank, and a simulated Discord with two people in it."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands
from simcord import interactions
from simcord.backend import serializers
from simcord.backend.models import Interaction
from simcord.enums import ComponentType, InteractionType
from sqlalchemy import Table, select

from bot import app as composition
from bot.app import App
from bot.bank import loader
from bot.bank.bank import Bank
from bot.storage import prepare
from tests.faults import Wire

ROOT = Path(__file__).parents[1]
SEED = 7
NO_PRIVILEGE = discord.Intents(guilds=True, dm_messages=True)  # all that the Developer Portal grants this application

Shown = simcord.ResponseMessage | Any  # whatever carries `components`


@pytest.fixture(scope="session")
def bank() -> Bank:
    """The bank as it is shipped."""
    return loader.load(ROOT / "questions")


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """A new database file with the newest schema."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'interviewer.db'}"
    with prepare.prepare(url):
        yield url


@dataclass
class World:
    """A server with a channel and two members, and the bot that serves it.

    When it ends, nobody may be left without an answer and nothing may have gone wrong, but for what a test has asked for: see `problem` and
    `left_unanswered`.
    """

    database_url: str
    bank: Bank
    apps: list[App] = field(default_factory=list)
    wire: Wire = field(default_factory=Wire)
    may_ping: set[int] = field(default_factory=set)  # roles that somebody has asked to have pinged
    left_unanswered: int = 0  # people whom the bot could not answer because it was killed or cut off
    problems: list[logging.LogRecord] = field(default_factory=list)
    env: simcord.Env = field(init=False)
    guild: simcord.GuildHandle = field(init=False)
    channel: simcord.ChannelHandle = field(init=False)
    ada: simcord.MemberActor = field(init=False)
    bob: simcord.MemberActor = field(init=False)

    @property
    def app(self) -> App:
        """The bot that runs now."""
        return self.apps[-1]

    @property
    def database(self) -> Path:
        """The database file."""
        return prepare.database_path(self.database_url)

    def now(self) -> datetime:
        """The time in this world; it moves by `env.advance_time` only."""
        return self.env.now()

    async def new_app(self) -> App:
        """Another process of the bot, on the same database file."""
        self.apps.append(await composition.build(self.database_url, self.bank, now=self.now, seed=SEED))
        return self.app

    async def restart(self, down_s: float = 0) -> None:
        """Kill the bot where it stands and start another one, `down_s` seconds later."""
        await self.app.timers.stop(0)
        self.env.backend.advance_clock(down_s)
        await self.env.restart_bot((await self.new_app()).client)

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        """What the database holds."""
        return [dict(row._mapping) for row in await self.app.db.read(lambda conn: conn.execute(select(table)))]

    async def draw(self, person: simcord.MemberActor | None = None, difficulty: str = "medium", **options: Any) -> Any:
        """A person draws a question; returns the message of its card."""
        return reply(await (person or self.ada).slash(self.channel, f"interview {difficulty}", **options))

    async def answer(self, card: Any, text: str, person: simcord.MemberActor | None = None, **fields: str) -> simcord.InteractionResult:
        """A person presses `Answer`, types and sends."""
        who = person or self.ada
        return await who.submit_modal(await who.click(card, label="Answer"), {"answer": text, **fields})

    def press(self, message: Any, custom_id: str, person: simcord.MemberActor | None = None) -> simcord.InteractionResult:
        """Press a button that the message may not have (any more), as an old screen or a client of one's own making could.

        `env.settle` then lets the bot work; several of these before it arrive at once.
        """
        data = {"custom_id": custom_id, "component_type": ComponentType.BUTTON}
        record, payload = self._made(InteractionType.MESSAGE_COMPONENT, data, person, message)
        button = {"type": ComponentType.BUTTON, "style": 2, "label": "?", "custom_id": custom_id}
        payload["message"]["components"] = [{"type": ComponentType.ACTION_ROW, "components": [button]}]
        return self._arrive(record, payload)

    def send_form(
        self, custom_id: str, fields: dict[str, str], person: simcord.MemberActor | None = None, message: Any = None
    ) -> simcord.InteractionResult:
        """Send the texts of a form without having opened it; like `press`."""
        return self._arrive(*self._made(InteractionType.MODAL_SUBMIT, _form(custom_id, fields), person, message))

    async def send_form_slowly(self, custom_id: str, fields: dict[str, str], way_s: float) -> simcord.InteractionResult:
        """Send the texts of a form that are on their way for so long."""
        made = self._made(InteractionType.MODAL_SUBMIT, _form(custom_id, fields), self.ada, None)
        await self.env.advance_time(way_s)
        result = self._arrive(*made)
        await self.env.settle()
        return result

    def _made(
        self, kind: InteractionType, data: dict[str, Any], person: simcord.MemberActor | None, message: Any
    ) -> tuple[Interaction, dict[str, Any]]:
        user_id = (person or self.ada).id
        record, payload = interactions.base_payload(
            self.env.backend, type=kind, channel_id=self.channel.id, guild_id=self.guild.id, user_id=user_id, data=data
        )
        if message is not None:
            record.source_message_id = message.id
            payload["message"] = dict(serializers.message_payload(self.env.backend, self.env.backend.get_message(self.channel.id, message.id)))
        return record, payload

    def _arrive(self, record: Interaction, payload: dict[str, Any]) -> simcord.InteractionResult:
        self.env.backend.emit("INTERACTION_CREATE", payload)
        return simcord.InteractionResult(self.env, record)

    def edits(self, message: Any) -> int:
        """How often a message that everybody sees has been changed."""
        changes = [payload for kind, name, payload in self.env.backend.transcript if (kind, name) == ("GATEWAY", "MESSAGE_UPDATE")]
        return sum(payload["id"] == str(message.id) for payload in changes)

    def cards(self) -> list[simcord.ResponseMessage]:
        """What everybody sees in the channel, oldest first."""
        messages = self.env.backend.messages[self.channel.id].values()
        return [simcord.ResponseMessage(self.env, message) for message in messages if not message.is_ephemeral]

    def problem(self) -> logging.LogRecord:
        """The one error that the bot has logged since the last call; a world in which one is left fails its test."""
        (problem,) = self.problems
        self.problems.clear()
        return problem


def _form(custom_id: str, fields: dict[str, str]) -> dict[str, Any]:
    inputs = [{"type": ComponentType.TEXT_INPUT, "custom_id": name, "value": text} for name, text in fields.items()]
    return {"custom_id": custom_id, "components": [{"type": ComponentType.LABEL, "component": each} for each in inputs]}


@asynccontextmanager
async def running(database_url: str, bank: Bank) -> AsyncIterator[World]:
    """A world with its bot online."""
    world = World(database_url, bank)
    app = await world.new_app()
    world.env = world.wire.env = simcord.Env(app.client, approved_intents=NO_PRIVILEGE)
    world.guild = world.env.create_guild("Study group")
    world.channel = world.guild.create_text_channel("interviews")
    world.ada = world.guild.add_member(world.env.create_user("ada", global_name="Ada"))
    world.bob = world.guild.add_member(world.env.create_user("bob", global_name="Bob"))
    with world.wire.laid(), _errors_of("bot", world.problems):
        await world.env.start()
        try:
            yield world
            _check(world)
        finally:
            await world.env.shutdown()
            for each in world.apps:
                await each.close()


def _check(world: World) -> None:
    # What a command raises goes to `InterviewTree.on_error`, which answers it, and logs it if it is no refusal.
    raised = [error for error in world.env.errors if not isinstance(error, app_commands.AppCommandError)]
    if raised:
        raise BaseExceptionGroup("the bot raised", raised)
    assert [problem.getMessage() for problem in world.problems] == [], "the bot logged errors that the test did not ask for"
    unanswered = [each for each in world.env.backend.interactions.values() if not each.responded]
    assert len(unanswered) == world.left_unanswered, "people saw that the application did not respond"
    messages = [message for channel in world.env.backend.messages.values() for message in channel.values()]
    ours = [message for message in messages if message.author_id == world.env.backend.bot_user.id]
    assert not any(message.ping_user_ids or set(message.ping_role_ids) - world.may_ping or message.mention_everyone for message in ours), "a ping"


class _Keep(logging.Handler):
    def __init__(self, kept: list[logging.LogRecord]) -> None:
        super().__init__(logging.ERROR)
        self.kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record)


@contextmanager
def _errors_of(logger: str, kept: list[logging.LogRecord]) -> Iterator[None]:
    handler = _Keep(kept)
    logging.getLogger(logger).addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger(logger).removeHandler(handler)


@pytest.fixture
async def world(database_url: str, bank: Bank) -> AsyncIterator[World]:
    """A world with its bot online."""
    async with running(database_url, bank) as world:
        yield world


def reply(result: simcord.InteractionResult) -> simcord.ResponseMessage:
    """The message with which a person was answered, or the one that was changed for them."""
    assert result.response is not None
    return result.response


def all_text(shown: Shown) -> str:
    """Every text that a person sees on a message, labels of buttons included."""
    return "\n".join(_texts(shown.components))


def texts(shown: Shown) -> list[str]:
    """The texts of a message, each by itself, without the labels of buttons."""
    return [part["content"] for part in _walk(shown.components) if "content" in part]


def buttons(shown: Shown) -> list[str]:
    """The labels of a message's buttons, in order."""
    return [part["label"] for part in _walk(shown.components) if part["type"] == 2]


def _texts(components: list[Any]) -> Iterator[str]:
    for part in _walk(components):
        for name in ("content", "label"):
            if part.get(name):
                yield part[name]


def _walk(components: list[Any]) -> Iterator[dict[str, Any]]:
    for part in components:
        raw = part if isinstance(part, dict) else part.to_dict()
        yield raw
        yield from _walk(raw.get("components", []))
