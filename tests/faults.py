"""The line between the bot and the simulated Discord: it can be listened to, and it can break before or after a request has taken effect."""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any, cast

import aiohttp
import discord
import simcord
from simcord.http.client import FakeHTTPClient, FakeWebhookAdapter

CALLBACK = "POST /interactions/*/callback"  # the answer to an interaction
SEND = "POST /channels/*/messages"
EDIT = "PATCH /channels/*/messages/*"
HISTORY = "GET /channels/*/messages"
ALWAYS = 1_000_000  # times


@dataclass(frozen=True, slots=True)
class _Answer:
    """As much of an HTTP response as discord.py's exceptions read."""

    status: int
    reason: str


def server_error(status: int = 502) -> discord.HTTPException:
    """Discord broke down; discord.py has tried five times by then."""
    return discord.DiscordServerError(cast("aiohttp.ClientResponse", _Answer(status, "Bad Gateway")), "upstream connect error")


def reset() -> aiohttp.ClientOSError:
    """The connection broke before an answer came."""
    return aiohttp.ClientOSError(errno.ECONNRESET, "Connection reset by peer")


def already_answered() -> discord.HTTPException:
    """What discord.py's own retry of an interaction's answer gets when the first try had taken effect."""
    message = {"code": 40060, "message": "Interaction has already been acknowledged."}
    return discord.HTTPException(cast("aiohttp.ClientResponse", _Answer(400, "Bad Request")), message)


def dms_closed() -> discord.HTTPException:
    """A person takes no direct messages from the bot."""
    message = {"code": 50007, "message": "Cannot send messages to this user"}
    return discord.Forbidden(cast("aiohttp.ClientResponse", _Answer(403, "Forbidden")), message)


@dataclass(slots=True)
class _Break:
    request: str
    error: Exception | None  # None: no answer comes at all
    after: bool
    times: int


@dataclass(slots=True)
class Wire:
    """Passes requests on. A request is named by method and path, with `*` for what does not matter: `POST /channels/*/messages`."""

    env: simcord.Env | None = None
    _breaks: list[_Break] = field(default_factory=list)
    _listeners: list[tuple[str, Callable[[], None]]] = field(default_factory=list)

    def lose_request(self, request: str, error: Exception, times: int = 1) -> None:
        """The next requests of this kind fail before Discord has seen them."""
        self._breaks.append(_Break(request, error, after=False, times=times))

    def lose_answer(self, request: str, error: Exception, times: int = 1) -> None:
        """The next requests of this kind take effect, and then fail."""
        self._breaks.append(_Break(request, error, after=True, times=times))

    def hang(self, request: str, *, after: bool) -> None:
        """The next request of this kind gets no answer, whether it took effect or not: the moment at which to kill the bot."""
        self._breaks.append(_Break(request, None, after, times=1))

    def listen(self, request: str, listener: Callable[[], None]) -> None:
        """Call a function at the moment at which such a request reaches Discord."""
        self._listeners.append((request, listener))

    def mend(self) -> None:
        """Nothing breaks any more."""
        self._breaks.clear()

    @contextmanager
    def laid(self) -> Iterator[None]:
        """Put the line in place for bots that start from now on."""
        originals = [(end, end.request) for end in (FakeHTTPClient, FakeWebhookAdapter)]
        for end, original in originals:
            setattr(end, "request", self._through(original))  # noqa: B010 - a method of a class that is not ours
        try:
            yield
        finally:
            for end, original in originals:
                setattr(end, "request", original)  # noqa: B010

    def _through(self, original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def request(end: Any, route: Any, *args: Any, **kwargs: Any) -> Any:
            named = f"{route.method} {route.url.partition('/api/v10')[2].partition('?')[0]}"
            for wanted, listener in self._listeners:
                if fnmatch(named, wanted):
                    listener()
            broken = next((each for each in self._breaks if each.times and fnmatch(named, each.request)), None)
            if broken is None:
                return await original(end, route, *args, **kwargs)
            broken.times -= 1
            if broken.after:
                await original(end, route, *args, **kwargs)
            if broken.error is not None:
                raise broken.error
            assert self.env is not None
            await self.env.external_wait(asyncio.get_running_loop().create_future(), reason="no answer comes")
            return None

        return request
