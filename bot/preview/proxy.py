"""SimCord's page under our own address: it refuses frames, wants its password, and turns away clicks that meet a tick of the clock.

It relies on SimCord's paths, headers and field names, so its version is pinned exactly.
"""

from collections.abc import Mapping

import aiohttp
import orjson
from aiohttp import web

from bot.preview.screen import Page, Screen
from bot.preview.world import World

CAPABILITY = "X-Simcord-Capability"  # header for the password; our pages have the viewer's id in that place
NOT_PASSED_ON = {"host", "origin", "referer", "content-length", "accept-encoding", "connection", "x-simcord-capability"}
PASSED_BACK = ("Content-Type", "Content-Disposition", "Cache-Control", "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options")
PASSED_BACK_PREFIXES = ("X-Simcord-", "X-Display-", "X-Media-")
OURS = b'<link rel="stylesheet" href="/front/room.css"><script type="module" src="/front/room.js"></script></head>'
MOST_BYTES = 32 << 20  # bytes; SimCord takes files of 25 MiB in all
ANSWER_WITHIN_S = 30.0  # seconds; SimCord gives the bot 5 s to settle


class Proxy:
    """Passes requests of the room's page on to SimCord and its answers back."""

    def __init__(self, world: World, screen: Screen) -> None:
        self.world = world
        self.screen = screen
        self._http: aiohttp.ClientSession | None = None

    def routes(self) -> list[web.AbstractRouteDef]:
        """The room's page at `/room`, and everything that it loads from the root."""
        return [
            web.get("/room", self.room),
            web.post("/api/pages", self.enter),
            web.post("/api/action", self.act),
            web.route("*", "/{rest:.*}", self.other),
        ]

    async def open(self, _app: web.Application) -> None:
        """Called by aiohttp when serving begins."""
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S), auto_decompress=False)

    async def close(self, _app: web.Application) -> None:
        """Called by aiohttp when serving has ended."""
        if self._http is not None:
            await self._http.close()

    async def room(self, request: web.Request) -> web.StreamResponse:
        """The page itself, with our style and script."""
        answer = await self._pass_on(request, b"", path="/")
        answer.body = answer.body.replace(b"</head>", OURS, 1) if isinstance(answer.body, bytes) else answer.body
        return answer

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """A page begins: as the person whose id it carries in the place of the password."""
        return await self._pass_on(request, orjson.dumps({"viewer_id": request.headers.get(CAPABILITY, "")}))

    async def act(self, request: web.Request) -> web.StreamResponse:
        """A press, a command, a message, a form. Never while the clock ticks, and on the state that the page would have after its next poll."""
        body = await request.read()
        async with self.world.lock:
            if request.content_type == "application/json":
                body = await self._with_current_revision(request, body)
            answer = await self._pass_on(request, body)
            self.world.acted += 1
        return answer

    async def other(self, request: web.Request) -> web.StreamResponse:
        """Scripts, fonts, pictures and polls."""
        return await self._pass_on(request, await request.read())

    async def _with_current_revision(self, request: web.Request, body: bytes) -> bytes:
        """A refresh makes the page's revision stale, and SimCord refuses actions on a stale one."""
        try:
            action = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise web.HTTPBadRequest(text="That is not JSON.") from None
        if not isinstance(action, dict) or "published_revision" not in action:
            return body
        state = await self._pass_on(request, b"", path="/api/state", method="GET")
        if state.status != web.HTTPOk.status_code or not isinstance(state.body, bytes):
            return body
        return orjson.dumps(action | {"published_revision": orjson.loads(state.body)["publishedRevision"]})

    async def _pass_on(self, request: web.Request, body: bytes, *, path: str | None = None, method: str | None = None) -> web.Response:
        page = self.screen.page
        if page is None or self._http is None:
            raise web.HTTPGone(text="No room is on display.")
        try:
            async with self._http.request(
                method or request.method,
                page.origin + (path or request.path_qs),
                headers=_to_simcord(request.headers, page),
                data=body or None,
                allow_redirects=False,
            ) as answer:
                return web.Response(body=await answer.read(), status=answer.status, headers=_to_page(answer.headers))
        except (aiohttp.ClientError, TimeoutError):  # the room was changed meanwhile
            raise web.HTTPGone(text="This room is no longer on display.") from None


def _to_simcord(headers: Mapping[str, str], page: Page) -> dict[str, str]:
    kept = {name: value for name, value in headers.items() if name.lower() not in NOT_PASSED_ON}
    return kept | {CAPABILITY: page.capability}


def _to_page(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in headers.items() if name in PASSED_BACK or name.startswith(PASSED_BACK_PREFIXES)}
    if policy := kept.get("Content-Security-Policy"):
        kept["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return kept
