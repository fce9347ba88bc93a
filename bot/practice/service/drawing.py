"""Drawing: the rule of `draw.py` on what a channel and a person have had."""

import random
from collections.abc import Sequence

from sqlalchemy import Connection

from bot.bank.schema import Question
from bot.practice import draw, store


def drawn(conn: Connection, pool: Sequence[Question], channel_id: int, user_id: int, rng: random.Random) -> Question:
    """The next question out of a pool that is not empty.

    Of a small pool the history is read and no other. Of a large one a sample mostly holds a question that is new to channel and person, and no more
    is read than that; where it does not, whole histories decide.
    """
    if len(pool) <= draw.SAMPLE:
        return draw.choose(pool, store.history(conn, channel_id, user_id, [question.id for question in pool]), rng)
    candidates = draw.sample(pool, rng)
    touched = store.touched(conn, channel_id, user_id, [question.id for question in candidates])
    return draw.untouched(candidates, touched) or draw.choose(pool, store.history(conn, channel_id, user_id), rng)
