"""`python -m bot reports`: what an operator reads, and what not."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from bot.__main__ import main
from bot.bank.bank import Bank
from bot.storage.database import Database
from bot.storage.tables import question_reports
from tests.conftest import ROOT, World, reply

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PERSON = 81384788765712384
VERSION, STORE = "which-version-can-go-back-live", "a-question-that-was-removed"


def kept(question_id: str, text: str, *, hours: float) -> Callable[[Connection], None]:
    """Work for the writer: a report of so many hours after noon."""
    row = {"question_id": question_id, "user_id": PERSON, "text": text, "at": NOON + timedelta(hours=hours)}

    def work(conn: Connection) -> None:
        conn.execute(insert(question_reports), row)

    return work


@pytest.fixture(autouse=True)
def settings(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of the test and the shipped bank."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("QUESTIONS_DIR", str(ROOT / "questions"))


def process(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command as a process of its own."""
    given = [sys.executable, "-m", "bot", "reports", *arguments]
    return subprocess.run(given, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=60, check=False)


async def filled(database_url: str, *works: Callable[[Connection], None]) -> None:
    db = Database(database_url)
    await db.open()
    for work in works:
        await db.write(work)
    await db.close()


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["reports", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


async def test_reports_stand_under_their_question_the_newest_first(database_url: str, bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    title = bank.question(VERSION)
    assert title is not None
    await filled(
        database_url,
        kept(VERSION, "The second hint gives it away.", hours=0),
        kept(STORE, "The numbers do not add up.", hours=1),
        kept(VERSION, "A typo:\nroll-bcak", hours=26.5),
    )

    assert printed(capsys).splitlines() == [
        f"{VERSION}: {title.title}",
        "  2026-11-25 14:30 UTC  A typo:",
        "                        roll-bcak",
        "  2026-11-24 12:00 UTC  The second hint gives it away.",
        f"{STORE}: (no longer in the bank)",
        "  2026-11-24 13:00 UTC  The numbers do not add up.",
    ]


async def test_programs_get_the_same_as_json(database_url: str, bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    await filled(database_url, kept(STORE, "Old.", hours=0), kept(STORE, "New,\nin “two” lines.", hours=1))

    out = printed(capsys, "--json")

    new, old = {"at": "2026-11-24T13:00:00+00:00", "text": "New,\nin “two” lines."}, {"at": "2026-11-24T12:00:00+00:00", "text": "Old."}
    assert json.loads(out) == [{"question": STORE, "title": None, "reports": [new, old]}]


async def test_when_there_are_none_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys) == "Nobody has reported anything about a question.\n"
    assert json.loads(printed(capsys, "--json")) == []


async def test_what_a_person_reports_in_discord_is_printed_beside_the_bot_without_saying_who(world: World) -> None:
    card = await world.draw()
    debrief = reply(await world.answer(card, "I would put a queue in front of the model."))
    await world.ada.submit_modal(await world.ada.click(debrief, label="Report"), {"text": "The third hint is wrong."})

    finished = [process(*more) for more in ([], ["--json"])]

    for each in finished:
        assert (each.returncode, each.stderr) == (0, "")
        assert "The third hint is wrong." in each.stdout
        assert str(world.ada.id) not in each.stdout
        assert "ada" not in each.stdout.lower().split()


async def test_what_people_type_does_not_steer_the_terminal(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    await filled(database_url, kept(STORE, "\x1b[2Jgone \u202eesrever\u2028next\x9b1m é 😀", hours=0))

    out = printed(capsys)

    assert all(each.isprintable() or each == "\n" for each in out)
    assert "\\x1b[2Jgone \\u202eesrever\n" in out
    assert out.endswith("  next\\x9b1m é 😀\n")


def test_a_database_that_is_not_there_is_one_line_and_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'none.db'}")

    assert main(["reports"]) == 2

    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"There is no database {tmp_path / 'none.db'}.")
    assert not (tmp_path / "none.db").exists()
