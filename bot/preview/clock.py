"""The clock on the wall, and the tick that lets simulated time and the page follow it."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from bot.preview.screen import Screen
from bot.preview.world import World

log = logging.getLogger(__name__)

TICK_S = 0.25  # seconds; a countdown that ends shows at most so much later
HOUR = timedelta(hours=1)
TROUBLE = "The bot is stuck and time stands still here. The terminal shows why; Ctrl-C and a new start help."


class Wall:
    """The clock on the wall, for bot and people alike; somebody who wants to see a deadline or a reveal sets it ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Real time, and as much as it was set ahead."""
        return datetime.now(UTC) + self.ahead

    def set_ahead(self) -> None:
        """An hour later."""
        self.ahead += HOUR


class Clock:
    """Ticks until it is cancelled. `trouble` is a sentence for the page while ticking fails."""

    def __init__(self, world: World, screen: Screen) -> None:
        self.world = world
        self.screen = screen
        self.trouble: str | None = None

    async def run(self) -> None:
        """Tick for ever: one that fails is logged, and the next one tries again."""
        while True:
            await asyncio.sleep(TICK_S)
            await self.tick()

    async def tick(self) -> None:
        """Bring time and page up to now."""
        try:
            async with self.world.lock:
                await self.world.catch_up()
                await self.screen.follow()
        except Exception:  # whatever a bot under change does, the page stays and says so
            if self.trouble is None:
                log.exception("the preview cannot follow the bot", extra={"action": "preview-stuck"})
            self.trouble = TROUBLE
        else:
            self.trouble = None
