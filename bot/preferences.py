"""What people have set for themselves, for all rooms to read."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select

from bot.storage.tables import user_settings

UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Preferences:
    """One person's settings; the defaults hold until they set something."""

    zone: ZoneInfo = UTC_ZONE
    minutes: int | None = None  # for a question, None: as long as the question itself says
    nudges: bool = True  # a message when a fifth of the time for a draft is left
    reminders: bool = True
    visible: bool = False  # to others, beside the answers that one puts up for them


_columns = [user_settings.c[name] for name in ("zone", "minutes", "nudges", "reminders", "visible")]
_of_user = select(*_columns).where(user_settings.c.user_id == bindparam("of_user"))


def preferences(conn: Connection, user_id: int) -> Preferences:
    """The settings of one person."""
    row = conn.execute(_of_user, {"of_user": user_id}).one_or_none()
    return Preferences() if row is None else Preferences(ZoneInfo(row.zone), *row[1:])
