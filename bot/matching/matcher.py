"""Which rubric points a free text seems to cover: contrastive overlap with how people usually say them.

Each point's `heard` holds short ways to say it. A stem weighs 1 / (number of the question's points whose `heard` has it), and 0.3 of that if the
prompt has it too. A point's score is the largest sum of weights that one sentence of the answer shares with its `heard`, each stem once.
So it can be explained in one sentence: your sentence shares words with how people usually say this. It is a help, never a mark.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from typing import Literal

from bot.bank.schema import Question
from bot.matching.words import ENGLISH_WORDS, sentences, stems, words

HEARD, PERHAPS = 2.0, 1.5  # scores; on the benchmark precision is 0.80 and 0.75, recall 0.57 and 0.70
PROMPT_SHARE = 0.3  # what a stem of the prompt is worth: whoever repeats the question has not answered it
REPEATS_PROMPT = 0.7  # of a sentence's stems; from there on it does not count
FEWEST_ANSWER_WORDS = 25
ENGLISH_SHARE = 0.05  # of English stop words among the words; prose has over 0.2, terse notes over 0.1, other languages under 0.03
CACHED_QUESTIONS = 1_024

TOO_SHORT = f"The answer was too short to compare: it has under {FEWEST_ANSWER_WORDS} words."
NOT_ENGLISH = "The answer does not read like English sentences, so nothing was compared."

Level = Literal["heard", "perhaps", "not found"]


@dataclass(frozen=True, slots=True)
class PointMatch:
    """How one rubric point compares; `sentence` is the person's own that came closest, when it came close enough."""

    level: Level
    score: float
    sentence: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """Every rubric point in order; `reason` says why nothing was compared, None when it was."""

    points: tuple[PointMatch, ...]
    reason: str | None = None


def match(question: Question, answer: str) -> Match:
    """Compare an answer with a question's rubric, as a person may see it."""
    said = words(answer)
    if 2 * len(answer.encode("ascii", "ignore")) < len(answer):  # asked first: in other alphabets there are no words to count
        return _nothing(question, NOT_ENGLISH)
    if len(said) < FEWEST_ANSWER_WORDS:
        return _nothing(question, TOO_SHORT)
    if sum(word in ENGLISH_WORDS for word in said) < ENGLISH_SHARE * len(said):
        return _nothing(question, NOT_ENGLISH)
    return Match(tuple(_point(score, sentence) for score, sentence in best_sentences(question, answer)))


def best_sentences(question: Question, text: str, *, known_prompt: bool = True) -> list[tuple[float, str | None]]:
    """For each rubric point the score of the sentence that comes closest, whatever the length or language of the text.

    Sentences that repeat the prompt do not count; with `known_prompt` false they do, which is how the prompt itself is checked.
    """
    ear = _ear(question)
    best: list[tuple[float, str | None]] = [(0.0, None)] * len(ear.weights)
    for sentence in sentences(text):
        said = stems(sentence)
        if not said or (known_prompt and len(said & ear.prompt) >= REPEATS_PROMPT * len(said)):
            continue
        for index, weight in enumerate(ear.weights):
            score = fsum([weight[stem] for stem in said if stem in weight])  # the same in any order, and sets have another in every process
            if score > best[index][0]:
                best[index] = score, sentence
    return best


def own_stems(question: Question) -> list[frozenset[str]]:
    """For each rubric point the stems of its `heard` that no other point of the question has."""
    heard = _ear(question).heard
    points_with = Counter(stem for point in heard for stem in point)
    return [frozenset(stem for stem in point if points_with[stem] == 1) for point in heard]


def _nothing(question: Question, reason: str) -> Match:
    return Match(tuple(PointMatch("not found", 0.0, None) for _ in question.rubric), reason)


def _point(score: float, sentence: str | None) -> PointMatch:
    if score >= HEARD:
        return PointMatch("heard", score, sentence)
    if score >= PERHAPS:
        return PointMatch("perhaps", score, sentence)
    return PointMatch("not found", score, None)


@dataclass(frozen=True, slots=True)
class _Ear:
    """What is listened for in answers to one question."""

    prompt: frozenset[str]
    heard: tuple[frozenset[str], ...]  # for each rubric point
    weights: tuple[Mapping[str, float], ...]


_ears: dict[int, tuple[Question, _Ear]] = {}  # by identity: hashing a question would cost more than all the rest; held, so that no id is reused


def _ear(question: Question) -> _Ear:
    known = _ears.get(id(question))
    if known is not None:
        return known[1]
    if len(_ears) >= CACHED_QUESTIONS:
        _ears.clear()
    prompt = stems(question.prompt)
    heard = tuple(frozenset[str]().union(*map(stems, point.heard)) for point in question.rubric)
    points_with = Counter(stem for point in heard for stem in point)
    weights = tuple({stem: (PROMPT_SHARE if stem in prompt else 1.0) / points_with[stem] for stem in point} for point in heard)
    ear = _Ear(prompt, heard, weights)
    _ears[id(question)] = question, ear
    return ear
