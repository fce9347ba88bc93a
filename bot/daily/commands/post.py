"""`Follow` on a daily question, and its opposite."""

from bot.daily.cards import post as cards
from bot.daily.service.following import Followers
from bot.errors import Refused
from bot.ui import replies
from bot.ui.actions import FOLLOW
from bot.ui.buttons import ButtonHandler
from bot.ui.replies import Interaction

NO_SERVER = "Press `Follow` on a daily question in a server."


class FollowCommands:
    """Lets people choose to be reminded."""

    def __init__(self, followers: Followers) -> None:
        self.followers = followers

    def buttons(self) -> dict[str, ButtonHandler]:
        """Those of the post and of the reminder."""
        return {FOLLOW.name: self.follow, "unfollow": self.unfollow}

    async def follow(self, itx: Interaction) -> None:
        if itx.guild_id is None:
            raise Refused(NO_SERVER)
        await replies.send(itx, cards.following(await self.followers.follow(itx.guild_id, itx.user.id), itx.guild_id))

    async def unfollow(self, itx: Interaction, guild_id: int) -> None:
        view = cards.unfollowed(before=await self.followers.unfollow(guild_id, itx.user.id))
        # The reminder stays as it is, with its way to the question.
        await (replies.edit(itx, view) if itx.guild_id is not None else replies.send(itx, view))
