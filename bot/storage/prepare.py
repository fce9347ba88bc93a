"""Everything before the event loop starts: one process per file, a file that can be written, and the newest schema."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from stat import S_IMODE

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot.errors import Refused

MIGRATIONS = Path(__file__).parents[2] / "migrations"
HEADER = b"SQLite format 3\0"
CHECKED_BYTES = 200 << 20  # a file up to this size is checked page by page at start, which takes about a second
NEWEST_ALREADY = "The database has the newest schema already."


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database that is ready, and what was done for it, in a sentence."""

    path: Path
    done: str


@contextmanager
def prepare(url: str) -> Iterator[Prepared]:
    """Hold the process lock of a database and bring its schema up to date.

    Refused, in one line and with the file as it was: another process holds the lock, the file cannot be read or written, it is no database or a
    damaged one, the disk is full, or a newer version of the bot has written it.
    """
    path = database_path(url)
    lock = FileLock(f"{os.path.realpath(path)}.lock", timeout=0)  # beside the file itself, so that a link to it is no second database
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise Refused(f"Another process of the bot uses {path}. Stop it first; one process serves one database file.") from None
    except OSError as error:
        raise Refused(_unopened(path, error)) from None
    try:
        yield Prepared(path, _bring_up_to_date(path))
    finally:
        lock.release()


def database_path(url: str) -> Path:
    """The file behind `DATABASE_URL`. Refused: it is not a SQLite file."""
    wanted = "DATABASE_URL must be like sqlite+aiosqlite:///data/interviewer.db: a SQLite file is the only database so far."
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Refused(wanted) from None
    path = parsed.database or ""
    options = "?" in url  # SQLAlchemy would cut the name of the file there
    if parsed.drivername != "sqlite+aiosqlite" or path in ("", ":memory:") or path.startswith("file:") or options:
        raise Refused(wanted)
    return Path(path)


def _bring_up_to_date(path: Path) -> str:
    """Returns what was done, in a sentence."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    newest = str(script.get_current_head())
    try:
        current = _current_revision(path)
        if current is not None and current not in {known.revision for known in script.walk_revisions()}:
            raise Refused(f"{path} was written by a newer version of the bot (schema {current}). Update the bot, or use another DATABASE_URL.")
        if current is not None:
            _check_writable(path)
        if current == newest:
            return NEWEST_ALREADY
        kept = None if current is None else _keep_copy(path, newest)
        try:
            _upgrade(path, config)
        except BaseException:
            if kept is not None:
                kept.unlink()  # nothing was changed; and a bot that is started again and again would fill the disk with copies
            raise
    except sqlite3.Error as error:
        raise Refused(_explain(path, error)) from None
    except DBAPIError as error:
        raise Refused(_explain(path, error.orig or error)) from None
    except OSError as error:
        raise Refused(_unopened(path, error)) from None
    return f"The database was brought to schema {newest}." + (f" A copy from before is kept as {kept}." if kept is not None else "")


def _current_revision(path: Path) -> str | None:
    """The schema that a database has, which is now known to be sound and the bot's own. None: nothing is there yet. The file is not changed."""
    if not path.exists():
        return None
    if not path.is_file():
        raise Refused(f"{path} is not a file. Move it away or change DATABASE_URL.")
    if path.stat().st_size == 0:
        return None
    with path.open("rb") as stream:
        if stream.read(len(HEADER)) != HEADER:
            raise Refused(f"{path} is not a SQLite database. It was left as it is; move it away or change DATABASE_URL.")
    try:
        return _look_inside(path, "ro")
    except sqlite3.OperationalError as error:
        if not _name_of(error).startswith("SQLITE_READONLY"):
            raise
        return _look_inside(path, "rw")  # a crash left a transaction half-done, which only somebody who may write can roll back


def _look_inside(path: Path, mode: str) -> str | None:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)) as conn:
        if path.stat().st_size <= CHECKED_BYTES:
            verdict = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise Refused(_damaged(path, verdict.splitlines()[-1]))
        tables = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")}
        if not tables:
            return None
        # The name of Alembic's table alone says little: other programs use Alembic too.
        revisions = conn.execute("SELECT version_num FROM alembic_version").fetchall() if tables >= {"alembic_version", "postings"} else []
        if not revisions:
            raise Refused(f"{path} holds the data of another program. It was left as it is; set DATABASE_URL to a file of the bot's own.")
        return str(revisions[0][0])


def _check_writable(path: Path) -> None:
    """Write what stands there already, which shows that the file and its disk take a write."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        (version,) = conn.execute("PRAGMA user_version").fetchone()
        conn.execute(f"PRAGMA user_version = {int(version)}")
        conn.execute("COMMIT")


def _keep_copy(path: Path, newest: str) -> Path:
    """A consistent copy beside the file, made by SQLite itself, so that what stands in the log comes along. An older copy is never overwritten."""
    names = (f"{path.name}.before-{newest}{suffix}" for suffix in chain([""], (f"-{number}" for number in count(2))))
    kept = next(free for free in map(path.with_name, names) if not free.exists())
    unfinished = path.with_name(f"{path.name}.copying")
    try:
        unfinished.unlink(missing_ok=True)  # of a crash
        unfinished.touch(mode=S_IMODE(path.stat().st_mode))  # whoever may not read the answers may not read their copy
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as target:
            source.backup(target)
        return unfinished.rename(kept)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _upgrade(path: Path, config: Config) -> None:
    """Run what is missing in one transaction: all of it or nothing."""
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
    _explicit_transactions(engine)
    try:
        with engine.begin() as conn:
            used_ids = _used_ids(conn)
            config.attributes["connection"] = conn
            command.upgrade(config, "head")
            _never_again(conn, used_ids)
            broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise Refused(f"The upgrade would have left {len(broken)} rows without what they belong to. Nothing was changed; please report this.")
    finally:
        engine.dispose()


# Rebuilding a table forgets the ids of rows that were erased. They still stand in buttons, which must not lead to somebody else's row.
def _used_ids(conn: Connection) -> list[tuple[str, int]]:
    if not conn.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").all():
        return []
    return [(table, highest) for table, highest in conn.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")]


def _never_again(conn: Connection, used_ids: list[tuple[str, int]]) -> None:
    for table, highest in used_ids:
        conn.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ? AND seq < ?", (table, highest))
        conn.exec_driver_sql(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
            (table, highest, table),
        )


def _explicit_transactions(engine: Engine) -> None:
    """Make DDL part of the transaction: Python's sqlite3 would commit before it."""

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=OFF")  # on, rebuilding a table would delete the rows that belong to it

    @event.listens_for(engine, "begin")
    def begun(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE")


def _unopened(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full(path)
    return f"The database {path} cannot be opened: {error.strerror or error}. Check DATABASE_URL and the folder's permissions."


def _explain(path: Path, error: BaseException) -> str:
    name, text = _name_of(error), " ".join(str(error).split())
    if name.startswith("SQLITE_READONLY"):
        return f"The database {path} is read-only. Let the bot's user write the file and its folder, or change DATABASE_URL."
    if name.startswith("SQLITE_FULL"):
        return _full(path)
    if name.startswith("SQLITE_CANTOPEN"):
        return f"The database {path} cannot be opened: check that it is a file in a folder that the bot's user may write."
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"The database {path} is in use by another program. Close it and start again."
    if name.startswith("SQLITE_IOERR"):
        return f"The disk of {path} fails or is full ({text}). Nothing was changed; make room or check the disk, and start again."
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return _damaged(path, text)
    return f"The database {path} cannot be used ({text}). It was left as it is."


def _name_of(error: BaseException) -> str:
    """SQLite's own name of an error."""
    return getattr(error, "sqlite_errorname", None) or ""


def _full(path: Path) -> str:
    return f"The disk of {path} is full. Make room and start again; nothing was changed."


def _damaged(path: Path, what: str) -> str:
    return f"The database {path} is damaged ({what}). It was left as it is; put a backup in its place."
