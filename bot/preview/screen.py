"""The one room on display: SimCord serves a page for one channel at a time, on a port of its own."""

from dataclasses import dataclass

import simcord

from bot.preview import quick
from bot.preview.world import World

UTC = "UTC"


@dataclass(frozen=True, slots=True)
class Page:
    """Where SimCord serves the room, and the password that it wants with each request."""

    room_id: int
    origin: str
    capability: str


class Screen:
    """Opens, shows and changes the room on display."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.page: Page | None = None
        self._preview: simcord.Preview | None = None
        self._timezone = UTC
        self._shown = 0  # world.happenings() at the last refresh

    async def open(self, room_id: int, timezone: str) -> bool:
        """Put a room on display, with its times in the reader's zone (IANA). False: there is no such room."""
        async with self.world.lock:
            if self.page is not None and (room_id, timezone) == (self.page.room_id, self._timezone):
                return True
            room = next((room for room in self.world.rooms() if room.channel.id == room_id), None)
            if room is None:
                return False
            await self._close()
            preview = self.world.env.preview(room.channel, viewers=room.viewers, layout="channel", timezone=timezone)
            self._preview = await preview.__aenter__()  # left again by _close, when another room is opened or all ends
            quick.drop_own_view(self._preview)
            self._timezone = timezone
            origin, _, capability = self._preview.url.partition("/#")
            self.page = Page(room_id, origin, capability)
            self._shown = self.world.happenings()
            return True

    async def follow(self) -> None:
        """Show what happened since the last time. The caller holds the lock."""
        happened = self.world.happenings()
        if self._preview is not None and happened != self._shown:
            self._shown = happened
            await self._preview.refresh()

    async def close(self) -> None:
        """Take the room off display."""
        async with self.world.lock:
            await self._close()

    async def _close(self) -> None:
        if self._preview is not None:
            await self._preview.close()
            self._preview = self.page = None
