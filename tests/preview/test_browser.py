"""The preview in a real Chromium, as a newcomer uses it."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, Locator, Page, Playwright, async_playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# It may run as root, and uses no network but the preview.
QUIETLY = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split()
expect.set_options(timeout=15_000)  # ms; a busy machine is no failure
ANSWER = "I would batch the requests and put a queue with a length limit in front of the model."


async def test_a_newcomer_gets_from_interview_medium_to_the_debrief(address: str) -> None:
    async with browsing(address) as (page, room):
        await expect(messages(room)).to_contain_text("Type /interview medium to draw a question")
        await expect(room.locator("#channel-composer-input")).to_be_focused()

        await page.keyboard.type("/interview medium")
        await expect(room.get_by_role("option").filter(has_text="/interview medium")).to_be_visible()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        card = newest(room)
        await expect(card).to_contain_text(re.compile(r"Medium · .+ · 0 practiced"))
        await expect(card).to_contain_text(re.compile(r"Closes in \d+ minutes, at "))

        await button(card, "Answer").click()
        form = room.get_by_role("dialog", name="Your answer")
        await expect(form.get_by_role("textbox", name="Answer")).to_be_focused()
        await page.keyboard.type(ANSWER)
        await form.get_by_text("Medium", exact=True).click()
        await button(form, "Submit").click()
        debrief = newest(room)
        await expect(debrief).to_contain_text("Debrief:")
        await expect(debrief).to_contain_text("Only you can see this")
        await expect(debrief).to_contain_text(re.compile(r"Took \d+ s of \d+ min · sureness medium"))
        await expect(debrief.locator("blockquote")).to_have_text(ANSWER)
        await expect(button(debrief, "Self-check")).to_be_in_viewport()

        await button(debrief, "Self-check").click()
        await room.get_by_role("dialog", name="Self-check").get_by_role("checkbox").first.check()
        await button(room, "Submit").click()
        await expect(debrief).to_contain_text("You ticked 1 of ")

        await button(debrief, "Model answer").click()
        await expect(newest(room)).to_contain_text(re.compile(r"Model answer.*Page 1 of \d", re.DOTALL))

        await page.get_by_role("radio", name="Bob").click()
        await expect(messages(room)).to_contain_text("Medium · ")
        await expect(messages(room)).not_to_contain_text("Debrief:")


async def test_the_keyboard_alone_sets_options_and_the_countdown_ticks(address: str) -> None:
    async with browsing(address) as (page, room):
        await expect(room.locator("#channel-composer-input")).to_be_focused()
        await page.keyboard.type("/interview any")
        await expect(room.get_by_role("option").filter(has_text="/interview any")).to_be_visible()

        await page.keyboard.type(" ")
        for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):  # topic, type, minutes
            await page.keyboard.press(key)
        await page.keyboard.type("1")
        await page.keyboard.press("Enter")

        countdown = newest(room).locator("time.discord-timestamp").first
        await expect(countdown).to_have_text(re.compile(r"in 5\d seconds"))
        first = await countdown.inner_text()
        await expect(countdown).not_to_have_text(first)

        await tab_back_to(button(newest(room), "Answer"), page)
        await page.keyboard.press("Enter")
        await expect(room.get_by_role("textbox", name="Answer")).to_be_focused()
        await page.keyboard.type(ANSWER)
        for key in ("Tab", "Tab", "Tab", "Enter"):  # sureness, Cancel, Submit
            await page.keyboard.press(key)
        await expect(newest(room).locator("blockquote")).to_have_text(ANSWER)


async def test_it_fits_a_phone(address: str) -> None:
    async with browsing(address, width=390, height=844, touch=True) as (page, room):
        await expect(messages(room)).to_contain_text("Welcome")

        await button(messages(room), "First question").first.tap()
        card = newest(room)
        await expect(card).to_contain_text("Easy · ")
        await expect(card.locator("h3")).to_be_in_viewport()  # read from the top, though it is longer than the screen
        await button(card, "Answer").tap()

        await expect(button(room, "Submit")).to_be_in_viewport()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        assert await room.locator("html").evaluate("page => page.scrollWidth") <= 390
        box = await card.locator(".component-container").bounding_box()
        assert box is not None
        assert box["width"] > 350


@asynccontextmanager
async def browsing(address: str, *, width: int = 1280, height: int = 800, touch: bool = False) -> AsyncIterator[tuple[Page, FrameLocator]]:
    """The front page in a browser, and the room in it. What fails in the page's scripts fails the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=installed(playwright), args=QUIETLY)
        page = await browser.new_page(viewport={"width": width, "height": height}, has_touch=touch, is_mobile=touch)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(address)
        yield page, page.frame_locator("#room")
        await browser.close()
    assert not errors


def installed(playwright: Playwright) -> str:
    """A browser on PATH, or Playwright's own. Skips the test where there is none."""
    found = [path for name in NAMES if (path := shutil.which(name))] + [playwright.chromium.executable_path]
    if not Path(found[0]).exists():
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on PATH, and `playwright install chromium` was not run")
    return found[0]


async def tab_back_to(target: Locator, page: Page) -> None:
    """Walk there with the keyboard."""
    for _ in range(8):
        await page.keyboard.press("Shift+Tab")
        if await target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail("the keyboard does not get there")


def messages(room: FrameLocator) -> Locator:
    """The conversation, without what SimCord's page hides."""
    return room.locator("#channel-message-list")


def newest(room: FrameLocator) -> Locator:
    """The last message."""
    return messages(room).locator(".channel-message").last


def button(within: FrameLocator | Locator, label: str) -> Locator:
    """A button by its whole label."""
    return within.get_by_role("button", name=label, exact=True)
