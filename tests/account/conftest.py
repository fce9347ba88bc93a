"""What the account tests share with others: a server with daily questions."""

from tests.daily.conftest import server

__all__ = ["server"]
