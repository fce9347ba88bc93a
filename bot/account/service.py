"""A person's settings, everything that is stored about them, and what is stored of servers that the bot has left."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import timers, zones
from bot.account import export, store
from bot.account.model import LONGEST_MINUTES, WORD, ExportFile, Kinds, NotUnderstood, Own, Stored
from bot.preferences import preferences
from bot.storage.database import Database
from bot.timers import Timer, Timers

ERASE_MESSAGES = "erase-messages"  # kind of the timer that takes the bot's messages back; its key is a person's id
ERASE_SERVER = "erase-server"  # kind of the timer that erases what is stored of a server; its key is the server's id
ERASE_SERVER_AFTER = timedelta(days=30)


class Choices:
    """What people set for themselves; the next thing they do goes by it."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        self.db = db
        self.now = now

    async def own(self, user_id: int) -> Own:
        """A person's settings."""
        found = await self.db.read(lambda conn: preferences(conn, user_id))
        return Own(found, self.now().astimezone(found.zone))

    async def set_zone(self, user_id: int, typed: str) -> Own:
        """Where the person's days begin. NotUnderstood: no such place; with names that are near."""
        zone = zones.find(typed)
        if zone is None:
            raise NotUnderstood("is no time zone that I know. Type a name such as `Europe/Berlin`, or a large city.", typed, zones.near(typed))
        return await self._set(user_id, "zone", zone.key)

    async def set_minutes(self, user_id: int, typed: str) -> Own:
        """How long one's own questions take; nothing typed means: as long as each question says. NotUnderstood: not from 1 to 180."""
        text = typed.strip()
        minutes = int(text) if text.isdecimal() and len(text) <= len(str(LONGEST_MINUTES)) else 0
        if text and not 1 <= minutes <= LONGEST_MINUTES:
            raise NotUnderstood(f"is no number of minutes from 1 to {LONGEST_MINUTES}. Empty means: as long as each question says.", typed)
        return await self._set(user_id, "minutes", minutes or None)

    async def switch(self, user_id: int, name: str, *, on: bool) -> Own:
        """Turn `nudges`, `reminders` or `visible` on or off."""
        return await self._set(user_id, name, on)

    async def _set(self, user_id: int, name: str, value: object) -> Own:
        def work(conn: Connection) -> Own:
            store.set_preference(conn, user_id, name, value)
            found = preferences(conn, user_id)
            return Own(found, self.now().astimezone(found.zone))

        return await self.db.write(work)


class OwnData:
    """Everything that is stored about one person: to count it, to take it along, to erase it."""

    def __init__(self, db: Database, alarm: Timers, now: Callable[[], datetime], kinds: Kinds) -> None:
        self.db = db
        self.alarm = alarm
        self.now = now
        self.kinds = kinds

    async def stored(self, user_id: int) -> Stored:
        """How much there is."""
        return await self.db.read(lambda conn: store.stored(conn, user_id))

    async def export(self, user_id: int, limit: int) -> list[ExportFile]:
        """All of it in files of at most `limit` bytes. Written in the database's thread, since years of answers take a moment."""

        def work(conn: Connection) -> list[ExportFile]:
            return export.files(user_id, self.now(), store.everything(conn, user_id, self.kinds, ERASE_MESSAGES), limit)

        return await self.db.read(work)

    async def erase(self, user_id: int, typed: str) -> Stored:
        """Erase all of it at once, and set the timer that takes the bot's messages back. Returns what there was.

        NotUnderstood: the word was not typed. The totals of questions stay: they say how often, not who.
        """
        if typed.strip().strip("`'\"").casefold() != WORD:
            raise NotUnderstood(f"is not the word `{WORD}`, so nothing was erased.", typed)
        at = self.now()

        def work(conn: Connection) -> tuple[Stored, datetime | None]:
            there = store.stored(conn, user_id)
            texts, cards = store.erase(conn, user_id, self.kinds)
            due = store.add_messages(conn, ERASE_MESSAGES, user_id, at, {"texts": texts, "cards": cards}) if texts or cards else None
            return there, due

        there, due = await self.db.write(work)
        if due is not None:
            self.alarm.wake(due)
        return there


class LeftServers:
    """Servers that removed the bot: what is stored of them goes after a while, unless they take it back."""

    def __init__(self, db: Database, alarm: Timers, now: Callable[[], datetime], kinds: Kinds) -> None:
        self.db = db
        self.alarm = alarm
        self.now = now
        self.kinds = kinds

    async def left(self, guild_id: int) -> None:
        """The bot was removed. The time runs from the first that was heard of it."""
        due = self.now() + ERASE_SERVER_AFTER

        def work(conn: Connection) -> bool:
            return store.known(conn, guild_id) and _begin(conn, guild_id, due)

        if await self.db.write(work):
            self.alarm.wake(due)

    async def joined(self, guild_id: int) -> None:
        """The bot is in a server, for the first time or again."""
        await self.db.write(lambda conn: timers.cancel(conn, ERASE_SERVER, str(guild_id)))

    async def compare(self, guild_ids: Collection[int]) -> None:
        """At start: the bot is in these servers, whatever happened meanwhile."""
        due = self.now() + ERASE_SERVER_AFTER

        # One transaction, since a timer that fires in between would erase a server that is then found gone.
        def work(conn: Connection) -> bool:
            for key in set(store.keys(conn, ERASE_SERVER)) & set(map(str, guild_ids)):
                timers.cancel(conn, ERASE_SERVER, key)
            begun = [_begin(conn, guild_id, due) for guild_id in store.servers(conn) - set(guild_ids)]
            return any(begun)

        if await self.db.write(work):
            self.alarm.wake(due)

    async def erase(self, guild_id: int) -> int:
        """Erase what was posted there, with the answers to it; people's own counts stay. Returns how many postings."""
        return await self.db.write(lambda conn: store.erase_server(conn, guild_id, self.kinds))


def _begin(conn: Connection, guild_id: int, due: datetime) -> bool:
    """True: the time runs from now on. False: it ran already."""
    if store.timer(conn, ERASE_SERVER, str(guild_id)) is not None:
        return False
    timers.add(conn, Timer(ERASE_SERVER, str(guild_id), due, {}))
    return True
