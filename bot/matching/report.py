"""`python -m bot match ID`: what the matcher hears in an answer, so that authors can try their questions."""

import orjson

from bot.bank.bank import Bank
from bot.matching.matcher import match

MARKS = {"heard": "✓ heard    ", "perhaps": "? perhaps  ", "not found": "· not found"}


def run(bank: Bank, question_id: str, answer: str, *, as_json: bool) -> int:
    """Print for each rubric point, in order, its level, score and the sentence. Returns the exit code. Refused: no such question."""
    question = bank.named(question_id)
    found = match(question, answer)
    rows = list(zip(question.rubric, found.points, strict=True))
    if as_json:
        listed = [{"point": asked.point, "level": point.level, "score": round(point.score, 3), "sentence": point.sentence} for asked, point in rows]
        print(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
        return 0
    print(question.title)
    if found.reason is not None:
        print(found.reason)
    for asked, point in rows:
        print(f"{MARKS[point.level]} {point.score:4.1f}  {asked.point}")
        if point.sentence is not None:
            print(f"                  “{point.sentence}”")
    return 0
