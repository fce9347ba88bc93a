"""What progress passes between its doors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Streak:
    """Consecutive days with a submitted answer, in the person's own zone; `resets` is when it falls to zero without another."""

    days: int
    resets: datetime | None
    today: bool  # whether today is among the days already


@dataclass(frozen=True, slots=True)
class Stats:
    """One person's practice in numbers. The mappings count what was practised under each name, in the order to show."""

    total: int
    this_week: int
    streak: Streak
    by_difficulty: Mapping[str, int]
    by_type: Mapping[str, int]
    by_topic: Mapping[str, int]
