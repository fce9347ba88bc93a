"""Who may do what with a server's dailies, and what the bot needs for them."""

import discord

from bot.daily.model import Plan
from bot.errors import Refused
from bot.ui.replies import Interaction

NOT_YOURS = "Daily questions are for those who may manage this server (**Manage Server**). Ask one of them."
NO_MEMBER = "I am no member of this server, so I cannot post here. Somebody who manages it can add me."
MISSING = "I am missing **{missing}** in {channel}. Whoever manages the server can allow it there; then use the command again."
WITHOUT_THREAD = " Threads are not needed with `thread` set to False."
NOT_WRITING = "You may not write in {channel} yourself, so I do not post there for you."
NEVER_EVERYONE = "I never ping @everyone. Choose a role that people take because they want to hear of the question."
NOT_MENTIONING = "You may not mention {role} in {channel}, so I do not either. In the role's settings it can be allowed to anyone."
NOT_GIVING = "You may not give {role} to anybody, so I do not either: it takes **Manage Roles**, and a role of your own above it."
CANNOT_GIVE = "I cannot give {role}: it takes **Manage Roles**, and a role of mine above it in the server's settings."
NOT_TO_GIVE = "{role} belongs to an integration and cannot be given to anybody."

Channel = discord.TextChannel | discord.ForumChannel


def managed(itx: Interaction) -> discord.Guild:
    """The server in which somebody manages the dailies. Refused: they may not, or the bot is no member.

    Discord hides the commands from others, but a server can open them to anybody, and buttons are in nobody's settings.
    """
    if not itx.permissions.manage_guild:
        raise Refused(NOT_YOURS)
    if itx.guild is None or itx.guild.me is None:
        raise Refused(NO_MEMBER)
    return itx.guild


def check_channel(itx: Interaction, channel: Channel, plan: Plan) -> None:
    """Refused: the bot or the person may not do there what the plan asks for."""
    has = channel.permissions_for(channel.guild.me)
    in_forum = isinstance(channel, discord.ForumChannel)
    needed = {
        "View Channel": has.view_channel,
        "Create Posts" if in_forum else "Send Messages": has.send_messages,
        "Read Message History": has.read_message_history,
    }
    for_thread = {"Send Messages in Threads": has.send_messages_in_threads}
    if not in_forum:
        for_thread["Create Public Threads"] = has.create_public_threads
    missing = [name for name, given in needed.items() if not given]
    without = [name for name, given in for_thread.items() if not given] if plan.thread or in_forum else []
    role = channel.guild.get_role(plan.role_id) if plan.role_id is not None else None
    pinging = [] if role is None or role.mentionable or has.mention_everyone else ["Mention @everyone, @here, and All Roles"]
    if missing or without or pinging:
        hint = WITHOUT_THREAD if without and not in_forum else ""
        raise Refused(MISSING.format(missing=", ".join([*missing, *without, *pinging]), channel=channel.mention) + hint)
    own = channel.permissions_for(_member(itx))
    if not (own.view_channel and own.send_messages):
        raise Refused(NOT_WRITING.format(channel=channel.mention))
    if role is not None and not role.mentionable and not own.mention_everyone:
        raise Refused(NOT_MENTIONING.format(role=role.mention, channel=channel.mention))


def check_role(itx: Interaction, role: discord.Role) -> None:
    """Refused: the bot or the person may not give a role to others."""
    member, me = _member(itx), role.guild.me
    if role.managed:
        raise Refused(NOT_TO_GIVE.format(role=role.mention))
    if role.guild.owner_id != member.id and not (itx.permissions.manage_roles and member.top_role > role):
        raise Refused(NOT_GIVING.format(role=role.mention))
    if not (me.guild_permissions.manage_roles and me.top_role > role):
        raise Refused(CANNOT_GIVE.format(role=role.mention))


def _member(itx: Interaction) -> discord.Member:
    assert isinstance(itx.user, discord.Member)  # noqa: S101 - the interaction came from a server
    return itx.user
