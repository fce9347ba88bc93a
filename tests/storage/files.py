"""Database files as tests need them: filled by an older version, left behind by a crash, looked at from outside."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, create_engine, insert
from sqlalchemy.types import JSON, Boolean, Date, String

from bot.errors import Refused
from bot.storage import prepare

ROOT = Path(__file__).parents[2]
REVISIONS = [each.revision for each in reversed(list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions()))]
NEWEST = REVISIONS[-1]
ROWS = 3  # in each table of a filled database


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def migrate(path: Path) -> str:
    """Prepare a database and let go of it. Returns what was done."""
    with prepare.prepare(url(path)) as prepared:
        return prepared.done


def refusal(path: Path) -> str:
    """The line with which a database is refused."""
    with pytest.raises(Refused) as refused, prepare.prepare(url(path)):
        pass
    assert "\n" not in refused.value.text
    return refused.value.text


def older(path: Path, revision: str) -> None:
    """A database as an older version of the bot has left it, with rows in every table."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, revision)
        tables = MetaData()
        tables.reflect(conn)
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                conn.execute(insert(table), [{column.name: example(column, number) for column in table.columns} for number in range(1, ROWS + 1)])
    engine.dispose()
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA journal_mode=WAL")  # as it is after the bot has run


def example(column: Column[Any], number: int) -> object:
    """A value for the row of this number; rows that refer to another table refer to the row of their own number there."""
    if column.name == "state":
        return ("started", "draft", "submitted")[number % 3]
    if isinstance(column.type, JSON):
        return {"points": [number]}
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, Date):
        return date(2026, 1, number)
    return f"{column.name} {number}" if isinstance(column.type, String) else number


def contents(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but Alembic's own."""
    with closing(sqlite3.connect(path)) as conn:
        conn.row_factory = sqlite3.Row
        names = [row["name"] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {name: [dict(row) for row in conn.execute(f"SELECT * FROM {name}")] for name in names if name != "alembic_version"}  # noqa: S608


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as conn:
        return list(conn.iterdump())


def beside(path: Path) -> list[str]:
    """The other files in the folder of a database."""
    return sorted(each.name for each in path.parent.iterdir() if each != path)


def command_line(path: Path, *before: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """`python -m bot migrate`, as somebody types it."""
    environment = {"DATABASE_URL": url(path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    return subprocess.run([*before, sys.executable, "-m", "bot", "migrate"], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60)


def crash(path: Path, *statements: str) -> None:
    """Run statements in a process that is killed after them, so that its log or journal is left behind."""
    lines = ["import os, sqlite3", f"conn = sqlite3.connect({str(path)!r}, isolation_level=None)"]
    lines += [f"conn.execute({statement!r})" for statement in statements]
    subprocess.run([sys.executable, "-c", "\n".join([*lines, "os.kill(os.getpid(), 9)"])], check=False)
