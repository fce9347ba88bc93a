"""`/privacy`: short, true, and for whoever asks."""

import discord

from tests.conftest import World, all_text, reply

SHORT = 1_800  # characters, what a phone shows in two screens


async def test_privacy_says_in_short_what_is_kept_where_and_how_to_get_rid_of_it(world: World) -> None:
    shown = reply(await world.ada.slash(world.channel, "privacy"))

    assert shown.ephemeral
    said = all_text(shown)
    for promise in (
        "every text that you send",
        "whose daily questions you follow",
        "until you erase it",
        "erased 30 days later",
        "until they are rotated",
        "/mydata export",
        "/mydata delete",
    ):
        assert promise in said
    assert len(said) < SHORT


async def test_the_two_intents_that_it_names_are_all_that_the_bot_asks_for(world: World) -> None:
    said = all_text(reply(await world.ada.slash(world.channel, "privacy")))

    assert "two of Discord's intents suffice, servers and direct messages" in said
    asked = {name for name, on in world.app.client.intents if on}
    assert asked == {name for name, on in discord.Intents(guilds=True, dm_messages=True) if on}
