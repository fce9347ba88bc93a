"""The files of an export: one JSON document, or several where Discord takes no file so large."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from bot.account.model import ExportFile

FORMAT = 1  # docs/your-data.md describes it; another number when something in it is named anew
# Discord writes its ids as strings in JSON, and so do we: many programs read large numbers inexactly.
IDS = {"user_id", "owner_id", "guild_id", "channel_id", "message_id", "dm_channel_id", "dm_card_id", "maker_id", "role_id"}
INDENT = orjson.OPT_INDENT_2


def files(user_id: int, at: datetime, rows: Mapping[str, list[dict[str, Any]]], limit: int) -> list[ExportFile]:
    """Everything as JSON in files of at most `limit` bytes. Each holds all lists; what does not fit goes on in the next."""
    lists = {name: [_written(row) for row in found] for name, found in rows.items() if name != "settings"}
    settings = next((_written(row) for row in rows["settings"]), None)

    def head(part: int, of: int) -> dict[str, Any]:
        return {"format": FORMAT, "exported": at, "user_id": str(user_id), "part": part, "of": of, "settings": settings}

    empty: dict[str, list[Any]] = {name: [] for name in lists}
    room = limit - _size(head(10_000, 10_000) | empty)
    contents = list(_parts(lists, room))
    of = len(contents)
    return [
        ExportFile("my-data.json" if of == 1 else f"my-data-{part}-of-{of}.json", orjson.dumps(head(part, of) | empty | found, option=INDENT))
        for part, found in enumerate(contents, 1)
    ]


def _parts(lists: Mapping[str, list[Any]], room: int) -> Iterator[dict[str, list[Any]]]:
    part: dict[str, list[Any]] = {}
    left = room
    for name, rows in lists.items():
        for row in rows:
            size = _size({"": [row]})
            if size > left and part:
                yield part
                part, left = {}, room
            part.setdefault(name, []).append(row)
            left -= size
    yield part


def _size(value: object) -> int:
    return len(orjson.dumps(value, option=INDENT))


def _written(row: Mapping[str, Any]) -> dict[str, Any]:
    # SQLAlchemy names columns by a kind of string that orjson does not take.
    return {str(name): str(value) if name in IDS and value is not None else value for name, value in row.items()}
