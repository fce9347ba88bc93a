"""`/mydata export`: everything that is stored about a person, as documented JSON, for that person alone."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import simcord
from simcord import interactions
from sqlalchemy import insert

from bot.account import export
from bot.storage.tables import answer_versions, attempts, metadata
from tests.account.filled import as_written, fill, of
from tests.conftest import ROOT, World, all_text, reply
from tests.faults import server_error

PAGE = (ROOT / "docs/your-data.md").read_text()
HEAD = {"format", "exported", "user_id", "part", "of", "settings"}
NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)
UPLOAD = 200_000  # bytes; Discord's own limit is fifty times that, and so would a test's answers have to be


async def exported(world: World, person: simcord.MemberActor) -> dict[str, Any]:
    """The one file that a person gets."""
    result = await person.slash(world.channel, "mydata export")
    assert reply(result).ephemeral
    (file,) = reply(result).attachments
    assert file.filename == "my-data.json"
    found: dict[str, Any] = json.loads(await file.read())
    return found


async def test_an_export_equals_what_is_stored(world: World) -> None:
    await fill(world, world.ada)
    card = await fill(world, world.bob)
    await world.answer(card, "On Bob's card, I would shadow the model first.", world.ada)

    file = await exported(world, world.ada)

    rows = await of(world, world.ada)
    assert [name for name, found in rows.items() if not found] == []
    for row in rows["answered"]:
        del row["owner_id"], row["nonce"]
    assert [file["settings"]] == as_written(rows.pop("settings"))
    assert file.keys() - HEAD == rows.keys()
    for name, found in rows.items():
        assert sorted(file[name], key=str) == sorted(as_written(found), key=str), name
    assert (file["user_id"], file["exported"]) == (str(world.ada.id), world.now().isoformat())


async def test_an_export_says_nothing_of_others(world: World) -> None:
    await fill(world, world.ada)
    card = await fill(world, world.bob)
    await world.answer(card, "On Bob's card, I would shadow the model first.", world.ada)

    file = json.dumps(await exported(world, world.ada))

    assert "ada" in file
    assert "bob" not in file
    assert str(world.bob.id) not in file


async def test_every_table_about_people_is_in_the_export(world: World) -> None:
    names_them = {"user_id", "owner_id", "maker_id", "attempt_id"}
    about_people = {table.name for table in metadata.tables.values() if names_them & set(table.columns.keys())}

    file = await exported(world, world.ada)

    there = {"attempts", "answer_versions", "answer_parts", "second_looks", "postings", "practice_counts", "question_reports"}
    there |= {"offered_texts", "text_messages", "user_settings", "daily_follows", "daily_reminders", "daily_schedules"}
    assert about_people == there
    assert len(file.keys() - HEAD) + 1 == len(about_people) + 2  # postings are two lists, and timers go by their key


async def test_the_page_names_every_key_and_no_other(world: World) -> None:
    await fill(world, world.ada)
    await world.answer(await fill(world, world.bob), "On Bob's card, I would shadow the model first.", world.ada)

    file = await exported(world, world.ada)

    top, *sections = re.split(r"^### `(\w+)`$", PAGE.split("## Erasing")[0], flags=re.MULTILINE)
    documented = dict(zip(sections[::2], sections[1::2], strict=True))
    named = {name: keys_of(text) for name, text in documented.items()}
    assert keys_of(top) == file.keys()
    assert named == {name: (found if name == "settings" else found[0]).keys() for name, found in file.items() if name not in HEAD - {"settings"}}


def keys_of(text: str) -> set[str]:
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


async def test_somebody_of_whom_nothing_is_stored_gets_a_file_that_says_so(world: World) -> None:
    await fill(world, world.bob)

    file = await exported(world, world.ada)

    assert file["settings"] is None
    assert all(file[name] == [] for name in file.keys() - HEAD)


@pytest.fixture
def small_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Discord that takes no larger files."""
    original: Callable[..., Any] = interactions.base_payload

    def base_payload(*args: Any, **kwargs: Any) -> Any:
        record, payload = original(*args, **kwargs)
        return record, payload | {"attachment_size_limit": UPLOAD}

    monkeypatch.setattr(interactions, "base_payload", base_payload)


@pytest.mark.parametrize("limit", range(700, 1_500, 7))
def test_no_part_is_larger_than_discord_takes_and_nothing_falls_between_two(limit: int) -> None:
    rows: list[dict[str, Any]] = [{"text": "ä" * length, "user_id": 1, "last": NOON} for length in (1, 90, 5, 70, 3, 120, 40, 2)]

    files = export.files(1, NOON, {"settings": [], "answers": rows, "counts": rows[:3]}, limit)

    parts = [json.loads(file.content) for file in files]
    assert max(len(file.content) for file in files) <= limit
    for name, found in (("answers", rows), ("counts", rows[:3])):
        assert [len(row["text"]) for part in parts for row in part[name]] == [len(row["text"]) for row in found]


@pytest.mark.usefixtures("small_uploads")
async def test_what_is_too_large_for_discord_comes_in_parts_that_are_whole_together(world: World) -> None:
    await fill(world, world.ada)
    own = (await world.rows(attempts))[0]["id"]
    texts = [f"{number} " + "Ein Satz über Repliken “auf Deutsch”. " * 500 for number in range(30)]
    rows = [{"attempt_id": own, "text": text, "at": world.now(), "late": False} for text in texts]
    await world.app.db.write(lambda conn: conn.execute(insert(answer_versions), rows))

    result = await world.ada.slash(world.channel, "mydata export")

    messages = [reply(result), *result.followups]
    assert all(message.ephemeral for message in messages)
    files = [file for message in messages for file in message.attachments]
    contents = [await file.read() for file in files]
    parts = [json.loads(content) for content in contents]
    assert len(parts) > 2
    assert [file.filename for file in files] == [f"my-data-{number}-of-{len(parts)}.json" for number in range(1, len(parts) + 1)]
    assert f"in {len(parts)} files" in all_text(messages[0])
    assert max(map(len, contents)) <= UPLOAD
    assert [(part["part"], part["of"]) for part in parts] == [(number, len(parts)) for number in range(1, len(parts) + 1)]
    whole = {name: [row for part in parts for row in part[name]] for name in parts[0].keys() - HEAD}
    stored = await of(world, world.ada)
    assert {name: len(found) for name, found in whole.items()} == {name: len(stored[name]) for name in whole}
    assert whole["answers"] == as_written(stored["answers"])


async def test_what_cannot_be_sent_is_answered_with_a_sentence(world: World) -> None:
    await fill(world, world.ada)
    world.wire.lose_request("POST /webhooks/*/*", server_error(), times=1)

    result = await world.ada.slash(world.channel, "mydata export")

    assert "Something went wrong" in all_text(reply(result))
    assert "failed" in world.problem().getMessage()
