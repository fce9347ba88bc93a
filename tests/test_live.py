"""Live mode as a process of its own, against a Discord that is just large enough to log in to."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from bot import app as composition
from bot.client import OUTDATED
from tests.conftest import ROOT

SECRET = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"  # noqa: S105 - of nobody
TYPED = "I would put a queue in front of the model."
STOP_WITHIN_S = 5.0
LONGEST_S = 30.0  # for what a busy machine may need to start a process
NAME, MEMBER = (
    {"id": "1", "username": "interviewer", "discriminator": "0", "avatar": None},
    {"id": "2", "username": "ada", "discriminator": "0", "avatar": None},
)
# Sends discord.py to the address in the first argument, then runs the command line with the others.
START = """
import sys
import yarl
from discord import gateway, http
http.Route.BASE = sys.argv[1] + "/api/v10"
gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sys.argv[1].replace("http", "ws") + "/gateway")
{more}
from bot.__main__ import main
sys.exit(main(sys.argv[2:]))
"""
TELL_THE_LOOP = """
import asyncio, discord
login = discord.Client.login
async def told(*arguments):
    print(type(asyncio.get_running_loop()).__module__, flush=True)
    await login(*arguments)
discord.Client.login = told
"""
NEVER_ENDS = """
import threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
from bot import app
app.STOP_WITHIN_S = 0.5
"""


@dataclass
class TinyDiscord:
    """Logs bots in and keeps them connected; each part can be made to behave otherwise."""

    login: int = 200  # status; 0: no answer comes
    sync: int = 200  # the same for the list of commands
    closes_with: int | None = None  # code of the gateway, when a bot identifies itself
    says_goodbye: bool = True
    hold: asyncio.Event = field(default_factory=asyncio.Event)  # the answer to an interaction is not taken before
    address: str = ""
    seen: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    requests: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None

    async def until(self, what: str) -> None:
        """Wait until the bot has got so far: a request, or `connected`."""
        async with asyncio.timeout(LONGEST_S):
            while not (await self.seen.get()).startswith(what):
                pass

    async def send(self, event: dict[str, Any]) -> None:
        """Say something to the bot over the gateway."""
        assert self.socket is not None
        await self.socket.send_json(event)

    async def rest(self, request: web.Request) -> web.Response:
        """Everything but the gateway."""
        named = f"{request.method} {request.path.removeprefix('/api/v10')}"
        self.requests.append(named)
        self.seen.put_nowait(named)
        status = self.sync if request.path.endswith("/commands") else self.login
        if status == 0:
            await asyncio.Event().wait()
        if status != 200:
            return web.Response(text="<html>\n<p>Access denied</p>\n</html>", content_type="text/html", status=status)
        if request.path.endswith("/callback"):
            await self.hold.wait()
            self.answers.append(await request.text())
        return web.Response(body=json.dumps(_content(request.path)).encode(), content_type="application/json")

    async def gateway(self, request: web.Request) -> web.WebSocketResponse:
        """One connection of a bot."""
        self.socket = socket = web.WebSocketResponse(autoclose=self.says_goodbye)
        await socket.prepare(request)
        await self.send({"op": 10, "d": {"heartbeat_interval": 45_000}})
        while (message := await socket.receive()).type is WSMsgType.TEXT:
            if json.loads(message.data)["op"] != 2:
                continue
            if self.closes_with is not None:
                await socket.close(code=self.closes_with)
                break
            ready = {
                "v": 10,
                "user": NAME,
                "guilds": [],
                "session_id": "s",
                "resume_gateway_url": self.address,
                "application": {"id": "1", "flags": 0},
            }
            await self.send({"op": 0, "s": 1, "t": "READY", "d": ready})
            self.seen.put_nowait("connected")
            if not self.says_goodbye:
                await asyncio.Event().wait()
        return socket


def _content(path: str) -> object:
    match path.rsplit("/", 1)[-1]:
        case "commands":
            return []
        case "callback":
            return {"interaction": {"id": "50", "type": 2}, "resource": {"type": 4}}
    about = {"name": "app", "description": "", "icon": None, "summary": "", "verify_key": "", "bot_public": True, "bot_require_code_grant": False}
    return {**about, "flags": 0, "owner": MEMBER, "team": None, **NAME}


@asynccontextmanager
async def online(discord: TinyDiscord) -> AsyncIterator[TinyDiscord]:
    app = web.Application()
    app.router.add_get("/gateway", discord.gateway)
    app.router.add_route("*", "/api/v10/{path:.*}", discord.rest)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    discord.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield discord
    finally:
        await runner.cleanup()


@dataclass
class Bot:
    """The bot as a process."""

    process: asyncio.subprocess.Process

    async def ended(self) -> tuple[int | None, str, list[str]]:
        """The exit code, standard output, and the lines on standard error."""
        async with asyncio.timeout(LONGEST_S):
            out, err = await self.process.communicate()
        assert SECRET not in out.decode() + err.decode()
        return self.process.returncode, out.decode(), err.decode().splitlines()

    async def stopped(self, *signals: signal.Signals) -> tuple[int | None, float, list[str]]:
        """The exit code after one or more signals, how many seconds it took, and the lines on standard error."""
        began = time.monotonic()
        for signum in signals:
            self.process.send_signal(signum)
        code, _, err = await self.ended()
        return code, time.monotonic() - began, err


Start = Callable[..., Awaitable[Bot]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Runs the bot in an empty folder; what a failed test leaves running is killed."""
    bots: list[Bot] = []
    settings = {"DISCORD_TOKEN": SECRET, "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'live.db'}", "QUESTIONS_DIR": str(ROOT / "questions")}

    async def run(discord: TinyDiscord, *arguments: str, more: str = "", **environment: str) -> Bot:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", START.format(more=more), discord.address, *arguments),
            env={**os.environ, "PYTHONPATH": str(ROOT), "LOG_LEVEL": "WARNING", "LOG_FORMAT": "text", **settings, **environment},
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        bots.append(Bot(process))
        return bots[-1]

    yield run
    for bot in bots:
        if bot.process.returncode is None:
            bot.process.kill()
            await bot.process.communicate()


async def test_a_token_that_discord_refuses_is_one_line(start: Start) -> None:
    async with online(TinyDiscord(login=401)) as discord:
        code, out, err = await (await start(discord, more=TELL_THE_LOOP)).ended()

    assert (code, len(err)) == (2, 1)
    assert err[0].startswith("Discord does not accept DISCORD_TOKEN.")
    assert "this is live mode" in out.splitlines()[0]
    assert out.splitlines()[1].startswith("asyncio" if sys.platform == "win32" else "uvloop")


async def test_a_token_that_is_withdrawn_at_the_gateway_is_one_line(start: Start) -> None:
    async with online(TinyDiscord(closes_with=4004)) as discord:
        code, _, err = await (await start(discord, "run")).ended()

    assert (code, len(err)) == (2, 1)
    assert err[0].startswith("Discord does not accept DISCORD_TOKEN.")


async def test_a_discord_that_turns_everybody_away_is_one_line(start: Start) -> None:
    async with online(TinyDiscord(login=403)) as discord:
        code, _, err = await (await start(discord, "run")).ended()

    assert (code, len(err)) == (2, 1)
    assert err[0].startswith("Discord cannot be reached: 403 Forbidden")


async def test_a_discord_that_is_not_there_is_one_line(start: Start) -> None:
    code, _, err = await (await start(TinyDiscord(address="http://127.0.0.1:1"), "run")).ended()

    assert (code, len(err)) == (2, 1)
    assert err[0].startswith("Discord cannot be reached: Cannot connect to host 127.0.0.1:1")


@pytest.mark.parametrize(("login", "stage"), [(0, "GET /users/@me"), (200, "connected")], ids=["logging in", "connected"])
async def test_sigterm_ends_it_within_five_seconds_at_every_stage(start: Start, login: int, stage: str) -> None:
    async with online(TinyDiscord(login=login)) as discord:
        bot = await start(discord, "run", LOG_LEVEL="INFO", LOG_FORMAT="json")
        await discord.until(stage)
        code, took_s, err = await bot.stopped(signal.SIGTERM)

    assert code == 0
    assert took_s < STOP_WITHIN_S
    assert {json.loads(line)["level"] for line in err} == {"INFO"}
    assert any(json.loads(line).get("action") == "commands-synced" for line in err) == (stage == "connected")


@pytest.mark.parametrize(("login", "stage"), [(0, "GET /users/@me"), (200, "connected")], ids=["logging in", "connected"])
async def test_ctrl_c_ends_it_however_often_it_is_pressed(start: Start, login: int, stage: str) -> None:
    async with online(TinyDiscord(login=login)) as discord:
        bot = await start(discord, "run")
        await discord.until(stage)
        code, took_s, err = await bot.stopped(signal.SIGINT, signal.SIGINT, signal.SIGINT)

    assert (code, err) == (0, [])
    assert took_s < STOP_WITHIN_S


async def test_a_gateway_that_does_not_say_goodbye_is_left_alone(start: Start) -> None:
    async with online(TinyDiscord(says_goodbye=False)) as discord:
        bot = await start(discord, "run")
        await discord.until("connected")
        code, took_s, err = await bot.stopped(signal.SIGTERM)

    assert (code, err) == (0, [])
    assert took_s < STOP_WITHIN_S


async def test_whatever_hangs_the_process_ends_in_time(start: Start) -> None:
    async with online(TinyDiscord()) as discord:
        bot = await start(discord, "run", more=NEVER_ENDS)
        await discord.until("connected")
        code, took_s, err = await bot.stopped(signal.SIGTERM)

    assert composition.STOP_WITHIN_S < STOP_WITHIN_S
    assert (code, len(err)) == (0, 1)
    assert took_s < composition.STOP_WITHIN_S
    assert err[0].endswith("something hangs, so the process ends without it")


async def test_what_people_have_begun_is_finished_before_it_ends_and_what_they_typed_is_in_no_log(start: Start) -> None:
    async with online(TinyDiscord()) as discord:
        bot = await start(discord, "run", LOG_LEVEL="DEBUG")
        await discord.until("connected")
        await discord.send({"op": 0, "s": 2, "t": "INTERACTION_CREATE", "d": _form_in_dm()})
        await discord.until("POST /interactions/50/")
        ending = asyncio.create_task(bot.stopped(signal.SIGTERM))
        done, _ = await asyncio.wait({ending}, timeout=0.3)
        discord.hold.set()
        code, took_s, err = await ending

    assert not done
    assert code == 0
    assert took_s < STOP_WITHIN_S
    assert OUTDATED in discord.answers[0]
    assert TYPED in discord.answers[0]
    assert any("discord.gateway" in line for line in err)
    assert not any(TYPED in line for line in err)


def _form_in_dm() -> dict[str, Any]:
    field = {"type": 18, "component": {"type": 4, "custom_id": "answer", "value": TYPED}}
    form = {"type": 5, "data": {"custom_id": "retired:1", "components": [field]}, "token": "t", "application_id": "1", "version": 1}
    place = {"channel_id": "60", "channel": {"id": "60", "type": 1, "recipients": [MEMBER]}, "context": 1, "authorizing_integration_owners": {}}
    return {"id": "50", "user": MEMBER, "app_permissions": "0", "entitlements": [], "attachment_size_limit": 0, **form, **place}


async def test_commands_that_discord_does_not_take_in_time_keep_nobody_waiting(start: Start) -> None:
    async with online(TinyDiscord(sync=0)) as discord:
        bot = await start(discord, "run", more="import bot.client\nbot.client.SYNC_WITHIN_S = 0.1", LOG_LEVEL="INFO", LOG_FORMAT="json")
        await discord.until("connected")
        code, _, err = await bot.stopped(signal.SIGTERM)

    assert code == 0
    assert "PUT /applications/1/commands" in discord.requests
    assert [read["action"] for line in err if (read := json.loads(line))["level"] == "ERROR"] == ["sync-failed"]


async def test_a_fault_that_ends_it_is_in_the_log_like_any_other(start: Start) -> None:
    async with online(TinyDiscord()) as discord:
        bot = await start(discord, "run", LOG_FORMAT="json")
        await discord.until("connected")
        await discord.send({"op": 0, "s": 2, "t": "INTERACTION_CREATE", "d": {}})
        code, _, (line,) = await bot.ended()

    assert code == 1
    assert json.loads(line)["action"] == "crashed"
    assert "KeyError" in json.loads(line)["traceback"]
