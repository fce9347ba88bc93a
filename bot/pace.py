"""The pace of what the bot does unasked: below Discord's limit for one bot, so that nothing has to be refused."""

import asyncio

# Requests per second. Discord refuses more than 50 in any second, all of a bot's together; answers to interactions do not count ("Rate Limits").
PER_S = 46.0
AT_ONCE = 4  # that may go out before the pace is kept, so that a single one never waits


class Pace:
    """Lets requests go one by one. Each awaits `turn` before it is sent."""

    def __init__(self, per_s: float = PER_S) -> None:
        self.gap_s = 1 / per_s
        self._next_s = 0.0  # by the loop's clock: when the next could go if none had gone at once

    async def turn(self) -> None:
        """Wait until it is one's turn."""
        now_s = asyncio.get_running_loop().time()
        turn_s = max(self._next_s, now_s - (AT_ONCE - 1) * self.gap_s)
        self._next_s = turn_s + self.gap_s
        if turn_s > now_s:
            await asyncio.sleep(turn_s - now_s)
