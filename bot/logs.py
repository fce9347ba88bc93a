"""Log lines for people or for a collector, on standard error."""

import json
import logging
from datetime import UTC, datetime
from typing import Literal

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
        return json.dumps(line, default=str)  # not orjson, which refuses half a surrogate pair as a file name may hold it


def configure(level: str, style: Literal["text", "json"]) -> None:
    """Send all logging to standard error: our own from `level` on, that of libraries from WARNING on.

    What libraries log below that tells of their inner workings and, at DEBUG, holds what people typed: every event of Discord's and every
    statement with its values. So DEBUG adds no more of theirs than how discord.py's connection fares.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if style == "json" else logging.Formatter("{asctime} {levelname:<7} {name}: {message}", style="{"))
    wanted = logging.getLevelNamesMapping()[level]
    logging.basicConfig(level=max(wanted, logging.WARNING), handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(wanted)
    logging.getLogger("discord").setLevel(logging.INFO if wanted == logging.DEBUG else logging.NOTSET)
