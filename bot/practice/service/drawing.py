"""Drawing: the rule of `draw.py` on what a channel and a person have had."""

import random
from collections.abc import Sequence

from sqlalchemy import Connection

from bot.bank.schema import Question
from bot.practice import draw, store


def drawn(conn: Connection, pool: Sequence[Question], channel_id: int, user_id: int, rng: random.Random) -> Question:
    """The next question out of a pool that is not empty.

    Mostly a few at random hold one that is new to channel and person, and no more is read than that. Where they do not, histories decide.
    """
    candidates = draw.sample(pool, rng)
    touched = store.touched(conn, channel_id, user_id, [question.id for question in candidates])
    if new := draw.untouched(candidates, touched):
        return new
    return draw.choose(pool, store.history(conn, channel_id, user_id, [question.id for question in pool]), rng)
