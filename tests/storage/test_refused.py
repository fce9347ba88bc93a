"""Database files that the bot refuses to start on, left as they are, and the second process on one file."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Refused
from bot.storage import prepare
from tests.storage.files import NEWEST, ROOT, command_line, crash, migrate, older, refusal, url


def test_a_newer_schema_is_refused_and_untouched(path: Path) -> None:
    older(path, NEWEST)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999_tomorrow'")
    before = path.read_bytes()

    finished = command_line(path)

    assert finished.returncode == 2
    assert finished.stderr == (
        f"{path} was written by a newer version of the bot (schema 9999_tomorrow). Update the bot, or use another DATABASE_URL.\n"
    )
    assert path.read_bytes() == before


def test_a_newer_schema_is_untouched_even_after_a_crash(path: Path) -> None:
    older(path, NEWEST)
    crash(path, "UPDATE alembic_version SET version_num = '9999_tomorrow'")
    before = path.read_bytes()

    assert "newer version" in refusal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "tables",
    [
        ["CREATE TABLE invoices (id INTEGER)"],
        ["CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('4711')", "CREATE TABLE invoices (id INTEGER)"],
        ["CREATE TABLE postings (id INTEGER)"],
    ],
)
def test_the_database_of_another_program_is_refused_and_untouched(path: Path, tables: list[str]) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        for statement in tables:
            conn.execute(statement)
    before = path.read_bytes()

    assert "holds the data of another program" in refusal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"notes", b"notes about the interview, longer than a header\n" * 100, b"SQLite format 3"])
def test_a_file_that_is_no_database_is_refused_and_untouched(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    assert "is not a SQLite database" in refusal(path)
    assert path.read_bytes() == content


def overwritten(whole: bytes) -> bytes:
    return whole[:8192] + b"\xff" * 4096 + whole[12288:]


def cut(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def wrong_pages(whole: bytes) -> bytes:
    return whole[:16] + b"\x00\x07" + whole[18:]


@pytest.mark.parametrize("damage", [overwritten, cut, wrong_pages])
def test_a_damaged_database_is_refused_and_untouched(path: Path, damage: Any) -> None:
    older(path, NEWEST)
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)

    text = refusal(path)

    assert f"{path} is damaged (" in text
    assert "put a backup in its place" in text
    assert path.read_bytes() == damaged


def test_a_damaged_database_is_untouched_even_when_a_crash_left_something_to_write(path: Path) -> None:
    older(path, NEWEST)
    crash(path, "INSERT INTO question_totals VALUES ('only in the log', 7)")
    damaged = overwritten(path.read_bytes())
    path.write_bytes(damaged)

    assert "is damaged (" in refusal(path)
    assert path.read_bytes() == damaged


def test_a_folder_in_the_way_is_refused(path: Path) -> None:
    path.mkdir()

    assert refusal(path) == f"{path} is not a file. Move it away or change DATABASE_URL."


def test_a_file_where_the_folder_should_be_is_refused(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("precious")

    assert refusal(path).startswith(f"The database {path} cannot be opened: ")
    assert path.parent.read_text() == "precious"


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://localhost/interviews",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite:///data/x.db",
        "sqlite+aiosqlite:///what?.db",
        "data/x.db",
        "",
    ],
)
def test_an_address_of_no_sqlite_file_is_refused_with_an_example(wrong: str) -> None:
    with pytest.raises(Refused, match=r"must be like sqlite\+aiosqlite:///data/interviewer\.db"):
        prepare.database_path(wrong)


# One process


def test_a_second_process_is_refused_with_one_line_until_the_first_has_gone(path: Path) -> None:
    with prepare.prepare(url(path)):
        link = path.with_name("link.db")
        link.symlink_to(path)
        second, through_a_link = command_line(path), command_line(link)
    third = command_line(path)

    for refused, name in ((second, path), (through_a_link, link)):
        assert refused.returncode == 2
        assert refused.stdout == ""
        assert refused.stderr == f"Another process of the bot uses {name}. Stop it first; one process serves one database file.\n"
    assert (third.returncode, third.stdout, third.stderr) == (0, "The database has the newest schema already.\n", "")


def test_a_process_that_was_killed_does_not_keep_the_next_one_from_starting(path: Path) -> None:
    script = f"""
import time
from bot.storage import prepare
with prepare.prepare({url(path)!r}):
    print("held", flush=True)
    time.sleep(60)
"""
    holder = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder, holder.stdout:
        held = holder.stdout.readline()
        during = refusal(path)
        holder.kill()

    assert held == "held\n"
    assert during.startswith("Another process of the bot uses")
    assert migrate(path) == "The database has the newest schema already."
