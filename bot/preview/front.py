"""The front page: who you are, the list of rooms, and the room itself in a frame."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import simcord
from aiohttp import web

from bot.preview.clock import Clock, Wall
from bot.preview.screen import UTC, Screen
from bot.preview.world import Room, World

PAGES = Path(__file__).with_name("pages")
FONTS = Path(simcord.__file__).with_name("preview") / "static" / "fonts"  # those of the room's page, which has them only while a room is on display
OWN_PAGE = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Listed(NamedTuple):
    """A room as the page gets it. `messages` are those that all its viewers see; the page keeps count of what was read."""

    id: str
    kind: str
    name: str
    viewers: list[str]
    messages: int


@web.middleware
async def own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what other web sites send to this port, and names that were pointed at it (DNS rebinding)."""
    socket = request.transport.get_extra_info("sockname") if request.transport is not None else None
    names = {f"{host}:{socket[1]}" for host in ("127.0.0.1", "localhost")} if socket else set()
    origin = request.headers.get("Origin")
    if request.host not in names or (origin is not None and origin != f"http://{request.host}"):
        raise web.HTTPForbidden(text="This preview answers its own page only.")
    return await handler(request)


class Front:
    """What the page asks of us: itself, how things are, and another room on display."""

    def __init__(self, world: World, wall: Wall, screen: Screen, clock: Clock) -> None:
        self.world = world
        self.wall = wall
        self.screen = screen
        self.clock = clock
        self._counted: tuple[int, list[Listed]] | None = None

    def routes(self) -> list[web.AbstractRouteDef]:
        """All under `/front/`, since SimCord's page has the rest of the root."""
        return [
            web.get("/", self.page),
            web.get("/front/state", self.state),
            web.post("/front/open/{room}", self.open),
            web.post("/front/later", self.later),
            web.static("/front/fonts", FONTS),
            web.static("/front", PAGES),
        ]

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """The front page; everything on it comes from `/front/state`."""
        return web.FileResponse(PAGES / "front.html", headers=OWN_PAGE)

    async def state(self, _request: web.Request) -> web.StreamResponse:
        """People, rooms, which of them is on display, and what is wrong."""
        return web.json_response(
            {
                "people": [{"id": str(person.id), "name": person.user.global_name} for person in self.world.people],
                "rooms": [listed._asdict() for listed in self._rooms()],
                "open": None if self.screen.page is None else str(self.screen.page.room_id),
                "trouble": self.clock.trouble,
                "ahead": self.wall.ahead.total_seconds(),
            },
            headers={"Cache-Control": "no-store"},
        )

    async def open(self, request: web.Request) -> web.StreamResponse:
        """Put a room on display. `zone` is the browser's time zone."""
        room = request.match_info["room"]
        if not room.isdecimal() or not await self.screen.open(int(room), _known_zone(request.query.get("zone", UTC))):
            raise web.HTTPNotFound(text="There is no such room.")
        return web.Response(status=204)

    async def later(self, _request: web.Request) -> web.Response:
        """Set the clock ahead by an hour; what is due until then happens."""
        self.wall.set_ahead()
        await self.clock.tick()
        return web.Response(status=204)

    def _rooms(self) -> list[Listed]:
        """Counting messages is the costly part, so it happens only after something did."""
        happened = self.world.happenings()
        if self._counted is None or self._counted[0] != happened:
            self._counted = happened, [_listed(room) for room in self.world.rooms()]
        return self._counted[1]


def _listed(room: Room) -> Listed:
    return Listed(str(room.channel.id), room.kind, room.name, [str(viewer.id) for viewer in room.viewers], len(room.channel.history()))


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):  # malformed, unknown, a folder of zones
        return UTC
    return name
