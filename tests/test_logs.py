"""Log lines: what a collector can read, what a person can read, and what is never in them."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot import logs


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Gives the loggers back as they were; pytest has handlers of its own there."""
    root, own, discord = (logging.getLogger(name) for name in (None, "bot", "discord"))
    handlers, levels = list(root.handlers), [each.level for each in (root, own, discord)]
    root.handlers.clear()
    yield
    root.handlers[:] = handlers
    for each, level in zip((root, own, discord), levels, strict=True):
        each.setLevel(level)


@pytest.fixture
def err(capsys: pytest.CaptureFixture[str], logging_as_before: None) -> pytest.CaptureFixture[str]:
    """Standard error, to which everything is logged."""
    return capsys


def test_a_json_line_carries_what_a_collector_sorts_by(err: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", "json")

    logging.getLogger("bot.client").error(
        "%s failed\nbadly", "help", extra={"action": "failed", "reference": "ABC234", "user_id": 7, "guild_id": None}
    )

    (line,) = err.readouterr().err.splitlines()
    read = json.loads(line)
    time = datetime.fromisoformat(read.pop("time"))
    assert read == {
        "level": "ERROR",
        "logger": "bot.client",
        "message": "help failed\nbadly",
        "action": "failed",
        "reference": "ABC234",
        "user_id": 7,
    }
    assert time.tzinfo == UTC
    assert abs((datetime.now(UTC) - time).total_seconds()) < 60


def test_a_traceback_stays_in_its_json_line(err: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", "json")

    try:
        int("no number")
    except ValueError:
        logging.getLogger("bot").exception("failed")

    (line,) = err.readouterr().err.splitlines()
    assert "ValueError: invalid literal" in json.loads(line)["traceback"]


@pytest.mark.parametrize("value", ["half a pair \ud800", "line\u2028separator", 10**40, object(), float("nan")], ids=repr)
def test_nothing_breaks_a_json_line(err: pytest.CaptureFixture[str], value: object) -> None:
    logs.configure("INFO", "json")

    logging.getLogger("bot").warning("%s", value, extra={"action": value})

    (line,) = err.readouterr().err.splitlines()
    assert json.loads(line)["message"] == str(value)


def test_a_text_line_is_one_that_a_person_reads(err: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", "text")

    logging.getLogger("bot.timers").warning("late by %d s", 3)

    assert err.readouterr().err.endswith(" WARNING bot.timers: late by 3 s\n")


@pytest.mark.parametrize(
    ("level", "heard"),
    [
        ("DEBUG", {"bot debug", "bot info", "bot error", "discord info", "discord error", "other error"}),
        ("INFO", {"bot info", "bot error", "discord error", "other error"}),
        ("ERROR", {"bot error", "discord error", "other error"}),
    ],
)
def test_the_level_is_that_of_our_own_lines(err: pytest.CaptureFixture[str], level: str, heard: set[str]) -> None:
    logs.configure(level, "json")

    for name in ("bot", "discord", "other"):
        for said in ("debug", "info", "error"):
            getattr(logging.getLogger(f"{name}.part"), said)("%s %s", name, said)

    assert {json.loads(line)["message"] for line in err.readouterr().err.splitlines()} == heard
