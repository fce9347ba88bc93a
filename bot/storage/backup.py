"""Copies of the database while the bot runs: one that somebody asks for, and a folder of daily ones of which the newest stay."""

import errno
import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from bot.errors import Refused

UNFINISHED = ".copying"
STEP_PAGES = 1_000  # some 4 MB; between two steps a copy can be stopped
BUSY_TIMEOUT_S = 5.0  # for somebody who holds the file for a moment
BESIDE = ("-wal", "-shm", "-journal", ".lock")  # what stands beside a database under its name and is part of it
_FULL = (errno.ENOSPC, errno.EDQUOT)
DAILY = re.compile(r"interviewer-\d{4}-\d{2}-\d{2}\.db")
DAILY_UNFINISHED = re.compile(rf"{DAILY.pattern}\.\w+{re.escape(UNFINISHED)}(-wal|-shm|-journal)?")


class _Stopped(Exception):  # noqa: N818 - nothing went wrong
    pass


def copy(database: Path, target: Path, stopped: Callable[[], bool] = lambda: False) -> int:
    """Write a copy of one state of a database that may be in use, for its owner's eyes only. Returns its size in bytes.

    Its name appears when all of it is there and sound. Refused, with nothing left behind: the name is taken, the folder is missing or cannot be
    written, the disk is full, or the database is missing, damaged or another program's. `stopped` is asked now and then whether to give up.
    """
    whole = Path(os.path.realpath(database))
    if os.path.realpath(target) in {str(whole), *(f"{whole}{suffix}" for suffix in BESIDE)}:
        raise Refused(f"{target} belongs to the database itself. Choose another name for the copy.")
    if os.path.lexists(target):
        raise Refused(_taken(target))
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}. Make it, or choose another place for the copy.")
    with beside(database) as source:
        try:
            handle, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=UNFINISHED, dir=target.parent)  # with mode 0600
        except OSError as error:
            raise Refused(_unwritten(target, error)) from None
        os.close(handle)
        unfinished = Path(name)
        try:
            _fill(unfinished, source, database, stopped)
            _put_in_place(unfinished, target)
            return target.stat().st_size
        except sqlite3.Error as error:
            if _name_of(error).startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
                raise  # the copy is no better than the database
            raise Refused(_unwritten(target, error)) from None
        except OSError as error:
            raise Refused(_unwritten(target, error)) from None
        finally:
            for left in ("", *BESIDE):
                unfinished.with_name(unfinished.name + left).unlink(missing_ok=True)


@contextmanager
def beside(database: Path) -> Iterator[sqlite3.Connection]:
    """One state of the database, read-only, while the bot goes on. Refused: there is none, it is damaged, or another program's."""
    # Nothing here may open the file by itself: closing it again would drop the locks of every connection that this process has to it.
    if not database.is_file():
        raise Refused(f"There is no database {database}. The bot makes it at its first start; check DATABASE_URL if it has run.")
    address = f"{database.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S)) as conn:
            conn.execute("BEGIN")  # all that follows sees the state that its first statement has seen, however long it takes
            tables = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables >= {"alembic_version", "postings"}:
                raise Refused(f"{database} is not a database of the bot's. Check DATABASE_URL.")
            yield conn
    except sqlite3.Error as error:
        raise Refused(_unread(database, error)) from None


def _fill(unfinished: Path, source: sqlite3.Connection, database: Path, stopped: Callable[[], bool]) -> None:
    def go_on(_status: int, _remaining: int, _total: int) -> None:
        if stopped():
            raise _Stopped

    with closing(sqlite3.connect(unfinished, isolation_level=None)) as conn:
        source.backup(conn, pages=STEP_PAGES, progress=go_on)
        conn.set_progress_handler(stopped, STEP_PAGES)
        verdict = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":  # a damaged copy must not push out the good ones
            raise Refused(_damaged(database, verdict.splitlines()[-1]))
        conn.execute("PRAGMA journal_mode=DELETE")  # so that the copy is one file, wherever it is opened; the bot sets WAL again


def _put_in_place(unfinished: Path, target: Path) -> None:
    try:
        os.link(unfinished, target)  # a rename would overwrite what has appeared there meanwhile
    except FileExistsError:
        raise Refused(_taken(target)) from None
    except OSError:  # a file system without hard links
        unfinished.rename(target)


# Daily copies


def check_folder(folder: Path | None) -> None:
    """Whether daily copies can be written there; None asks nothing. Refused: the line for whoever has set BACKUP_DIR."""
    if folder is None:
        return
    try:
        with tempfile.NamedTemporaryFile(prefix="interviewer-", dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise Refused(
            f"BACKUP_DIR: {folder} cannot be written: {reason}. Make the folder, let the bot's user write it, or unset BACKUP_DIR."
        ) from None


def daily(database: Path, folder: Path, day: date, keep: int, stopped: Callable[[], bool] = lambda: False) -> Path | None:
    """Make a day's copy, unless it is there, and then delete all but the newest `keep`. Returns the copy if it was made; Refused as `copy` is."""
    target = folder / f"interviewer-{day.isoformat()}.db"
    for each in [each for each in folder.iterdir() if DAILY_UNFINISHED.fullmatch(each.name)]:
        each.unlink(missing_ok=True)  # of a crash
    made = not target.is_file()
    if made:
        copy(database, target, stopped)
    others = [each for each in folder.iterdir() if DAILY.fullmatch(each.name) and each != target and _may_go(each, database)]
    for old in sorted(others, reverse=True)[keep - 1 :]:
        old.unlink(missing_ok=True)
    return target if made else None


def _may_go(found: Path, database: Path) -> bool:
    return found.is_file() and not found.is_symlink() and found.resolve() != database.resolve()


# What is said


def _taken(target: Path) -> str:
    return f"{target} is there already, and nothing is overwritten. Choose another name for the copy."


def _unwritten(target: Path, error: OSError | sqlite3.Error) -> str:
    name = _name_of(error)
    if name.startswith("SQLITE_FULL") or getattr(error, "errno", None) in _FULL:
        return f"The disk of {target} is full. Make room and try again; no copy was made."
    if name.startswith("SQLITE_IOERR"):
        return f"The disk of {target} fails or is full ({_text(error)}). Make room or check it, and try again; no copy was made."
    reason = error.strerror if isinstance(error, OSError) and error.strerror else _text(error)
    return f"{target} cannot be written: {reason}. Choose another place, or check the folder's permissions; no copy was made."


def _unread(database: Path, error: sqlite3.Error) -> str:
    name = _name_of(error)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return _damaged(database, _text(error))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"The database {database} is in use by another program. Try again in a moment."
    return f"The database {database} cannot be read ({_text(error)}). Check the permissions of the file and its folder."


def _damaged(database: Path, what: str) -> str:
    return f"The database {database} is damaged ({what}). It was left as it is; README says under “Backups” how to put a copy in its place."


def _text(error: BaseException) -> str:
    return " ".join(str(error).split())


def _name_of(error: BaseException) -> str:
    """SQLite's own name of an error."""
    return getattr(error, "sqlite_errorname", None) or ""
