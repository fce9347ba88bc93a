"""The statements of texts that their author wants to use as an answer, kept until it is clear for which question, and of second looks."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, exists, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.practice.model import Attempt, SecondLook
from bot.storage.tables import attempts, offered_texts, second_looks, text_messages

OFFER_LASTS = timedelta(days=1)


def offer(conn: Connection, message_id: int, user_id: int, text: str, at: datetime) -> None:
    """Keep the text of a message until its author has chosen a question for it; what they did not choose for in a day is forgotten."""
    conn.execute(_drop_old, {"of_user": user_id, "before": at - OFFER_LASTS})
    conn.execute(_offer, {"message_id": message_id, "user_id": user_id, "text": text, "at": at})


_offer = upsert(offered_texts)
_offer = _offer.on_conflict_do_update(index_elements=["message_id"], set_={"text": _offer.excluded.text, "at": _offer.excluded.at})


_drop_old = delete(offered_texts).where(
    offered_texts.c.user_id == bindparam("of_user"), offered_texts.c.at < bindparam("before", type_=offered_texts.c.at.type)
)


def offered(conn: Connection, message_id: int, user_id: int) -> str | None:
    """A text on offer, for its author alone."""
    text: str | None = conn.execute(_offered, {"of_message": message_id, "of_user": user_id}).scalar()
    return text


_offered = select(offered_texts.c.text).where(offered_texts.c.message_id == bindparam("of_message"), offered_texts.c.user_id == bindparam("of_user"))


def drop_offer(conn: Connection, message_id: int) -> None:
    """A text has found its question."""
    conn.execute(delete(offered_texts).where(offered_texts.c.message_id == message_id))


def add_second_look(conn: Connection, attempt_id: int, look: SecondLook) -> None:
    """Keep a rubric point that was written again."""
    conn.execute(insert(second_looks), {"attempt_id": attempt_id, "point": look.point, "text": look.text, "at": look.at})


def second_looks_at(conn: Connection, attempt_id: int) -> tuple[SecondLook, ...]:
    """What was written again after the debrief, oldest first."""
    rows = conn.execute(_second_looks, {"of_attempt": attempt_id})
    return tuple(SecondLook(row.point, row.text, row.at) for row in rows)


_second_looks = select(second_looks).where(second_looks.c.attempt_id == bindparam("of_attempt")).order_by(second_looks.c.id)


def add_text_message(conn: Connection, message_id: int, channel_id: int, attempt: Attempt) -> bool:
    """Remember a lasting message of the bot that holds a person's text. False: they have had everything erased meanwhile."""
    if not conn.execute(select(exists().where(attempts.c.id == attempt.id))).scalar():
        return False
    conn.execute(_add_text_message, {"message_id": message_id, "channel_id": channel_id, "user_id": attempt.user_id})
    return True


_add_text_message = upsert(text_messages).on_conflict_do_nothing()
