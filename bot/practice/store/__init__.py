"""The statements of practice, each a function of a connection."""

from bot.practice.store.attempts import add_report, add_version, begin, count_practised, seat, submit, update_attempt
from bot.practice.store.draws import history, touched
from bot.practice.store.postings import (
    add_posting,
    close_posting,
    drop_posting,
    open_unanswered,
    others_at_it,
    posting,
    set_message,
    unconfirmed,
)

__all__ = [
    "add_posting",
    "add_report",
    "add_version",
    "begin",
    "close_posting",
    "count_practised",
    "drop_posting",
    "history",
    "open_unanswered",
    "others_at_it",
    "posting",
    "seat",
    "set_message",
    "submit",
    "touched",
    "unconfirmed",
    "update_attempt",
]
