"""`/settings me`: one card shows and changes what a person sets, and what they do next goes by it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import simcord

from bot import zones
from bot.storage.tables import postings, user_settings
from tests.conftest import World, all_text, buttons, reply

ANSWER = "I would put a queue in front of the model, and keep one spare replica for the evening."


async def shown_to(world: World, person: simcord.MemberActor) -> simcord.ResponseMessage:
    return reply(await person.slash(world.channel, "settings me"))


async def typed(world: World, label: str, **fields: str) -> Any:
    """Open the form behind a button of Ada's card, type and send."""
    card = await shown_to(world, world.ada)
    return reply(await world.ada.submit_modal(await world.ada.click(card, label=label), fields))


async def test_a_newcomer_sees_the_defaults_on_one_card_of_their_own(world: World) -> None:
    card = await shown_to(world, world.ada)

    assert card.ephemeral
    assert "**Time zone:** UTC" in all_text(card)
    assert "as long as each question says" in all_text(card)
    assert buttons(card) == ["Time zone", "Minutes", "Turn nudges off", "Turn reminders off", "Show me to others"]
    assert await world.rows(user_settings) == []


@pytest.mark.parametrize("text", ["Europe/Berlin", "europe/berlin", " berlin ", "BERLIN", "Munich"])
async def test_a_zone_is_understood_by_its_name_and_by_a_city(world: World, text: str) -> None:
    card = await typed(world, "Time zone", zone=text)

    assert "**Time zone:** Europe/Berlin" in all_text(card)
    assert [(row["user_id"], row["zone"]) for row in await world.rows(user_settings)] == [(world.ada.id, "Europe/Berlin")]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("New York", "America/New_York"),
        ("america/new york", "America/New_York"),
        ("San Francisco", "America/Los_Angeles"),
        ("Buenos Aires", "America/Buenos_Aires"),
        ("Kolkata", "Asia/Kolkata"),
        ("UTC", "UTC"),
        ("utc", "UTC"),
        ("Istanbul", "Asia/Istanbul"),
        ("Etc/GMT+5", "Etc/GMT+5"),
    ],
)
def test_cities_and_names_mean_the_zone_that_people_expect(text: str, zone: str) -> None:
    found = zones.find(text)

    assert found is not None
    assert found.key == zone


@pytest.mark.parametrize("text", ["", " ", "Atlantis", "../../etc/passwd", "Factory", "localtime", "Europe", "1", "Europe/Berlin\0"])
def test_what_is_no_zone_is_none(text: str) -> None:
    assert zones.find(text) is None


async def test_a_wrong_zone_gets_near_names_and_changes_nothing(world: World) -> None:
    card = await typed(world, "Time zone", zone="Europe/Berlim")

    assert "“Europe/Berlim”" in all_text(card)
    assert "`Europe/Berlin`" in all_text(card)
    assert list(card.attachments) == []
    assert await world.rows(user_settings) == []

    again = reply(await world.ada.submit_modal(await world.ada.click(card, label="Type it again"), {"zone": "Berlin"}))
    assert "Europe/Berlin" in all_text(again)
    assert again.id == card.id


async def test_what_is_typed_as_a_zone_cannot_ping_or_format(world: World) -> None:
    card = await typed(world, "Time zone", zone="**@everyone** <@1>")

    assert "\\*\\*\\@everyone\\*\\* \\<@1>" in all_text(card)
    assert "Did you mean" not in all_text(card)


async def test_the_card_says_what_the_clock_shows_there(world: World) -> None:
    card = await typed(world, "Time zone", zone="Kolkata")

    there = world.now() + timedelta(hours=5, minutes=30)
    assert f"where it is {there:%H:%M} on {there:%A}" in all_text(card)


async def test_own_minutes_are_those_of_the_next_question(world: World) -> None:
    await typed(world, "Minutes", minutes="45")
    await world.draw()
    await world.draw(minutes=7)
    await world.draw(world.bob)

    ada, asked, bob = [row["closes"] - row["opened"] for row in await world.rows(postings)]
    assert ada == timedelta(minutes=45)
    assert asked == timedelta(minutes=7)
    assert bob != timedelta(minutes=45)


async def test_no_minutes_mean_as_long_as_the_question_says(world: World) -> None:
    await typed(world, "Minutes", minutes="45")
    card = await typed(world, "Minutes", minutes=" ")

    await world.draw()

    (row,) = await world.rows(postings)
    question = world.bank.question(row["question_id"])
    assert question is not None
    assert "as long as each question says" in all_text(card)
    assert row["closes"] - row["opened"] == timedelta(minutes=question.minutes)


@pytest.mark.parametrize("text", ["0", "181", "-5", "1.5", "ten", "²"])
async def test_other_minutes_are_refused_and_change_nothing(world: World, text: str) -> None:
    await typed(world, "Minutes", minutes="45")

    card = await typed(world, "Minutes", minutes=text)

    assert "from 1 to 180" in all_text(card)
    assert [row["minutes"] for row in await world.rows(user_settings)] == [45]


@pytest.mark.parametrize("minutes", [1, 180])
async def test_the_shortest_and_the_longest_are_taken(world: World, minutes: int) -> None:
    await typed(world, "Minutes", minutes=str(minutes))

    assert [row["minutes"] for row in await world.rows(user_settings)] == [minutes]


@pytest.mark.parametrize(
    ("name", "label", "after"),
    [
        ("nudges", "Turn nudges off", "Turn nudges on"),
        ("reminders", "Turn reminders off", "Turn reminders on"),
        ("visible", "Show me to others", "Hide me from others"),
    ],
)
async def test_a_switch_is_stored_and_shown_and_goes_back(world: World, name: str, label: str, after: str) -> None:
    card = await shown_to(world, world.ada)
    (before,) = {"nudges": [True], "reminders": [True], "visible": [False]}[name]

    await world.ada.click(card, label=label)

    assert after in buttons(card)
    (row,) = await world.rows(user_settings)
    assert row[name] is not before
    others = {"nudges": True, "reminders": True, "visible": False, "zone": "UTC", "minutes": None}
    assert {key: row[key] for key in others if key != name} == {key: value for key, value in others.items() if key != name}

    await world.ada.click(card, label=after)
    assert label in buttons(card)
    assert [row[name] for row in await world.rows(user_settings)] == [before]


async def test_a_second_click_of_a_hasty_finger_does_not_switch_back(world: World) -> None:
    card = await shown_to(world, world.ada)

    for _ in range(2):
        world.press(card, "own-nudges:0")
    await world.env.settle()

    assert [row["nudges"] for row in await world.rows(user_settings)] == [False]


async def test_a_zone_moves_the_days_of_the_streak_at_once(world: World) -> None:
    await world.answer(await world.draw(), ANSWER)
    before = all_text(reply(await world.ada.slash(world.channel, "stats")))

    await typed(world, "Time zone", zone="Pacific/Apia")
    after = all_text(reply(await world.ada.slash(world.channel, "stats")))

    assert midnight_after_tomorrow(world.now(), "UTC") in before
    assert midnight_after_tomorrow(world.now(), "Pacific/Apia") in after
    assert midnight_after_tomorrow(world.now(), "UTC") not in after


def midnight_after_tomorrow(now: datetime, name: str) -> str:
    zone = zones.find(name)
    day = (now.astimezone(zone) + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    return f"<t:{int(day.timestamp())}:R>"


async def test_the_forms_show_what_is_set(world: World) -> None:
    await typed(world, "Time zone", zone="Berlin")
    await typed(world, "Minutes", minutes="45")
    card = await shown_to(world, world.ada)

    zone = (await world.ada.click(card, label="Time zone")).modal
    minutes = (await world.ada.click(card, label="Minutes")).modal

    assert zone is not None
    assert minutes is not None
    assert zone["components"][0]["component"]["placeholder"] == "Europe/Berlin"
    assert minutes["components"][0]["component"]["value"] == "45"


async def test_somebody_elses_button_changes_ones_own_settings_only(world: World) -> None:
    await typed(world, "Minutes", minutes="45")
    theirs = await shown_to(world, world.ada)

    world.press(theirs, "own-nudges:0", world.bob)
    sent = world.send_form("own-minutes:0", {"minutes": "9"}, world.bob)
    await world.env.settle()

    assert "9, unless" in all_text(reply(sent))
    rows = {row["user_id"]: (row["minutes"], row["nudges"]) for row in await world.rows(user_settings)}
    assert rows == {world.ada.id: (45, True), world.bob.id: (9, False)}


async def test_settings_outlive_a_restart_and_so_does_their_card(world: World) -> None:
    card = await shown_to(world, world.ada)
    form = await world.ada.click(card, label="Time zone")

    await world.restart()
    await world.ada.submit_modal(form, {"zone": "Berlin"})

    assert "Europe/Berlin" in all_text(await shown_to(world, world.ada))


async def test_settings_and_data_are_at_hand_in_direct_messages_too(world: World) -> None:
    for name in ("settings me", "privacy", "mydata export", "mydata delete", "help"):
        assert all_text(reply(await world.ada.user.slash(name)))
