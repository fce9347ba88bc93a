"""What a topic's header plans, against the questions that the topic has."""

from collections import Counter
from collections.abc import Iterator

from bot.bank.quality import Finding
from bot.bank.schema import DIFFICULTIES, TYPES, Topic


def repeated_skills(topic: Topic) -> Iterator[Finding]:
    """Skills that the header names twice."""
    first: dict[str, int] = {}
    for index, skill in enumerate(topic.skills):
        if first.setdefault(skill.id, index) != index:
            yield Finding(("skills", index, "id"), f"the skill `{skill.id}` stands twice in this header")


def gaps(topic: Topic) -> Iterator[Finding]:
    """Skills that no question covers, and kinds of questions of which there are fewer than planned. What the header does not plan is not missed."""
    covered = {skill for question in topic.questions for skill in question.skills}
    for index, skill in enumerate(topic.skills):
        if skill.id not in covered:
            yield Finding(("skills", index, "id"), f"no question covers the skill `{skill.id}` ({skill.meaning})", warning=True)
    if topic.matrix is None:
        return
    there = Counter((question.difficulty, question.type) for question in topic.questions)
    for difficulty in DIFFICULTIES:
        for kind, planned in zip(TYPES, getattr(topic.matrix, difficulty), strict=True):
            if there[difficulty, kind] < planned:
                message = f"{there[difficulty, kind]} of {planned} planned questions that are {difficulty} and {kind}"
                yield Finding(("matrix", difficulty), message, warning=True)
