"""`python -m bot reports`: what people reported about questions, without saying who."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path

import orjson

from bot.bank.bank import Bank
from bot.storage import backup
from bot.storage.tables import EPOCH, MICROSECOND

NONE = "Nobody has reported anything about a question."
GONE = "(no longer in the bank)"


def reports(database: Path, bank: Bank, *, as_json: bool) -> str:
    """Each question with what was reported about it, the newest first in both. Reads the file beside the running bot. Refused: it cannot be read."""
    with backup.beside(database) as conn:
        rows = conn.execute("SELECT question_id, text, at FROM question_reports ORDER BY at DESC, id DESC").fetchall()
    about: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for question_id, text, at in rows:
        about[question_id].append((EPOCH + at * MICROSECOND, text))
    titles = {question_id: question.title if (question := bank.question(question_id)) else None for question_id in about}
    if as_json:
        listed = [
            {"question": question_id, "title": titles[question_id], "reports": [{"at": at.isoformat(), "text": text} for at, text in said]}
            for question_id, said in about.items()
        ]
        return orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode()
    lines = [line for question_id, said in about.items() for line in _section(question_id, titles[question_id] or GONE, said)]
    return "\n".join(lines) or NONE


def _section(question_id: str, title: str, said: list[tuple[datetime, str]]) -> list[str]:
    lines = [f"{question_id}: {title}"]
    for at, text in said:
        first, *more = text.splitlines() or [""]
        lines += [f"  {at:%Y-%m-%d %H:%M} UTC  {_harmless(first)}", *(f"{'':24}{_harmless(line)}" for line in more)]
    return lines


def _harmless(line: str) -> str:
    """What steers a terminal, or turns the direction of its text, as an escape: people type it, and an operator prints it."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
