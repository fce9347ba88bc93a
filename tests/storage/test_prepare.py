"""The schema of the database file before the bot starts, and the copy that is kept when it changes."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from bot.errors import Refused
from bot.storage import prepare
from bot.storage.tables import metadata
from tests.storage.files import NEWEST, REVISIONS, ROOT, ROWS, beside, command_line, contents, crash, dump, migrate, older, url

# The schema


def test_a_new_database_gets_the_newest_schema_and_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "some where" / "100% new#" / "interviewer.db"

    first, second = migrate(path), migrate(path)

    assert first == f"The database was brought to schema {NEWEST}."
    assert second == "The database has the newest schema already."
    assert set(contents(path)) == set(metadata.tables)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_filled_database_of_every_version_keeps_every_row(path: Path, revision: str) -> None:
    older(path, revision)
    before = contents(path)

    migrate(path)

    after = contents(path)
    kept = {name: [{column: row[column] for column in old} for old, row in zip(before[name], after[name], strict=True)] for name in before}
    assert kept == before
    assert {len(rows) for rows in before.values()} == {ROWS}
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_models_and_migrations_agree(path: Path, tmp_path: Path) -> None:
    by_models = tmp_path / "by-models.db"
    migrate(path)
    engine = create_engine(f"sqlite:///{by_models}")
    metadata.create_all(engine)
    engine.dispose()

    migrated = create_engine(f"sqlite:///{path}")
    with migrated.connect() as conn:
        differences = compare_metadata(MigrationContext.configure(conn, opts={"compare_server_default": True}), metadata)
    migrated.dispose()

    assert differences == []
    assert definitions(path) == definitions(by_models)  # also checks, AUTOINCREMENT and WITHOUT ROWID, which Alembic does not compare


def definitions(path: Path) -> dict[str, list[str]]:
    """How each table and index was made, part by part, sorted: a column that was added later stands at another place."""
    with closing(sqlite3.connect(path)) as conn:
        rows = conn.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name != 'alembic_version'")
        made = {name: re.fullmatch(r"(.+?)\((.+)\)([^)]*)", sql, re.DOTALL) for name, sql in rows}
    comma = re.compile(r",(?![^(]*\))")  # outside brackets
    return {name: sorted(part.strip() for part in [match[1], match[3], *comma.split(match[2])]) for name, match in made.items() if match}


# A rebuilt table, as SQLite needs it for most changes. No revision does so yet; the next one will.

REBUILD = """
import sqlalchemy as sa
from alembic import op

revision = "9999_rebuilt"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("postings", recreate="always", table_kwargs={{"sqlite_autoincrement": True}}) as postings:
        postings.add_column(sa.Column("mood", sa.String(), nullable=True))
    {more}
"""


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of migrations of a later version, for further revisions."""
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder)
    monkeypatch.setattr(prepare, "MIGRATIONS", folder)
    return folder / "versions"


def test_rebuilding_a_table_keeps_what_belongs_to_its_rows(path: Path, later: Path) -> None:
    older(path, NEWEST)
    before = contents(path)
    (later / "9999.py").write_text(REBUILD.format(newest=NEWEST, more=""))

    migrate(path)

    after = contents(path)
    assert [row.pop("mood") for row in after["postings"]] == [None] * ROWS
    assert after == before


def test_ids_of_erased_rows_stay_used_when_a_table_is_rebuilt(path: Path, later: Path) -> None:
    older(path, NEWEST)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("PRAGMA foreign_keys=ON")
        conn.execute("DELETE FROM postings WHERE id > 1")
    (later / "9999.py").write_text(REBUILD.format(newest=NEWEST, more=""))

    migrate(path)

    with closing(sqlite3.connect(path)) as conn, conn:
        columns = "kind, question_id, place, channel_id, owner_id, practised_before, opened, closes, ended_early"
        new = conn.execute(f"INSERT INTO postings ({columns}, nonce) SELECT {columns}, 'another' FROM postings").lastrowid  # noqa: S608
    assert new == ROWS + 1


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ('op.execute("DELETE FROM postings WHERE id = 1")', Refused, "left 3 rows without what they belong to. Nothing was changed"),
        ('op.execute("SELECT * FROM elsewhere")', Refused, "cannot be used (no such table: elsewhere)"),
        ('raise RuntimeError("half-way")', RuntimeError, "half-way"),
    ],
)
def test_an_upgrade_that_fails_changes_nothing_and_leaves_no_copy(path: Path, later: Path, more: str, error: type[Exception], message: str) -> None:
    older(path, NEWEST)
    before = dump(path)
    (later / "9999.py").write_text(REBUILD.format(newest=NEWEST, more=more))

    with pytest.raises(error) as raised, prepare.prepare(url(path)):
        pass

    assert message in str(raised.value)
    assert dump(path) == before
    assert beside(path) == ["interviewer.db.lock"]


# The copy


def test_before_an_upgrade_a_copy_is_kept_that_equals_the_old_file(path: Path) -> None:
    older(path, REVISIONS[0])
    path.chmod(0o600)
    before = dump(path)

    done = migrate(path)

    copy = path.with_name(f"interviewer.db.before-{NEWEST}")
    assert done == f"The database was brought to schema {NEWEST}. A copy from before is kept as {copy}."
    assert dump(copy) == before != dump(path)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert beside(path) == [copy.name, "interviewer.db.lock"]


def test_what_a_crash_left_in_the_log_is_in_the_copy_too(path: Path) -> None:
    older(path, REVISIONS[0])
    crash(path, "INSERT INTO question_totals VALUES ('only in the log', 7)")
    log = path.with_name("interviewer.db-wal").stat().st_size

    migrate(path)

    copy = path.with_name(f"interviewer.db.before-{NEWEST}")
    assert log > 0
    for each in (copy, path):
        assert {"question_id": "only in the log", "count": 7} in contents(each)["question_totals"]


def test_an_older_copy_is_never_overwritten(path: Path) -> None:
    older(path, REVISIONS[0])
    copy = path.with_name(f"interviewer.db.before-{NEWEST}")
    copy.write_text("precious")
    copy.with_name(f"{copy.name}-2").write_text("precious too")

    done = migrate(path)

    assert done.endswith(f"{copy.name}-3.")
    assert (copy.read_text(), copy.with_name(f"{copy.name}-2").read_text()) == ("precious", "precious too")


@pytest.mark.parametrize("there", ["nothing", "an empty file", "the newest schema"])
def test_no_copy_is_kept_when_nothing_could_be_lost(path: Path, there: str) -> None:
    if there == "an empty file":
        path.touch()
    elif there == "the newest schema":
        older(path, NEWEST)

    migrate(path)

    assert beside(path) == ["interviewer.db.lock"]


def test_migrate_says_what_it_did(path: Path) -> None:
    older(path, REVISIONS[0])

    finished = command_line(path)

    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == (
        f"The database was brought to schema {NEWEST}. A copy from before is kept as {path.with_name('interviewer.db.before-' + NEWEST)}.\n"
    )


def test_a_crash_in_the_middle_of_an_upgrade_is_undone_by_the_next_start(path: Path) -> None:
    older(path, REVISIONS[0])
    before = contents(path)
    crash(
        path,
        "PRAGMA journal_mode=DELETE",
        "PRAGMA cache_size=2",  # so that half of it is in the file before the end
        "BEGIN",
        "UPDATE attempts SET user_id = 99",
        "DELETE FROM answer_versions",
        "CREATE TABLE half AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i, randomblob(1000) FROM n",
    )
    half_done = path.with_name("interviewer.db-journal").stat().st_size

    migrate(path)

    assert half_done > 0
    assert {name: len(rows) for name, rows in contents(path).items() if name in before} == {name: len(rows) for name, rows in before.items()}
    assert [row["user_id"] for row in contents(path)["attempts"]] == [row["user_id"] for row in before["attempts"]]
