"""Disks that are read-only or full: real ones, and through the real command line where that is what a person meets."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.files import NEWEST, REVISIONS, ROOT, beside, command_line, dump, older

SMALL_KIB = 512  # of a disk; a new database takes some 200 KiB


# Read-only


@pytest.fixture
def bound() -> list[str]:
    """How to run a command so that permission bits bind it. They do not bind root, who is then stripped of that power."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root is not bound by permission bits, and there is no setpriv to give that up")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@pytest.fixture
def read_only(path: Path) -> Iterator[None]:
    """Gives the permissions back, so that the folder can be removed."""
    yield
    path.parent.chmod(0o755)


@pytest.mark.parametrize("revision", [REVISIONS[0], NEWEST])
def test_a_read_only_file_is_refused_with_one_line_and_untouched(path: Path, bound: list[str], revision: str) -> None:
    older(path, revision)
    path.chmod(0o444)
    before = path.read_bytes()

    finished = command_line(path, *bound)

    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == f"The database {path} is read-only. Let the bot's user write the file and its folder, or change DATABASE_URL.\n"
    assert path.read_bytes() == before


@pytest.mark.parametrize("there", ["nothing", "a database", "a database that ran before"])
def test_a_read_only_folder_is_refused_with_one_line(path: Path, bound: list[str], read_only: None, there: str) -> None:
    if there != "nothing":
        older(path, NEWEST)
    if there == "a database that ran before":
        Path(f"{path}.lock").touch()
    path.parent.chmod(0o555)
    before = path.read_bytes() if path.exists() else b""

    finished = command_line(path, *bound)

    assert (finished.returncode, finished.stdout, finished.stderr.count("\n")) == (2, "", 1)
    assert finished.stderr.startswith((f"The database {path} cannot be opened: Permission denied. ", f"The database {path} is read-only. "))
    assert "folder" in finished.stderr
    assert (path.read_bytes() if path.exists() else b"") == before


def test_a_file_that_may_not_be_read_is_refused_with_one_line(path: Path, bound: list[str]) -> None:
    older(path, NEWEST)
    path.chmod(0o000)

    finished = command_line(path, *bound)

    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == f"The database {path} cannot be opened: Permission denied. Check DATABASE_URL and the folder's permissions.\n"


# Disks of one's own


@pytest.fixture
def disk(path: Path) -> list[str]:
    """How to run a shell script that gets a disk of its own, mounted where the database is, which nobody else sees."""
    own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    mount = f'mount -t tmpfs -o size={SMALL_KIB}k tmpfs "$0" && cd "$0"'
    if shutil.which("unshare") is None or subprocess.run([*own, "sh", "-c", mount, str(path.parent)], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    return [*own, "sh", "-c", f'{mount} && eval "$1"', str(path.parent)]


def on(disk: list[str], path: Path, script: str) -> subprocess.CompletedProcess[str]:
    environment = {"DATABASE_URL": f"sqlite+aiosqlite:///{path}", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHON": sys.executable}
    return subprocess.run([*disk, script], env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_disk_that_is_mounted_read_only_is_named_in_one_line(path: Path, disk: list[str], tmp_path: Path) -> None:
    older(tmp_path / "old.db", REVISIONS[0])
    script = f'cp {tmp_path / "old.db"} interviewer.db && touch interviewer.db.lock && mount -o remount,ro "$PWD" && $PYTHON -m bot migrate'

    finished = on(disk, path, script)

    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == f"The database {path} cannot be opened: Read-only file system. Check DATABASE_URL and the folder's permissions.\n"


@pytest.mark.parametrize("fill", ["dd if=/dev/zero of=filler bs=1k 2>/dev/null", 'mount -o remount,nr_inodes=1 "$PWD"'])
def test_a_full_disk_is_named_in_one_line_when_a_database_is_to_be_made(path: Path, disk: list[str], fill: str) -> None:
    finished = on(disk, path, f"{fill}; $PYTHON -m bot migrate")

    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == f"The disk of {path} is full. Make room and start again; nothing was changed.\n"


def test_a_disk_without_room_for_the_copy_is_named_and_the_database_is_untouched(path: Path, disk: list[str], tmp_path: Path) -> None:
    old, after = tmp_path / "old.db", tmp_path / "after.db"
    older(old, REVISIONS[0])
    script = f"""
        cp {old} interviewer.db; dd if=/dev/zero of=filler bs=1k count=$(($(df -k --output=avail . | tail -1) - 40)) 2>/dev/null
        $PYTHON -m bot migrate; code=$?; cp interviewer.db {after}; ls; exit $code
    """

    finished = on(disk, path, script)

    assert finished.returncode == 2
    assert finished.stderr == f"The disk of {path} is full. Make room and start again; nothing was changed.\n"
    assert finished.stdout.split() == ["filler", "interviewer.db", "interviewer.db.lock"]
    assert dump(after) == dump(old)


def test_a_database_of_the_newest_schema_on_a_full_disk_is_refused_in_one_line(path: Path, disk: list[str], tmp_path: Path) -> None:
    current, after = tmp_path / "current.db", tmp_path / "after.db"
    older(current, NEWEST)
    script = f"""
        cp {current} interviewer.db; dd if=/dev/zero of=filler bs=1k 2>/dev/null
        $PYTHON -m bot migrate; code=$?; rm filler; cp interviewer.db {after}; exit $code
    """

    finished = on(disk, path, script)

    assert (finished.returncode, finished.stdout, finished.stderr.count("\n")) == (2, "", 1)
    assert finished.stderr.startswith(f"The disk of {path} ")
    assert "full" in finished.stderr
    assert dump(after) == dump(current)


RUNNING = """
import asyncio, os
from pathlib import Path
from bot.storage.database import Database
from tests.storage.work import report

async def main():
    db = Database(os.environ["DATABASE_URL"])
    await db.open()
    await db.write(report("before"))
    room = os.statvfs(".")
    Path("filler").write_bytes(bytes(room.f_bavail * room.f_bsize))
    full = await asyncio.gather(*(db.write(report(f"no room {number}" * 10_000)) for number in range(3)), return_exceptions=True)
    print(*("full" in str(each) or "disk I/O error" in str(each) for each in full))
    Path("filler").unlink()
    await db.write(report("after"))
    print(await db.read(lambda conn: conn.exec_driver_sql("SELECT text FROM question_reports ORDER BY id").scalars().all()))
    await db.close()

asyncio.run(main())
"""


def test_answers_are_kept_again_as_soon_as_a_full_disk_has_room(path: Path, disk: list[str], tmp_path: Path) -> None:
    (tmp_path / "running.py").write_text(RUNNING)

    finished = on(disk, path, f"$PYTHON -m bot migrate && $PYTHON {tmp_path / 'running.py'}")

    assert finished.stderr == ""
    assert finished.stdout.splitlines()[1:] == ["True True True", "['before', 'after']"]


def test_a_database_is_made_where_there_is_just_enough_room(path: Path, disk: list[str]) -> None:
    finished = on(disk, path, "$PYTHON -m bot migrate && ls")

    assert (finished.returncode, finished.stderr) == (0, "")
    assert beside(path) == []  # all of it was on the small disk, so the others filled that one and not ours
    assert finished.stdout.splitlines()[1:] == ["interviewer.db", "interviewer.db.lock"]
