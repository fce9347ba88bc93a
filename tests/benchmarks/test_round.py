"""A practice round (command, form, answer, debrief) against the same conversation of a bare discord.py bot that stores and draws nothing."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, Self

import discord
import simcord
from discord import app_commands, ui

from bot.bank.bank import Bank
from bot.storage import prepare
from tests.conftest import running

TURNS, ROUNDS = 3, 20  # of each bot
MOST = 3.0  # times the bare bot's CPU time; the simulated Discord's own share is in both
ANSWER = (
    "I would start with a dedicated model server behind a load balancer, because at 1,000 requests per second and a 50 ms budget cold starts hurt. "
    "Dynamic batching with a 5 ms window, a cache for repeated texts, and autoscaling on requests in flight rather than CPU. I would keep headroom."
)


class AnswerButton(ui.DynamicItem[ui.Button[Any]], template=r"bare:\d+"):
    """Opens the form."""

    @classmethod
    async def from_custom_id(cls, _itx: discord.Interaction, item: ui.Item[Any], _match: object) -> Self:
        return cls(item)  # type: ignore[arg-type] # the template matches buttons only

    async def callback(self, interaction: discord.Interaction) -> None:
        form = ui.Modal(title="Your answer", custom_id="form")
        form.add_item(ui.Label(text="Answer", component=ui.TextInput(custom_id="answer", style=discord.TextStyle.paragraph, max_length=4_000)))
        form.stop()  # one that waits would let the simulated Discord wait too
        await interaction.response.send_modal(form)


class BareBot(discord.Client):
    """The floor: the same three answers to the same three interactions."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True, dm_messages=True), max_messages=None)
        self.tree = app_commands.CommandTree(self)
        self.numbers = itertools.count(1)
        group = app_commands.Group(name="interview", description="Practise")

        @group.command(name="medium", description="A question")
        async def medium(itx: discord.Interaction) -> None:
            closes = discord.utils.utcnow() + timedelta(minutes=15)
            view = ui.LayoutView(timeout=None)
            press: ui.Button[Any] = ui.Button(label="Answer", custom_id=f"bare:{next(self.numbers)}")
            view.add_item(ui.Container(ui.TextDisplay("Prompt " * 60), ui.TextDisplay(f"<t:{int(closes.timestamp())}:R>"), ui.ActionRow(press)))
            view.stop()
            await itx.response.send_message(view=view)

        self.tree.add_command(group)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(AnswerButton)
        await self.tree.sync()

    async def on_interaction(self, itx: discord.Interaction) -> None:
        if itx.type is discord.InteractionType.modal_submit:
            view = ui.LayoutView(timeout=None)
            view.add_item(ui.Container(ui.TextDisplay("### Debrief"), ui.TextDisplay("x" * 800)))
            view.stop()
            await itx.response.send_message(view=view, ephemeral=True)


async def cpu_ms(play: Callable[[], Awaitable[None]]) -> float:
    """What playing costs, all threads together. Not the time on the clock: the simulated Discord rests now and then."""
    began = process_time()
    await play()
    return (process_time() - began) * 1e3


async def practise(person: simcord.MemberActor, channel: simcord.ChannelHandle) -> None:
    card = (await person.slash(channel, "interview medium")).response
    assert card is not None
    result = await person.submit_modal(await person.click(card, label="Answer"), {"answer": ANSWER})
    assert result.response is not None
    assert result.response.ephemeral


async def bare_rounds() -> list[float]:
    async with simcord.run(BareBot()) as env:
        guild = env.create_guild("Study group")
        channel = guild.create_text_channel("interviews")
        someone = guild.add_member(env.create_user("someone"))
        return [await cpu_ms(lambda: practise(someone, channel)) for _ in range(ROUNDS)]


async def own_rounds(url: str, bank: Bank) -> list[float]:
    async with running(url, bank) as world:
        return [await cpu_ms(lambda: practise(world.ada, world.channel)) for _ in range(ROUNDS)]


def test_a_practice_round_costs_a_small_multiple_of_a_bare_bots(tmp_path: Path, bank: Bank) -> None:
    ours: list[float] = []
    bare: list[float] = []
    for turn in range(TURNS):  # one after the other: SimCord runs one world in a loop at a time
        bare += asyncio.run(bare_rounds())
        url = f"sqlite+aiosqlite:///{tmp_path / f'{turn}.db'}"
        with prepare.prepare(url):
            ours += asyncio.run(own_rounds(url, bank))

    ratio = median(ours) / median(bare)
    print(f"\nround: {median(ours):.1f} ms of CPU time, bare bot {median(bare):.1f} ms, ratio {ratio:.2f} (at most {MOST})")
    assert ratio <= MOST
