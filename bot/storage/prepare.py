"""Everything before the event loop starts: one process per file, a file that can be written, and the newest schema."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from sqlalchemy import Connection, create_engine, event, inspect
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
    lock = FileLock(f"{path}.lock", timeout=0)
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
    if parsed.drivername != "sqlite+aiosqlite" or not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
        raise Refused(wanted)
    return Path(parsed.database)


def _bring_up_to_date(path: Path) -> str:
    try:
        existed = _check_file(path)
        return _migrate(path, existed=existed)
    except sqlite3.Error as error:
        raise Refused(_explain(path, error)) from None
    except DBAPIError as error:
        raise Refused(_explain(path, error.orig or error)) from None
    except OSError as error:
        raise Refused(_unopened(path, error)) from None


def _unopened(path: Path, error: OSError) -> str:
    return f"The database {path} cannot be opened: {error.strerror or error}. Check DATABASE_URL and the folder's permissions."


def _check_file(path: Path) -> bool:
    """Whether there was a database, which is now known to be sound and writable."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as stream:
        if stream.read(len(HEADER)) != HEADER:
            raise Refused(f"{path} is not a SQLite database. It was left as it is; move it away or change DATABASE_URL.")
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        if path.stat().st_size <= CHECKED_BYTES:
            verdict = conn.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
        version = conn.execute("PRAGMA user_version").fetchone()[0]
        # Writing what stands there already shows that the file and its disk take a write.
        conn.execute("BEGIN IMMEDIATE")
        conn.execute(f"PRAGMA user_version = {int(version)}")
        conn.execute("COMMIT")
    return True


def _migrate(path: Path, *, existed: bool) -> str:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    newest = script.get_current_head()
    engine = create_engine(f"sqlite:///{path}")
    _explicit_transactions(engine)
    try:
        with engine.connect() as conn:
            current = MigrationContext.configure(conn).get_current_revision()
            if current is None and inspect(conn).get_table_names():
                raise Refused(f"{path} holds the data of another program. It was left as it is; set DATABASE_URL to a file of the bot's own.")
        if current == newest:
            return NEWEST_ALREADY
        known = {revision.revision for revision in script.walk_revisions()}
        if current is not None and current not in known:
            raise Refused(f"{path} was written by a newer version of the bot (schema {current}). Update the bot, or use another DATABASE_URL.")
        kept = _keep_copy(path, current) if existed else None
        with engine.begin() as conn:
            _upgrade(config, conn)
    finally:
        engine.dispose()
    return f"The database was brought to schema {newest}." + (f" A copy from before is kept as {kept}." if kept is not None else "")


def _upgrade(config: Config, conn: Connection) -> None:
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
    broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise Refused(f"The upgrade would have left {len(broken)} rows without what they belong to. Nothing was changed; please report this.")


def _explicit_transactions(engine: Any) -> None:
    """Make DDL part of the transaction: Python's sqlite3 would commit before it. Foreign keys stay off, as SQLite has them by default."""

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begun(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE")


def _keep_copy(path: Path, revision: str | None) -> Path:
    """A consistent copy beside the file, made by SQLite itself, so that what stands in the log comes along."""
    kept = path.with_name(f"{path.name}.before-{revision or 'the-first-schema'}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(kept)) as target:
        source.backup(target)
    return kept


def _explain(path: Path, error: BaseException) -> str:
    text = str(error)
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith("SQLITE_READONLY") or "readonly" in text:
        return f"The database {path} is read-only. Let the bot's user write the file and its folder, or change DATABASE_URL."
    if code.startswith("SQLITE_FULL") or "full" in text:
        return f"The disk of {path} is full. Make room and start again; nothing was changed."
    if code.startswith("SQLITE_CANTOPEN"):
        return f"The database {path} cannot be opened: check that it is a file in a folder that the bot's user may write."
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"The database {path} is in use by another program. Close it and start again."
    return f"The database {path} is damaged ({text.splitlines()[0]}). It was left as it is; put a backup in its place."
