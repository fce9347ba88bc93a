"""A room's page as its script sees it: what is shown to one person, and presses. For tests that do not need a browser."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp


async def state(http: aiohttp.ClientSession) -> dict[str, Any]:
    """People and rooms, as the front page gets them."""
    async with http.get("/front/state") as answer:
        return dict(await answer.json())


@dataclass
class Page:
    """One person's page of the room on display."""

    http: aiohttp.ClientSession
    headers: dict[str, str]
    shown: dict[str, Any] = field(default_factory=dict)
    pressed: int = 0

    @classmethod
    async def enter(cls, http: aiohttp.ClientSession, name: str) -> Self:
        """Open the first room as this person."""
        now = await state(http)
        async with http.post(f"/front/open/{now['rooms'][0]['id']}") as answer:
            assert answer.status == 204
        page = cls(http, {"X-Simcord-Capability": next(person["id"] for person in now["people"] if person["name"] == name)})
        async with http.post("/api/pages", headers=page.headers, json={}) as answer:
            page.shown = await answer.json()
        page.headers["X-Simcord-Context"] = page.shown["context"]["id"]
        return page

    async def look(self) -> None:
        """Ask what is shown by now."""
        async with self.http.get("/api/state", headers=self.headers) as answer:
            self.shown = await answer.json()

    async def press(self, label: str) -> dict[str, Any]:
        """Press the newest button of that label, on the page as it was last looked at. Returns what became of it."""
        key = [part["control_key"] for part in self.parts() if part.get("label") == label][-1]
        self.pressed += 1
        action = {
            "kind": "click",
            "control_key": key,
            "target_id": key.split(":")[1],
            "sequence": self.pressed,
            "request_id": f"press-{self.pressed}",
            "protocol_version": self.shown["protocolVersion"],
            "generation": self.shown["context"]["generation"],
            "bot_generation": self.shown["botGeneration"],
            "published_revision": self.shown["publishedRevision"],
        }
        async with self.http.post("/api/action", headers=self.headers, json=action) as answer:
            return dict(await answer.json())

    def texts(self) -> str:
        """Everything that this person reads."""
        return "\n".join(part["content"] for part in self.parts() if part.get("content"))

    def parts(self) -> Iterator[dict[str, Any]]:
        """Texts and buttons of all messages, oldest first."""
        for message in self.shown["messages"].values():
            yield from _walk(message["components"])


def _walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for part in components:
        yield part
        yield from _walk(part.get("components", []))
