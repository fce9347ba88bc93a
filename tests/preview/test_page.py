"""The preview as pages see it: people, rooms, presses, and nobody else's pages."""

import aiohttp
import pytest

from tests.preview.page import Page, state

PRESSES = 20  # within some seconds, at four ticks each
DOORS = [("GET", "/"), ("GET", "/front/state"), ("POST", "/front/open/1"), ("GET", "/room"), ("POST", "/api/action")]


async def test_a_newcomer_finds_people_a_room_and_what_to_type(address: str) -> None:
    async with aiohttp.ClientSession(address) as http:
        async with http.get("/") as answer:
            front = await answer.text()
        now = await state(http)
        page = await Page.enter(http, "Ada")

    assert "Practice server" in front
    assert [person["name"] for person in now["people"]] == ["Ada", "Bob", "Cleo"]
    assert [(room["kind"], room["name"], len(room["viewers"])) for room in now["rooms"]] == [("channel", "interviews", 3), ("channel", "ml-daily", 3)]
    assert now["trouble"] is None
    assert "Type `/interview medium` to draw a question with a timer, or press the button." in page.texts()


async def test_what_one_person_is_told_alone_is_not_on_anothers_page(address: str) -> None:
    async with aiohttp.ClientSession(address) as http:
        ada, bob = await Page.enter(http, "Ada"), await Page.enter(http, "Bob")
        await ada.press("First question")
        await ada.look()

        await ada.press("My debrief")

        await ada.look()
        await bob.press("First question")  # a press brings a page up to date; otherwise the next tick does
        await bob.look()
    assert "You have not answered this question yet." in ada.texts()
    assert "You have not answered this question yet." not in bob.texts()
    assert "0 practiced" in bob.texts()  # the cards are there for both


async def test_every_press_works_though_the_clock_ticks_meanwhile_and_the_page_is_behind(address: str) -> None:
    async with aiohttp.ClientSession(address) as http:
        page = await Page.enter(http, "Cleo")
        await page.press("First question")
        await page.look()

        # Without a look in between: each press comes from a page that is older than the room.
        outcomes = [await page.press("Hint") for _ in range(PRESSES)]

    assert [(outcome["rejected"], outcome["settlement"]) for outcome in outcomes] == [(False, "settled")] * PRESSES


@pytest.mark.parametrize("room", ["1", "interviews", "../state", "9" * 40])
async def test_a_room_that_does_not_exist_is_not_found(address: str, room: str) -> None:
    async with aiohttp.ClientSession(address) as http, http.post(f"/front/open/{room.replace('/', '%2F')}") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Nowhere/Else", "..%2F..%2Fetc", ""])
async def test_a_room_opens_whatever_the_browser_calls_its_time_zone(address: str, zone: str) -> None:
    async with aiohttp.ClientSession(address) as http:
        room = (await state(http))["rooms"][0]["id"]
        async with http.post(f"/front/open/{room}?zone={zone}") as answer:
            assert answer.status == 204
        assert (await state(http))["open"] == room


@pytest.mark.parametrize("header", [{"Host": "attacker.example"}, {"Host": "127.0.0.1:1"}, {"Origin": "http://attacker.example"}, {"Origin": "null"}])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/front/state"), ("POST", "/front/open/1"), ("GET", "/room"), ("POST", "/api/action")]
)
async def test_other_web_sites_are_turned_away(address: str, header: dict[str, str], method: str, path: str) -> None:
    async with aiohttp.ClientSession(address) as http, http.request(method, path, headers=header) as answer:
        assert (answer.status, await answer.text()) == (403, "This preview answers its own page only.")


async def test_the_rooms_page_may_stand_in_the_front_page_and_nowhere_else(address: str) -> None:
    async with aiohttp.ClientSession(address) as http:
        await Page.enter(http, "Ada")
        async with http.get("/room") as answer:
            policy = answer.headers["Content-Security-Policy"]

    assert "frame-ancestors 'self'" in policy
