"""Log lines for people or for a collector, on standard error."""

import logging
from datetime import UTC, datetime
from typing import Literal

import orjson

FIELDS = ("action", "reference", "user_id", "guild_id")  # extras that stand in a JSON line under their own name


class JsonLines(logging.Formatter):
    """One JSON object a line: time in UTC, level, logger, message, the known extras, and the traceback of a failure."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def configure(level: str, style: Literal["text", "json"]) -> None:
    """Send all logging to standard error. discord.py tells of its inner workings at INFO, so it is heard from WARNING on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if style == "json" else logging.Formatter("{asctime} {levelname:<7} {name}: {message}", style="{"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    if level != "DEBUG":
        logging.getLogger("discord").setLevel(max(logging.WARNING, logging.getLevelName(level)))
