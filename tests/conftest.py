"""The world of the tests: a real database file, the real bank, and a simulated Discord with two people in it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import simcord
from sqlalchemy import Table, select

from bot import app as composition
from bot.app import App
from bot.bank import loader
from bot.bank.bank import Bank
from bot.storage import prepare

ROOT = Path(__file__).parents[1]
SEED = 7

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
    """A server with a channel and two members, and the bot that serves it."""

    database_url: str
    bank: Bank
    apps: list[App] = field(default_factory=list)
    env: simcord.Env = field(init=False)
    guild: simcord.GuildHandle = field(init=False)
    channel: simcord.ChannelHandle = field(init=False)
    ada: simcord.MemberActor = field(init=False)
    bob: simcord.MemberActor = field(init=False)

    @property
    def app(self) -> App:
        """The bot that runs now."""
        return self.apps[-1]

    def now(self) -> datetime:
        """The time in this world; it moves by `env.advance_time` only."""
        return self.env.now()

    async def new_app(self) -> App:
        """Another process of the bot, on the same database file."""
        self.apps.append(await composition.build(self.database_url, self.bank, now=self.now, seed=SEED))
        return self.app

    async def restart(self) -> None:
        """Kill the bot where it stands and start another one."""
        await self.env.restart_bot((await self.new_app()).client)

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        """What the database holds."""
        return [dict(row._mapping) for row in await self.app.db.read(lambda conn: conn.execute(select(table)))]

    async def draw(self, person: simcord.MemberActor | None = None, difficulty: str = "medium", **options: Any) -> Any:
        """A person draws a question; returns the message of its card."""
        result = await (person or self.ada).slash(self.channel, f"interview {difficulty}", **options)
        assert result.response is not None
        return result.response

    async def answer(self, card: Any, text: str, person: simcord.MemberActor | None = None, **fields: str) -> simcord.InteractionResult:
        """A person presses `Answer`, types and sends."""
        who = person or self.ada
        return await who.submit_modal(await who.click(card, label="Answer"), {"answer": text, **fields})


@asynccontextmanager
async def running(database_url: str, bank: Bank) -> AsyncIterator[World]:
    """A world with its bot online."""
    world = World(database_url, bank)
    app = await world.new_app()
    world.env = simcord.Env(app.client)
    world.guild = world.env.create_guild("Study group")
    world.channel = world.guild.create_text_channel("interviews")
    world.ada = world.guild.add_member(world.env.create_user("ada", global_name="Ada"))
    world.bob = world.guild.add_member(world.env.create_user("bob", global_name="Bob"))
    await world.env.start()
    try:
        yield world
        world.env.raise_errors()
    finally:
        await world.env.shutdown()
        for each in world.apps:
            await each.close()


@pytest.fixture
async def world(database_url: str, bank: Bank) -> AsyncIterator[World]:
    """A world with its bot online."""
    async with running(database_url, bank) as world:
        yield world


def all_text(shown: Shown) -> str:
    """Every text that a person sees on a message, labels of buttons included."""
    return "\n".join(_texts(shown.components))


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
