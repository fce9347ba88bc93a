"""Following: who is reminded of a server's dailies."""

from sqlalchemy import Connection

from bot.daily import store
from bot.daily.model import Following
from bot.practice.model import Posting
from bot.preferences import preferences
from bot.storage.database import Database


class Followers:
    """Those who want to hear of a daily that they have not answered."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def follow(self, guild_id: int, user_id: int) -> Following:
        """From now on they are reminded."""

        def work(conn: Connection) -> Following:
            new = store.follow(conn, guild_id, user_id)
            return Following(before=not new, reminders=preferences(conn, user_id).reminders)

        return await self.db.write(work)

    async def unfollow(self, guild_id: int, user_id: int) -> bool:
        """They are not any more. False: they were not before."""
        return await self.db.write(lambda conn: store.drop_follow(conn, guild_id, user_id))

    async def waiting(self, posting: Posting) -> list[int]:
        """Who is still to be reminded of a posting."""
        return await self.db.read(lambda conn: store.waiting(conn, posting))

    async def remind(self, posting_id: int, user_id: int) -> bool:
        """Somebody is about to be reminded. False: they were before."""
        return await self.db.write(lambda conn: store.add_reminder(conn, posting_id, user_id))
