"""`python -m bot preview` in a terminal: its address, its port, and its end."""

import re
import socket
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path

import aiohttp
import discord
import pytest

from bot.errors import Refused
from bot.preview import server
from bot.preview.clock import Wall
from tests.preview.conftest import start
from tests.preview.page import Page


async def test_ctrl_c_ends_it_at_once_and_without_noise_while_a_page_is_open(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w") as stderr:
        preview = start(tmp_path, "--port", "0", stderr=stderr)
        async with aiohttp.ClientSession(preview.address) as http:
            await Page.enter(http, "Ada")

            code, rest = preview.interrupt()

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", preview.address)
    assert (code, rest) == (0, "Ctrl-C ends it. Nothing is kept.\n")
    assert all(" INFO " in line for line in (tmp_path / "stderr").read_text().splitlines())


async def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(Refused) as refusal:
            await server.serve(_never_run(), Wall(), port, open_browser=False)

    assert refusal.value.text == f"Port {port} is taken. Choose another one with --port, or --port 0 for any free one."


@pytest.mark.parametrize("port", [-1, 65_536])
async def test_a_port_that_cannot_be_is_named(port: int) -> None:
    with pytest.raises(Refused) as refusal:
        await server.serve(_never_run(), Wall(), port, open_browser=False)

    assert refusal.value.text == f"There is no port {port}. --port takes a number from 0 (any free one) to 65535."


def test_another_port_is_used_when_the_usual_one_is_taken(tmp_path: Path) -> None:
    with _holding(server.PORT):
        preview = start(tmp_path)

        code, _ = preview.interrupt()

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", preview.address)
    assert f":{server.PORT}/" not in preview.address
    assert code == 0


def _never_run() -> AbstractAsyncContextManager[discord.Client]:
    return nullcontext(discord.Client(intents=discord.Intents.none()))


def _holding(port: int) -> "socket.socket | nullcontext[None]":
    """Holds the port, unless somebody does already."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        return nullcontext()
