"""What a program can judge of a question's quality: whether its matcher works, and the rules of form for good questions."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pydantic import HttpUrl, TypeAdapter, ValidationError

from bot.bank.schema import Question
from bot.matching.matcher import PERHAPS, best_sentences, own_stems
from bot.matching.words import sentences, words

FEWEST_OWN_STEMS = 3  # of a rubric point that no other point of the question has, or the two cannot be told apart
COPIED_WORDS = 5  # from this length on, a piece of `heard` that is a whole sentence of the model answer was copied from it
REPEATED_CHARS = 20  # beyond this a piece of `heard` that stands in the question was taken from there
ANSWER_WORDS = (250, 500)  # what can be said in the time, and read afterwards
CODE_COLUMNS = 46  # so that a phone need not wrap
MOST_TASKS = 4  # that can be kept in mind
FEWEST_COMPETENCES = 2
MOST_DECISIVE = 4  # points of weight 3; what a question turns on is two or three things
CLARIFICATIONS = (2, 5)  # for a system design
MINUTES = {"easy": (8, 12), "medium": (15, 25), "hard": (20, 40)}
# The first version of a whole system takes longer than one idea; a story is told faster than a system is designed.
OTHER_MINUTES = {
    "system design": {"easy": (8, 15)},
    "behavioral": {"easy": (8, 15), "medium": (10, 25), "hard": (10, 40)},
}
EXAMPLE_WITHIN = 200  # characters from its start, in which a behavioral answer says that it is an example
BANNED = re.compile(r"\b(leverag\w+|robust(ly|ness)?|seamless(ly)?|cutting[- ]edge|best practices?|holistic(ally)?)\b", re.IGNORECASE)
_DEPENDS = re.compile(r"\bit depends\b(?!\s+(up)?on\b)", re.IGNORECASE)
_CODE_BLOCK = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_NOT_SHOWN = (
    (re.compile(r"^ *\|.*\| *$|^ *\|? *:?-{3,}:? *\|[ :|-]*$", re.MULTILINE), "a table"),
    (re.compile(r"!\[[^\]]*\]\("), "a picture"),
    (re.compile(r"\$\$|\\\(|\\\[|\\(frac|sum|sqrt|times|cdot)\b"), "a formula"),
)
_TASK = re.compile(r"^ *\d+[.)]\s", re.MULTILINE)
_FIRST_PERSON = re.compile(r"\b(I|my|me)\b")
_EXAMPLE = re.compile(r"\bexample\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d")
# How a rubric point asks for the outcome of a story. Wide on purpose: it is to find the rubric that has none.
_OUTCOME = re.compile(
    r"\b(outcomes?|results?|afterwards?|later|since|in the end|ended|(got|became|made|left) worse|worse off|side effects?|"
    r"rarer|hinders?|after (an?|having)|what (it|that|the \w+) cost|cost them|could not be (made good|put right|undone|mended)|"
    r"what (changed|is done differently))\b",
    re.IGNORECASE,
)
_url = TypeAdapter(HttpUrl)
_BAR = "||"  # Discord hides what stands between two of them

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend in a question, at a path below it."""

    path: Path
    message: str
    warning: bool = False


def findings(question: Question, skills: Collection[str]) -> Iterator[Finding]:
    """Everything that is found in one question. `skills` are those of its topic; empty when the topic names none."""
    yield from _matching(question)
    yield from _copied(question)
    yield from _shown(question)
    yield from _size(question)
    yield from _rubric(question)
    yield from _by_type(question)
    yield from _wording(question)
    yield from _addresses(question)
    for index, skill in enumerate(question.skills):
        if skills and skill not in skills:
            yield Finding(("skills", index), f"the topic has no skill `{skill}`")


def _matching(question: Question) -> Iterator[Finding]:
    answered, prompted, own = best_sentences(question, question.answer), _prompted(question), own_stems(question)
    for index, point in enumerate(question.rubric):
        path = ("rubric", index, "heard")
        if answered[index][0] < PERHAPS:
            message = f"the model answer is not heard on “{point.point}” ({answered[index][0]:.1f}, {PERHAPS} is needed): say how it is put there"
            yield Finding(path, message)
        if prompted[index] >= PERHAPS:
            yield Finding(path, f"the prompt alone is heard on “{point.point}” ({prompted[index]:.1f}): leave out words of the prompt")
        if len(own[index]) < FEWEST_OWN_STEMS:
            message = f"“{point.point}” has {len(own[index])} words that no other point has, {FEWEST_OWN_STEMS} are needed"
            yield Finding(path, message)


def _prompted(question: Question) -> list[float]:
    # The matcher leaves out sentences that repeat the prompt, so that all of it would score 0: ask as if the prompt were unknown to it.
    return [score for score, _ in best_sentences(question, question.prompt, known_prompt=False)]


def _copied(question: Question) -> Iterator[Finding]:
    """The model answer has to be heard by its meaning, which it always is when `heard` repeats it; what the question says is no answer to it."""
    said = {tuple(words(sentence)) for sentence in sentences(question.answer)}
    asked = "\n".join([question.prompt, *(f"{pair.ask} {pair.answer}" for pair in question.clarifications)])
    for index, point in enumerate(question.rubric):
        for piece_index, piece in enumerate(point.heard):
            if len(spoken := tuple(words(piece))) >= COPIED_WORDS and spoken in said:
                yield Finding(("rubric", index, "heard", piece_index), "this is a sentence of the model answer: put it as somebody else would")
            if len(piece) > REPEATED_CHARS and piece in asked:
                yield Finding(("rubric", index, "heard", piece_index), "this stands in the question itself: put it as somebody would who answers")


def _shown(question: Question) -> Iterator[Finding]:
    """What Discord would not show as it is meant."""
    for name, text in (("prompt", question.prompt), ("answer", question.answer)):
        longest = max((len(line) for block in _CODE_BLOCK.findall(text) for line in block.splitlines()), default=0)
        if longest > CODE_COLUMNS:
            yield Finding((name,), f"a line of a code block has {longest} columns: a phone shows {CODE_COLUMNS}")
        if text.count("```") % 2:
            yield Finding((name,), "a code block (```) is opened and not closed")
        prose = _CODE_BLOCK.sub("", text)
        for pattern, what in _NOT_SHOWN:
            if pattern.search(prose):
                yield Finding((name,), f"Discord does not show {what}: use a code block or words")
    hidden: list[tuple[Path, str]] = [(("clarifications", index, "answer"), pair.answer) for index, pair in enumerate(question.clarifications)]
    hidden += [(("follow_ups", index, "listen_for"), asked.listen_for) for index, asked in enumerate(question.follow_ups)]
    for path, text in hidden:
        if _BAR in text:
            yield Finding(path, f"`{_BAR}` would end the bar that hides this: use other words")


def _addresses(question: Question) -> Iterator[Finding]:
    for index, source in enumerate(question.references):
        path = ("references", index, "url")
        try:
            host = _url.validate_python(source.url).host or ""
        except ValidationError as error:
            yield Finding(path, f"`{source.url}` is no web address: {error.errors()[0]['msg']}")
            continue
        if "." not in host.strip("."):
            yield Finding(path, f"`{source.url}` is no web address: `{host}` is not the name of a site")
        elif source.url[-1] in ".,;:'" or any(sign in source.url for sign in '<>()[]{}"`'):
            yield Finding(path, f"`{source.url}` has a sign that ends a link on Discord: write it in its %-form, or leave it out")


def _size(question: Question) -> Iterator[Finding]:
    fewest, most = ANSWER_WORDS
    count = len(question.answer.split())
    if not fewest <= count <= most:
        yield Finding(("answer",), f"the model answer has {count} words: {fewest} to {most} can be said in the time", warning=True)
    tasks = len(_TASK.findall(_CODE_BLOCK.sub("", question.prompt)))
    if tasks > MOST_TASKS:
        yield Finding(("prompt",), f"{tasks} numbered tasks: {MOST_TASKS} at most can be kept in mind", warning=True)
    if _NUMBER.search(_TASK.sub("", question.prompt)) and not _NUMBER.search(question.answer):
        yield Finding(("answer",), "the model answer has no number, although the question gives some: show the sum", warning=True)
    shortest, longest = OTHER_MINUTES.get(question.type, {}).get(question.difficulty, MINUTES[question.difficulty])
    if not shortest <= question.minutes <= longest:
        asked = f"{question.difficulty} {question.type} question"
        yield Finding(("minutes",), f"{question.minutes} minutes for this {asked}: {shortest} to {longest} are usual", warning=True)


def _rubric(question: Question) -> Iterator[Finding]:
    if len({point.competence for point in question.rubric}) < FEWEST_COMPETENCES:
        yield Finding(("rubric",), f"all points show the same competence: a question shows at least {FEWEST_COMPETENCES}", warning=True)
    decisive = sum(point.weight == 3 for point in question.rubric)
    if not 1 <= decisive <= MOST_DECISIVE:
        yield Finding(("rubric",), f"{decisive} points have weight 3: keep it for the two or three that the question turns on", warning=True)
    points = Counter(point.point.casefold() for point in question.rubric)
    for index, point in enumerate(question.rubric):
        if points[point.point.casefold()] > 1:
            yield Finding(("rubric", index, "point"), "two points say the same")


def _by_type(question: Question) -> Iterator[Finding]:
    if question.type == "system design":
        fewest, most = CLARIFICATIONS
        if not fewest <= len(question.clarifications) <= most:
            message = f"a system design has {fewest} to {most} clarifications, this one {len(question.clarifications)}"
            yield Finding(("clarifications",), message)
    if question.type == "behavioral":
        if not _EXAMPLE.search(question.answer[:EXAMPLE_WITHIN]):
            yield Finding(("answer",), "a behavioral answer begins by saying that it is an example: “*An example of a strong answer; …*”")
        if not _FIRST_PERSON.search(question.answer):
            yield Finding(("answer",), "a behavioral answer is told in the first person")
        if all(point.competence != "evidence" for point in question.rubric):
            yield Finding(("rubric",), "no point asks for evidence: how does an interviewer know that the story is true?", warning=True)
        if not any(_OUTCOME.search(f"{point.point}. {point.solid} {point.strong}") for point in question.rubric):
            yield Finding(("rubric",), "no point asks for the outcome: what came of it, and what got worse?", warning=True)


def _wording(question: Question) -> Iterator[Finding]:
    for path, text in _own_words(question):
        if found := BANNED.search(text):
            yield Finding(path, f"“{found[0]}” says little: put what it does")
        if _DEPENDS.search(text):
            yield Finding(path, "“it depends” without what on", warning=True)


def _own_words(question: Question) -> Iterator[tuple[Path, str]]:
    """What the question says itself. Mistakes, `weak` and `heard` quote what people say, well or badly."""
    yield from ((("title",), question.title), (("prompt",), question.prompt), (("answer",), question.answer))
    for index, pair in enumerate(question.clarifications):
        yield from ((("clarifications", index, "ask"), pair.ask), (("clarifications", index, "answer"), pair.answer))
    for index, hint in enumerate(question.hints):
        yield ("hints", index), hint
    for index, point in enumerate(question.rubric):
        yield from ((("rubric", index, key), getattr(point, key)) for key in ("point", "solid", "strong"))
    for index, asked in enumerate(question.follow_ups):
        yield from ((("follow_ups", index, "ask"), asked.ask), (("follow_ups", index, "listen_for"), asked.listen_for))
    yield from ((("levels", key), getattr(question.levels, key)) for key in ("mid", "senior", "staff"))
