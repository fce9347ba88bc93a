"""A database file in a folder of its own, and the doors to it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.storage import prepare
from bot.storage.database import Database
from tests.storage.files import url


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database will be."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "interviewer.db"


@pytest.fixture
def database_url(path: Path) -> Iterator[str]:
    """A new database file with the newest schema."""
    with prepare.prepare(url(path)):
        yield url(path)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """The doors to a new database."""
    db = Database(database_url)
    await db.open()
    yield db
    await db.close()
