"""Copies of the database beside a running bot: what is in them, who may read them, which stay, and that a bot goes on with one."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import app as composition
from bot.__main__ import main
from bot.bank.bank import Bank
from bot.copies import BACKUP, DAILY, Copies
from bot.errors import Refused
from bot.storage import backup, prepare
from bot.storage.database import Database
from bot.storage.tables import answer_versions, postings, practice_counts, timers
from bot.timers import Timer, Timers
from tests.conftest import SEED, World, all_text, reply, running
from tests.storage.files import NEWEST, ROOT, beside, older, url
from tests.storage.test_disks import disk, on  # noqa: F401 - a fixture
from tests.storage.work import Gate, held, report, texts
from tests.test_live import Start, TinyDiscord, online, start  # noqa: F401 - a fixture

ANSWER = "I would put a queue in front of the model, because the evening brings three times the load of the night."
DAY = date(2026, 11, 24)
PEOPLE = 20


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where a copy goes: a folder of its own."""
    (tmp_path / "copies").mkdir()
    return tmp_path / "copies" / "copy.db"


def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: Path, file: Path | str) -> tuple[int, str, str]:
    """`python -m bot backup FILE`: the exit code, standard output and standard error."""
    monkeypatch.setenv("DATABASE_URL", url(path))
    code = main(["backup", str(file)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def process(path: Path, file: Path) -> "subprocess.CompletedProcess[str]":
    """The same as a process of its own."""
    environment = {**os.environ, "DATABASE_URL": url(path)}
    arguments = [sys.executable, "-m", "bot", "backup", str(file)]
    return subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def content(path: Path) -> bytes:
    return path.read_bytes()


def others_may_nothing(path: Path) -> bool:
    return path.stat().st_mode & 0o777 == 0o600


def verdict(path: Path) -> str:
    with closing(sqlite3.connect(path)) as conn:
        return str(conn.execute("PRAGMA integrity_check").fetchone()[0])


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


# On demand


async def test_a_copy_holds_what_was_committed_and_not_what_is_being_written(db: Database, path: Path, target: Path) -> None:
    await db.write(report("committed"))
    gate = Gate(report("half-way"))
    writing = await held(db, gate)

    await asyncio.to_thread(backup.copy, path, target)
    gate.open()
    await writing

    assert texts(target) == ["committed"]
    assert texts(path) == ["committed", "half-way"]
    assert verdict(target) == "ok"


async def test_writes_go_on_while_a_copy_is_made_and_are_not_in_it(db: Database, path: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "STEP_PAGES", 5)
    await db.write(report("before"))
    steps = 0
    loop = asyncio.get_running_loop()

    def between_steps() -> bool:
        nonlocal steps
        steps += 1
        if steps < 5:
            asyncio.run_coroutine_threadsafe(db.write(report(f"meanwhile {steps}")), loop).result(10)
        return False

    await asyncio.to_thread(backup.copy, path, target, between_steps)

    assert texts(path) == ["before", *(f"meanwhile {number}" for number in range(1, 5))]
    assert texts(target) == ["before"]
    assert verdict(target) == "ok"


async def test_the_command_runs_beside_the_bot_and_says_what_it_wrote(db: Database, path: Path, target: Path) -> None:
    await db.write(report("an answer"))  # the process that runs this test holds the lock

    finished = process(path, target)

    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == f"Copied {path} to {target} ({len(content(target)):,} bytes).\n"
    assert texts(target) == ["an answer"]
    assert others_may_nothing(target)
    assert names(target.parent) == ["copy.db"]


def test_a_copy_of_a_bot_that_does_not_run_is_one_file(
    path: Path, target: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    older(path, NEWEST)

    code, _, err = command(capsys, monkeypatch, path, target)
    with closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as conn:
        found = conn.execute("SELECT count(*) FROM postings").fetchone()

    assert (code, err, found) == (0, "", (3,))
    assert names(target.parent) == ["copy.db"]


def test_what_is_there_is_never_overwritten(
    database_url: str, path: Path, target: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target.write_text("precious")
    target.with_name("link.db").symlink_to("nothing.db")

    for taken in (target, target.with_name("link.db"), target.parent):
        assert command(capsys, monkeypatch, path, taken) == (
            2,
            "",
            f"{taken} is there already, and nothing is overwritten. Choose another name for the copy.\n",
        )

    assert target.read_text() == "precious"
    assert names(target.parent) == ["copy.db", "link.db"]


async def test_what_appears_under_the_name_meanwhile_is_not_overwritten(db: Database, path: Path, target: Path) -> None:
    def between_steps() -> bool:
        target.write_text("precious")
        return False

    with pytest.raises(Refused, match="is there already"):
        await asyncio.to_thread(backup.copy, path, target, between_steps)

    assert content(target) == b"precious"
    assert names(target.parent) == ["copy.db"]


@pytest.mark.parametrize("name", ["interviewer.db", "link.db", "interviewer.db-wal", "interviewer.db-journal"])
def test_the_database_itself_is_no_place_for_its_copy(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    older(path, NEWEST)
    path.with_name("link.db").symlink_to(path)
    before = path.read_bytes()

    code, out, err = command(capsys, monkeypatch, path, path.with_name(name))

    assert (code, out) == (2, "")
    assert err == f"{path.with_name(name)} belongs to the database itself. Choose another name for the copy.\n"
    assert path.read_bytes() == before
    assert beside(path) == ["link.db"]


def test_a_missing_folder_is_named(
    database_url: str, path: Path, target: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = command(capsys, monkeypatch, path, target.parent / "none" / "copy.db")

    assert (code, out) == (2, "")
    assert err == f"There is no folder {target.parent / 'none'}. Make it, or choose another place for the copy.\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "There is no database "),
        (b"notes about the interview, longer than a header\n" * 100, "is damaged ("),
        (b"", "is not a database of the bot's. Check DATABASE_URL."),
    ],
)
def test_a_database_that_cannot_be_copied_is_named_and_left_as_it_is(
    path: Path, target: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, content: bytes | None, says: str
) -> None:
    if content is not None:
        path.write_bytes(content)

    code, out, err = command(capsys, monkeypatch, path, target)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err
    assert (path.read_bytes() if path.exists() else None) == content
    assert names(target.parent) == []


def test_of_a_database_with_damaged_pages_no_copy_is_made(path: Path, target: Path) -> None:
    older(path, NEWEST)
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])

    with pytest.raises(Refused, match=r"is damaged \("):
        backup.copy(path, target)

    assert names(target.parent) == []


@pytest.mark.parametrize("room_kib", [0, 40])
def test_a_full_disk_is_named_in_one_line_and_no_half_copy_is_left(path: Path, disk: list[str], tmp_path: Path, room_kib: int) -> None:  # noqa: F811
    database = tmp_path / "database.db"
    older(database, NEWEST)
    room = f"$(($(df -k --output=avail . | tail -1) - {room_kib}))"
    script = f"""
        dd if=/dev/zero of=filler bs=1k count={room} 2>/dev/null
        DATABASE_URL={url(database)} $PYTHON -m bot backup "$PWD/copy.db"; code=$?; ls; exit $code
    """

    finished = on(disk, path, script)

    assert (finished.returncode, finished.stdout.split()) == (2, ["filler"])
    assert finished.stderr == f"The disk of {path.parent / 'copy.db'} is full. Make room and try again; no copy was made.\n"


async def test_a_copy_that_is_given_up_leaves_nothing(db: Database, path: Path, target: Path) -> None:
    with pytest.raises(backup._Stopped):
        await asyncio.to_thread(backup.copy, path, target, lambda: True)

    assert names(target.parent) == []


def test_what_looks_beside_the_bot_cannot_write(database_url: str, path: Path) -> None:
    with pytest.raises(Refused, match="attempt to write a readonly database"), backup.beside(path) as conn:
        conn.execute("DELETE FROM postings")


# Daily copies of a folder


def test_the_newest_stay_and_no_other_file_is_touched(database_url: str, path: Path, target: Path) -> None:
    folder = target.parent
    others = ["copy.db", "interviewer-2020-01-01.db.gz", "interviewer-2020-1-1.db", "my-interviewer-2020-01-01.db", "notes.copying"]
    for name in others:
        (folder / name).write_text("precious")
    (folder / "interviewer-2019-01-01.db").symlink_to(folder / "copy.db")
    (folder / "interviewer-2026-11-01.db.x_8ab3kd.copying").write_text("of a crash")

    made = [backup.daily(path, folder, DAY + timedelta(days=number), 3) for number in range(5)]

    kept = [f"interviewer-2026-11-{number}.db" for number in (26, 27, 28)]
    assert made == [folder / f"interviewer-2026-11-{number}.db" for number in range(24, 29)]
    assert names(folder) == sorted([*others, "interviewer-2019-01-01.db", *kept])
    assert all(verdict(folder / name) == "ok" for name in kept)
    assert all((folder / name).read_text() == "precious" for name in others)


def test_todays_copy_stays_though_the_clock_was_wrong_for_a_week(database_url: str, path: Path, target: Path) -> None:
    for number in range(7):
        backup.daily(path, target.parent, date(2031, 1, 1) + timedelta(days=number), 3)

    backup.daily(path, target.parent, DAY, 3)

    assert names(target.parent) == ["interviewer-2026-11-24.db", "interviewer-2031-01-06.db", "interviewer-2031-01-07.db"]


def test_a_copy_that_fails_deletes_no_older_one(database_url: str, path: Path, target: Path) -> None:
    for number in range(3):
        backup.daily(path, target.parent, DAY + timedelta(days=number), 3)
    before = names(target.parent)
    (target.parent / "interviewer-2026-11-27.db").mkdir()

    with pytest.raises(Refused):
        backup.daily(path, target.parent, DAY + timedelta(days=3), 1)

    assert names(target.parent) == [*before, "interviewer-2026-11-27.db"]


def test_a_database_that_is_called_like_a_copy_in_the_same_folder_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "interviewer-2020-01-01.db"
    older(path, NEWEST)

    backup.daily(path, tmp_path, DAY, 1)

    assert [name for name in names(tmp_path) if name.endswith(".db")] == ["interviewer-2020-01-01.db", "interviewer-2026-11-24.db"]


# Daily copies of a bot


class Copying:
    """A world whose bot copies its database every day, from noon of some day on."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder

    async def start(self, folder: Path | None, keep: int = 7, down_s: float = 0) -> None:
        """Start the bot again with other settings."""
        await self.world.app.timers.stop(0)
        self.world.env.backend.advance_clock(down_s)
        app = await composition.build(self.world.database_url, self.world.bank, now=self.world.now, seed=SEED, backup_dir=folder, backup_keep=keep)
        self.world.apps.append(app)
        await self.world.env.restart_bot(app.client)

    async def pass_days(self, days: float) -> None:
        for _ in range(round(days * 4)):
            await self.world.env.advance_time(6 * 60 * 60)

    def of(self, *days: int) -> list[str]:
        """The names of the copies of so many days from now on."""
        return [f"interviewer-{(self.world.now() + timedelta(days=day)).date().isoformat()}.db" for day in days]

    async def armed(self) -> list[tuple[str, str, datetime]]:
        return [(row["kind"], row["key"], row["due"]) for row in await self.world.rows(timers)]


@pytest.fixture
async def copying(world: World, target: Path) -> Copying:
    """A bot that copies its database into the folder of `target`."""
    copying = Copying(world, target.parent)
    now = world.now()
    world.env.backend.advance_clock((datetime(now.year, now.month, now.day, 12, tzinfo=UTC) + timedelta(days=1) - now).total_seconds())
    await copying.start(copying.folder)
    return copying


async def test_every_day_has_its_copy_from_the_first_start_on(copying: Copying) -> None:
    first = names(copying.folder)
    await copying.pass_days(1.75)

    assert first == copying.of(-2)
    assert names(copying.folder) == copying.of(-2, -1, 0)


async def test_a_copy_is_made_when_the_date_changes_in_utc(copying: Copying) -> None:
    await copying.world.draw(minutes=180)

    await copying.world.env.advance_time(12 * 60 * 60 - 1)
    before = names(copying.folder)
    await copying.world.env.advance_time(1)

    assert before == copying.of(-1)
    assert names(copying.folder) == copying.of(-1, 0)
    with closing(sqlite3.connect(copying.folder / copying.of(0)[0])) as conn:
        assert conn.execute("SELECT count(*) FROM postings").fetchone() == (1,)


async def test_copies_that_were_missed_are_made_up_for_once_at_the_start(copying: Copying) -> None:
    await copying.start(copying.folder, down_s=5 * 24 * 60 * 60)

    assert names(copying.folder) == copying.of(-5, 0)
    ((kind, key, due),) = await copying.armed()
    assert (kind, key) == ("backup", "daily")
    assert due == copying.world.now().replace(hour=0) + timedelta(days=1)


async def test_a_restart_on_the_same_day_leaves_the_copy_as_it_is(copying: Copying) -> None:
    (copy,) = copying.folder.iterdir()
    before = (copy.stat().st_ino, copy.read_bytes())
    await copying.world.draw()

    await copying.start(copying.folder)

    assert (copy.stat().st_ino, copy.read_bytes()) == before
    assert names(copying.folder) == copying.of(0)


async def test_fewer_copies_are_kept_as_soon_as_fewer_are_wanted(copying: Copying) -> None:
    await copying.pass_days(2)

    await copying.start(copying.folder, keep=2)

    assert names(copying.folder) == copying.of(-1, 0)


async def test_without_a_folder_no_copies_are_made_any_more(copying: Copying) -> None:
    before = names(copying.folder)

    await copying.start(None, down_s=24 * 60 * 60)
    await copying.pass_days(2)

    assert await copying.armed() == []
    assert names(copying.folder) == before


async def test_a_copy_that_fails_is_logged_tried_again_and_disturbs_nobody(copying: Copying) -> None:
    away = copying.folder.with_name("away")
    copying.folder.rename(away)
    await copying.world.env.advance_time(12 * 60 * 60 + 30)  # till the next try is so far off that SimCord does not wait for it
    result = await copying.world.answer(await copying.world.draw(), ANSWER)
    actions = {getattr(problem, "action", "") for problem in copying.world.problems}
    copying.world.problems.clear()

    away.rename(copying.folder)
    await copying.world.env.advance_time(11 * 60)

    assert f">>> {ANSWER}" in all_text(reply(result))
    assert actions == {"backup-failed", "timer-failed"}
    assert names(copying.folder) == copying.of(-1, 0)


async def test_a_stop_does_not_wait_until_a_large_copy_is_done(db: Database, path: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, given_up = threading.Event(), threading.Event()

    def large(*given: Any) -> None:
        begun.set()
        last = time.monotonic() + 5
        while time.monotonic() < last and not given_up.is_set():
            if given[-1]():
                given_up.set()

    monkeypatch.setattr(backup, "daily", large)
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    copies = Copies(db, Timers(db, lambda: now), lambda: now, path, target.parent, 7)
    making = asyncio.create_task(copies.make(Timer(BACKUP, DAILY, now, {})))
    await asyncio.to_thread(begun.wait, 10)

    making.cancel()

    assert await asyncio.to_thread(given_up.wait, 5)


async def test_the_live_bot_makes_todays_copy_and_the_command_runs_beside_it(start: Start, tmp_path: Path, target: Path) -> None:  # noqa: F811
    async with online(TinyDiscord()) as discord:
        bot = await start(discord, "run", BACKUP_DIR=str(target.parent), BACKUP_KEEP="3")
        await discord.until("connected")
        finished = process(tmp_path / "live.db", target)
        code, _, err = await bot.stopped(signal.SIGTERM)

    assert (finished.returncode, finished.stderr) == (0, "")
    assert (code, err) == (0, [])
    copies = names(target.parent)
    assert copies.pop(0) == "copy.db"
    assert [backup.DAILY.fullmatch(name) is not None for name in copies] == [True]
    assert verdict(target.parent / copies[0]) == "ok"


# Restoring


async def test_a_bot_goes_on_with_a_copy_that_was_taken_while_answers_were_being_written(world: World, target: Path) -> None:
    card = await world.draw(minutes=20)
    (posting,) = await world.rows(postings)
    people = [world.guild.add_member(world.env.create_user(f"person{number}")) for number in range(PEOPLE)]
    typed = {person.id: f"{ANSWER} By person {number}." for number, person in enumerate(people)}
    form = f"answer:{posting['id']}"
    for person in people[: PEOPLE // 2]:
        result = world.send_form(form, {"answer": typed[person.id]}, person)
        await world.env.settle()
        assert typed[person.id] in all_text(reply(result))

    for person in people[PEOPLE // 2 :]:
        world.send_form(form, {"answer": typed[person.id]}, person)
    copying = asyncio.create_task(asyncio.to_thread(backup.copy, world.database, target))
    await world.env.settle()
    await copying
    assert len(await world.rows(answer_versions)) == PEOPLE

    assert verdict(target) == "ok"
    world.database_url = url(target)
    with prepare.prepare(world.database_url):
        await world.restart(down_s=60)
        kept = {row["text"] for row in await world.rows(answer_versions)}
        assert {typed[person.id] for person in people[: PEOPLE // 2]} <= kept <= set(typed.values())
        assert len(await world.rows(practice_counts)) == len(kept)

        again = await world.answer(card, f"{ANSWER} After the disk had failed.", world.bob)
        await world.env.advance_time(20 * 60)

        assert "After the disk had failed." in all_text(reply(again))
        assert "Time is up" in all_text(card)
        assert world.edits(card) == 1
        assert await world.rows(timers) == []


async def test_a_deadline_that_passed_before_a_copy_was_put_in_place_fires_at_the_start(database_url: str, bank: Bank, target: Path) -> None:
    async with running(database_url, bank) as world:
        card = await world.draw(minutes=5)
        await asyncio.to_thread(backup.copy, world.database, target)
        await world.answer(card, ANSWER)

        world.database_url = url(target)
        with prepare.prepare(world.database_url):
            await world.restart(down_s=60 * 60)

            assert "Time is up" in all_text(card)
            assert await world.rows(answer_versions) == []


# Settings


def test_a_folder_that_cannot_be_written_is_one_line_at_the_start_and_no_database_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("DISCORD_TOKEN", "of.nobody")
    monkeypatch.setenv("DATABASE_URL", url(tmp_path / "data" / "interviewer.db"))

    for wrong in ("none", "a file"):
        monkeypatch.setenv("BACKUP_DIR", str(tmp_path / wrong))
        code = main(["run"])
        printed = capsys.readouterr()

        assert (code, printed.out, printed.err.count("\n")) == (2, "", 1)
        assert printed.err.startswith(f"BACKUP_DIR: {tmp_path / wrong} cannot be written: ")

    assert names(tmp_path) == ["a file"]


@pytest.mark.parametrize(("value", "says"), [("0", "greater than or equal to 1"), ("few", "a valid integer")])
def test_a_wrong_number_of_copies_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, value: str, says: str) -> None:
    monkeypatch.setenv("BACKUP_KEEP", value)

    assert main(["reports"]) == 2

    assert says in capsys.readouterr().err
