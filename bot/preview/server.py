"""Serves the preview until SIGINT or SIGTERM."""

import asyncio
import contextlib
import errno
import signal
import socket
import subprocess
import sys
from contextlib import AbstractAsyncContextManager

import discord
from aiohttp import web

from bot.errors import Refused
from bot.preview.clock import Clock, Wall
from bot.preview.front import Front, own_pages_only
from bot.preview.proxy import MOST_BYTES, Proxy
from bot.preview.screen import Screen
from bot.preview.world import World

HOST = "127.0.0.1"  # nobody else on the network sees it
PORT = 8765  # free on most machines; another one is taken when it is not
PORTS = range(65_536)
CUT_OFF_AFTER_S = 1.0  # seconds that requests at work get when the preview ends
STOP_WITHIN_S = 4.0  # of the 5 s that a stop may take


async def serve(bot: AbstractAsyncContextManager[discord.Client], wall: Wall, port: int | None, *, open_browser: bool) -> None:
    """Run a bot, made by entering `bot`, on a simulated Discord that goes by the same clock. No port: the usual one, or a free one if that is taken.

    Refused: the port that was asked for cannot be used.
    """
    stop = _stop_signal()
    with _listen(port) as listening:
        async with bot as client:
            world = World(client, wall.now)
            try:
                await world.start()
                with world.env.time_context():
                    await _serve(world, wall, listening, stop, open_browser=open_browser)
            finally:
                with contextlib.suppress(TimeoutError):  # what hangs is cut off with the process
                    async with asyncio.timeout(STOP_WITHIN_S):
                        await world.stop()


async def _serve(world: World, wall: Wall, listening: socket.socket, stop: asyncio.Event, *, open_browser: bool) -> None:
    screen = Screen(world)
    clock = Clock(world, screen)
    runner = web.AppRunner(_application(world, wall, screen, clock), access_log=None, shutdown_timeout=CUT_OFF_AFTER_S)
    await runner.setup()
    ticking = asyncio.create_task(clock.run(), name="preview-clock")
    try:
        await web.SockSite(runner, listening).start()
        address = f"http://{HOST}:{listening.getsockname()[1]}/"
        print(f"Preview: {address}", "Ctrl-C ends it. Nothing is kept.", sep="\n", flush=True)  # noqa: T201 - the command's output
        if open_browser:
            _open_browser(address)
        await stop.wait()
    finally:
        ticking.cancel()
        await asyncio.wait({ticking})
        await runner.cleanup()
        await screen.close()


def _application(world: World, wall: Wall, screen: Screen, clock: Clock) -> web.Application:
    app = web.Application(middlewares=[own_pages_only], client_max_size=MOST_BYTES)
    proxy = Proxy(world, screen)
    app.on_startup.append(proxy.open)
    app.on_cleanup.append(proxy.close)
    app.add_routes([*Front(world, wall, screen, clock).routes(), *proxy.routes()])
    return app


def _listen(port: int | None) -> socket.socket:
    """Take the port before anything else is built."""
    if port is not None and port not in PORTS:
        raise Refused(f"There is no port {port}. --port takes a number from 0 (any free one) to {PORTS[-1]}.")
    try:
        return socket.create_server((HOST, PORT if port is None else port))
    except OSError as error:
        if port is None:
            return socket.create_server((HOST, 0))
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise Refused(f"Port {port} {why}. Choose another one with --port, or --port 0 for any free one.") from None


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows; Ctrl-C then raises KeyboardInterrupt
            loop.add_signal_handler(signum, stop.set)
    return stop


def _open_browser(address: str) -> None:
    """In a process of its own: without a browser `webbrowser` may print, or start one that takes the terminal over and waits."""
    with contextlib.suppress(OSError):
        subprocess.Popen(  # noqa: S603 - our own interpreter and address
            [sys.executable, "-m", "webbrowser", address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
