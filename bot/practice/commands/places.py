"""Where a card goes: into the channel, to its owner alone, or into direct messages."""

import discord

from bot.practice.model import Place, Spot
from bot.ui.replies import Interaction

NO_MEMBER = "I am no member of this server, so only you see this question."
MISSING = "I am missing **{missing}** in this channel, so only you see this question. Whoever manages the server can allow it."


def spot(itx: Interaction) -> Spot:
    """Where a command was used."""
    assert itx.channel_id is not None  # noqa: S101 - commands and buttons always have a channel
    return Spot(itx.guild_id, itx.channel_id)


def in_own_dm(itx: Interaction) -> bool:
    """Whether somebody is talking to the bot alone."""
    return itx.context.dm_channel or (itx.guild_id is None and isinstance(itx.channel, discord.DMChannel) and not itx.context.private_channel)


def place_of(itx: Interaction, wanted: Place) -> tuple[Place, str | None]:
    """Where a card can go when it was wanted somewhere, and why it goes elsewhere, where a person should know."""
    if in_own_dm(itx):
        return Place.DM, None
    if wanted is not Place.CHANNEL:
        return wanted, None
    if itx.guild_id is None:  # a group, or somebody else's direct messages: the bot is no member there
        return Place.PRIVATE, None
    if itx.is_user_integration() and not itx.is_guild_integration():
        return Place.PRIVATE, NO_MEMBER
    missing = missing_permissions(itx)
    return (Place.PRIVATE, MISSING.format(missing=", ".join(missing))) if missing else (Place.CHANNEL, None)


def missing_permissions(itx: Interaction) -> list[str]:
    """What keeps the bot from posting a card here, finding it again and closing it."""
    has = itx.app_permissions
    in_thread = isinstance(itx.channel, discord.Thread)
    sending = ("Send Messages in Threads", has.send_messages_in_threads) if in_thread else ("Send Messages", has.send_messages)
    needed = dict([("View Channel", has.view_channel), sending, ("Read Message History", has.read_message_history)])
    return [name for name, given in needed.items() if not given]
