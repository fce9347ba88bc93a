"""Every card and form of every question fits Discord, in all its states, whatever somebody has typed."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord import ui

from bot.bank.bank import Bank, Filters
from bot.bank.schema import (
    ANSWER,
    ASK,
    CLARIFICATIONS,
    CLARIFY_ANSWER,
    CLARIFY_ASK,
    HINT,
    HINTS,
    LEVEL,
    LISTEN,
    MISTAKE,
    MISTAKES,
    NAME,
    POINT,
    POINTS,
    PROMPT,
    REFERENCE_TITLE,
    REFERENCES,
    TITLE,
    URL,
    Question,
)
from bot.matching.matcher import Level, Match, PointMatch, match
from bot.practice.cards import debrief as debriefs
from bot.practice.cards import question as cards
from bot.practice.commands.places import MISSING
from bot.practice.model import (
    FORM_CHARS,
    OPEN_AT_MOST,
    Attempt,
    Card,
    Debrief,
    Ending,
    Form,
    Hints,
    Kind,
    Place,
    Posting,
    Recall,
    Rewritten,
    Spot,
    State,
    Sureness,
    Version,
)

# Discord's limits ("Component Reference")
TEXT_CHARS, COMPONENTS, ROW_BUTTONS = 4_000, 40, 5
BUTTON_CHARS, CUSTOM_ID_CHARS = 80, 100
TITLE_CHARS, LABEL_CHARS, LABELS, OPTIONS, OPTION_CHARS, FIELD_CHARS = 45, 45, 5, 10, 100, 4_000
ROW, BUTTON, TEXT_INPUT, TEXT_DISPLAY, FILE, LABEL, RADIO_GROUP, CHECKBOX_GROUP = 1, 2, 4, 10, 13, 18, 21, 22

SHOWN_AT_LEAST = 1_000  # characters of one's own answer
QUOTE = ">>> "
OPENED = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
CLOSES = OPENED + timedelta(minutes=180)
BIG = 999_999_999_999_999_999  # an id, with as many digits as a button may carry
SHORT = "I would put a queue in front of the model."

TEXTS = {
    "short": SHORT,
    "emoji": "😀" * FORM_CHARS,
    "families": "👩‍👩‍👧‍👦" * (FORM_CHARS // 7),
    "backticks": "`" * FORM_CHARS,
    "backslashes": "\\" * FORM_CHARS,
    "lines": "x\n" * (FORM_CHARS // 2),
    "list": "> - a\n" * (FORM_CHARS // 6),
    "words": "The queue takes the peak of the evening. " * (FORM_CHARS // 41),
    "thousand": "`" * SHOWN_AT_LEAST,
}


def posting(*, open_: bool = True, ended_early: bool = False) -> Posting:
    closed = None if open_ else CLOSES
    return Posting(
        BIG,
        Kind.INTERVIEW,
        "a-question",
        Place.CHANNEL,
        Filters(),
        Spot(BIG, BIG),
        BIG,
        BIG,
        1_000_000,
        OPENED,
        CLOSES,
        closed,
        ended_early,
        nonce=str(BIG),
    )


def looking_back(question: Question, text: str, *, found: Match | None = None, open_: bool = True, **of_attempt: Any) -> Debrief:
    """A debrief shortly before the end, of an attempt as given."""
    attempt = Attempt(BIG, BIG, BIG, question.id, State.SUBMITTED, False, None, 0, OPENED, CLOSES, None, None, None, None, None, None, False)
    answer = Version(text, CLOSES, late=False, after_answer=False)
    return Debrief(posting(open_=open_), question, replace(attempt, **of_attempt), answer, found or match(question, text), aside=None)


def all_heard(question: Question) -> Match:
    """Every point heard, in a sentence that becomes twice as long when it is shown."""
    return Match(tuple(PointMatch("heard", 9.0, "`" * 500) for _ in question.rubric))


def states(question: Question, text: str) -> Iterator[tuple[str, Debrief]]:
    """All that a debrief may be, by name; the last is the longest."""
    found = match(question, text)
    plain = looking_back(question, text, found=found)
    yield "open", plain
    yield "closed", looking_back(question, text, found=found, open_=False)
    yield "model answer seen", looking_back(question, text, found=found, saw_answer=CLOSES)
    yield "all heard", looking_back(question, text, found=all_heard(question))
    yield "perhaps", looking_back(question, text, found=Match(tuple(PointMatch("perhaps", 1.6, text[:300]) for _ in question.rubric)))
    yield "none ticked", looking_back(question, text, found=found, ticked=(), rating=Recall.AGAIN)
    yield "points gone since it was ticked", looking_back(question, text, found=found, ticked=(0, 97, 98))
    yield "only after the model answer", replace(plain, answer=Version(text, CLOSES, late=True, after_answer=True))
    everything = {"hints": HINTS, "sureness": Sureness.MEDIUM, "saw_answer": CLOSES}
    ticked = {"ticked": tuple(range(len(question.rubric))), "rating": Recall.AGAIN}
    for name, more in (("late and edited aside", {}), ("late, edited aside and ticked", ticked)):
        shown = looking_back(question, text, found=all_heard(question), open_=False, late=True, **everything, **more)
        late = Version(text, CLOSES + timedelta(days=400, hours=3), late=True, after_answer=False)
        yield name, replace(shown, answer=late, aside=Version(TEXTS["backticks"], CLOSES, late=True, after_answer=True))


def longest_question() -> Question:
    """The question that fills every limit of the schema."""
    level = {"mid": "m" * LEVEL, "senior": "s" * LEVEL, "staff": "t" * LEVEL}
    point = {"weight": 1, "competence": "design", "weak": "w", "solid": "s", "strong": "s", "heard": ["a queue", "a buffer"]}
    return Question.model_validate(
        {
            "id": "q" * 60,
            "title": "T" * TITLE,
            "difficulty": "medium",
            "type": "system design",
            "skills": ["skill"],
            "minutes": 180,
            "prompt": "P" * PROMPT,
            "clarifications": [{"ask": "a" * CLARIFY_ASK, "answer": "b" * CLARIFY_ANSWER}] * CLARIFICATIONS,
            "hints": [f"{index}".rjust(HINT, "h") for index in range(HINTS)],
            "rubric": [{"point": f"{index}".rjust(POINT, "p"), **point} for index in range(POINTS)],
            "answer": ("word " * ANSWER)[: ANSWER - 1] + ".",
            "mistakes": [f"{index}".rjust(MISTAKE, "i") for index in range(MISTAKES)],
            "follow_ups": [{"ask": "f" * ASK, "listen_for": "l" * LISTEN}] * 2,
            "levels": level,
            "references": [{"title": "r" * REFERENCE_TITLE, "url": "https://e.example/".ljust(URL, "u")}] * REFERENCES,
        }
    )


@pytest.fixture(scope="module")
def questions(bank: Bank) -> list[Question]:
    """Every shipped question, and the longest that may be written."""
    return [*(question for topic in bank.topics for question in topic.questions), longest_question()]


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Every component, as it goes to Discord."""
    for part in node if isinstance(node, list) else [node]:
        if "type" in part:
            yield part
        yield from walk(part.get("components", []))
        if "component" in part:
            yield from walk(part["component"])


def components(view: ui.LayoutView) -> list[dict[str, Any]]:
    return list(walk(view.to_components()))  # type: ignore[no-untyped-call]


def parts(view: ui.LayoutView, kind: int) -> list[dict[str, Any]]:
    return [part for part in components(view) if part["type"] == kind]


def texts(view: ui.LayoutView) -> list[str]:
    return [part["content"] for part in parts(view, TEXT_DISPLAY)]


def buttons(view: ui.LayoutView) -> list[str]:
    return [part["label"] for part in parts(view, BUTTON)]


def usable(view: ui.LayoutView) -> list[str]:
    return [part["label"] for part in parts(view, BUTTON) if not part.get("disabled")]


def check_card(view: ui.LayoutView, what: str) -> None:
    """A message within Discord's limits."""
    everything = components(view)
    assert sum(map(len, texts(view))) <= TEXT_CHARS, what
    assert all(text.strip() for text in texts(view)), what
    assert len(everything) <= COMPONENTS, what
    assert all(1 <= len(part["components"]) <= ROW_BUTTONS for part in everything if part["type"] == ROW), what
    assert all(1 <= len(label) <= BUTTON_CHARS for label in buttons(view)), what
    ids = [part["custom_id"] for part in parts(view, BUTTON)]
    assert len(set(ids)) == len(ids), what
    assert all(len(custom_id) <= CUSTOM_ID_CHARS for custom_id in ids), what
    assert all(re.fullmatch(r"[a-z-]+(:\d{1,20})*", custom_id) for custom_id in ids), what  # else no press of it would be understood


def check_form(form: ui.Modal, what: str) -> list[dict[str, Any]]:
    """A form within Discord's limits. Returns its fields."""
    data = form.to_dict()
    assert 1 <= len(data["title"]) <= TITLE_CHARS, what
    assert len(data["custom_id"]) <= CUSTOM_ID_CHARS, what
    labels: list[dict[str, Any]] = json.loads(json.dumps(data["components"]))
    assert 1 <= len(labels) <= LABELS, what
    assert all(part["type"] == LABEL for part in labels), what
    for label in labels:
        assert 1 <= len(label["label"]) <= LABEL_CHARS, what
        assert len(label.get("description") or "") <= OPTION_CHARS, what
    fields = [label["component"] for label in labels]
    for field in fields:
        assert len(field["custom_id"]) <= CUSTOM_ID_CHARS, what
        if field["type"] == TEXT_INPUT:
            assert field["max_length"] <= FIELD_CHARS, what
            assert len(field.get("value") or "") <= field["max_length"], what
            assert len(field.get("placeholder") or "") <= OPTION_CHARS, what
        else:
            check_options(field, what)
    return fields


def check_options(field: dict[str, Any], what: str) -> None:
    least = 2 if field["type"] == RADIO_GROUP else 1
    options = field["options"]
    assert least <= len(options) <= OPTIONS, what
    for option in options:
        assert 1 <= len(option["label"]) <= OPTION_CHARS, what
        assert 1 <= len(option["value"]) <= OPTION_CHARS, what
        assert len(option.get("description") or "") <= OPTION_CHARS, what
    assert len({option["value"] for option in options}) == len(options), what
    if field["type"] == CHECKBOX_GROUP:
        assert (field["required"], field["min_values"], field["max_values"]) == (False, 0, len(options)), what


def read(escaped: str) -> str:
    """What a person reads: a backslash shows the character behind it."""
    return re.sub(r"\\(.)", r"\1", escaped, flags=re.DOTALL)


def hidden(question: Question) -> list[str]:
    """What is for nobody who has not asked for the model answer."""
    levels = question.levels
    asked = [part for each in question.follow_ups for part in (each.ask, each.listen_for)]
    marks = [part for point in question.rubric for part in (point.weak, point.solid, point.strong, *(say for say in point.heard if len(say) > 20))]
    lines = [line for line in question.answer.splitlines() if len(line) > 20]
    return [*lines, *question.mistakes, levels.mid, levels.senior, levels.staff, *asked, *marks, *(each.url for each in question.references)]


# The card


def test_every_card_fits(questions: list[Question]) -> None:
    for question in questions:
        for shown in (posting(), posting(open_=False), posting(open_=False, ended_early=True)):
            card = Card(shown, question, "N" * NAME)
            check_card(cards.opened(card), question.id)
            check_card(cards.closed(card), question.id)


def test_a_private_card_fits_with_the_reason_why_it_is_private(questions: list[Question]) -> None:
    why = MISSING.format(missing="View Channel, Send Messages in Threads, Read Message History")
    for question in questions:
        view = cards.opened(Card(replace(posting(), place=Place.PRIVATE), question, "N" * NAME), why)

        check_card(view, question.id)
        assert why in texts(view)[0]
        assert buttons(view) == ["Answer", "Hint", "End now", "My debrief"]


@pytest.mark.parametrize("replacing", [False, True])
def test_the_choice_of_a_question_for_a_message_fits(questions: list[Question], replacing: bool) -> None:
    message_id = 1_456_074_443_980_800_024  # as long as they are by now
    for many in (1, 25):
        choices = [Card(replace(posting(), id=BIG - number), longest_question(), "") for number in range(many)]

        check_card(cards.choose_question(message_id, choices, replace=replacing), str(many))


def test_a_card_has_the_buttons_of_its_state(questions: list[Question]) -> None:
    card = Card(posting(), questions[0], "Serving")

    assert buttons(cards.opened(card)) == ["Answer", "Answer in DM", "Hint", "End now", "My debrief"]
    assert buttons(cards.closed(card)) == ["Model answer", "My debrief"]


def test_a_card_says_how_it_closed(questions: list[Question]) -> None:
    by_time = Card(posting(open_=False), questions[0], "Serving")
    early = Card(posting(open_=False, ended_early=True), questions[0], "Serving")

    assert "Time is up" in "\n".join(texts(cards.closed(by_time)))
    assert "Ended early" in "\n".join(texts(cards.closed(early)))


def test_a_card_shows_the_question_and_nothing_of_its_answer(questions: list[Question]) -> None:
    for question in questions:
        for view in (cards.opened(Card(posting(), question, "Serving")), cards.closed(Card(posting(open_=False), question, "Serving"))):
            shown = "\n".join(texts(view))
            assert f"### {question.title}" in shown
            assert question.prompt.strip() in shown
            assert f"{question.difficulty.capitalize()} · {question.type.capitalize()} · Serving · 1000000 practiced" in shown
            assert [part for part in hidden(question) if len(part) > 20 and part in shown] == []


def test_the_card_of_a_question_that_left_the_bank_still_closes() -> None:
    for shown in (posting(), posting(open_=False)):
        card = Card(shown, None, "")
        check_card(cards.opened(card), "gone")
        check_card(cards.closed(card), "gone")
        check_card(cards.ended(card), "gone")


def test_hints_fit_and_offer_another_while_there_is_one(questions: list[Question]) -> None:
    for question in questions:
        for taken in range(1, len(question.hints) + 1):
            view = cards.hints(Hints(BIG, question.hints[:taken], len(question.hints)))

            check_card(view, question.id)
            assert buttons(view) == (["Another hint"] if taken < len(question.hints) else [])
            shown = "\n".join(texts(view))
            assert [hint in shown for hint in question.hints] == [index < taken for index in range(len(question.hints))]


def test_asking_to_end_and_the_list_of_open_cards_fit(questions: list[Question]) -> None:
    for question in questions:
        card = Card(posting(), question, "N" * NAME)
        listed = cards.open_cards(
            [card, replace(card, posting=replace(card.posting, id=1, message_id=None)), Card(replace(posting(), id=2), None, "")]
        )
        check_card(listed, question.id)
        check_card(cards.ended(card), question.id)

    assert buttons(listed) == ["Show again", "End"] * OPEN_AT_MOST
    for others, said in ((1, "1 other person has"), (2, "2 other people have")):
        view = cards.ask_to_end(Ending(card, closed=False, others=others))
        check_card(view, said)
        assert said in "\n".join(texts(view))
        assert buttons(view) == ["End for everybody"]


@pytest.mark.parametrize("edit", [False, True])
@pytest.mark.parametrize("text", ["", *TEXTS.values()], ids=["none", *TEXTS])
def test_the_form_for_an_answer_fits_and_holds_what_was_sent(text: str, edit: bool) -> None:
    for sureness in (None, *Sureness):
        form = cards.answer_form(Form(posting(), text, sureness), edit=edit)

        answer, sure = check_form(form, "answer")
        assert form.title == "Your answer"
        assert answer.get("value", "") == text
        assert answer["max_length"] == FORM_CHARS
        assert [option["value"] for option in sure["options"] if option.get("default")] == ([] if sureness is None else [sureness.value])


# The debrief


@pytest.mark.parametrize("name", TEXTS)
def test_every_debrief_fits_and_shows_enough_of_ones_own_answer(questions: list[Question], name: str) -> None:
    text = TEXTS[name]
    for question in questions if name in ("short", "backticks") else questions[::-8]:  # the longest among them
        for state, shown in states(question, text):
            what = f"{question.id}, {state}"
            view, files = debriefs.debrief(shown)

            check_card(view, what)
            (quote,) = [part for part in texts(view) if part.startswith(QUOTE)]
            own = read(quote.removeprefix(QUOTE))
            named = [part["file"]["url"] for part in parts(view, FILE)]
            if own == text:
                assert (files, named) == ([], []), what
            else:
                assert own.endswith("…"), what
                assert text.startswith(own[:-1]), what
                assert len(own[:-1]) >= SHOWN_AT_LEAST, what
                assert [(file.filename, file.fp.read().decode()) for file in files] == [("answer.txt", text)], what
                assert named == ["attachment://answer.txt"], what
            assert all(f"**{point.point}**" in "\n".join(texts(view)) for point in question.rubric), what


def test_an_answer_of_a_thousand_characters_is_never_cut(questions: list[Question]) -> None:
    for question in questions:
        for state, shown in states(question, TEXTS["thousand"]):
            assert debriefs.debrief(shown)[1] == [], f"{question.id}, {state}"


def test_no_debrief_shows_anything_of_the_model_answer(questions: list[Question]) -> None:
    for question in questions:
        labels = "\n".join(point.point for point in question.rubric)  # these it does show
        for state, shown in states(question, SHORT):
            said = "\n".join(texts(debriefs.debrief(shown)[0]))
            assert [part for part in hidden(question) if part in said and part not in labels and len(part) > 20] == [], f"{question.id}, {state}"


@pytest.mark.parametrize(
    ("open_", "seen", "expected"),
    [
        (True, None, ["Self-check", "Edit answer", "Model answer", "Try again", "Next question", "Report"]),
        (False, None, ["Self-check", "Model answer", "Try again", "Next question", "Report"]),
        (True, CLOSES, ["Self-check", "Model answer", "Follow-up", "Try again", "Next question", "Report"]),
        (False, CLOSES, ["Self-check", "Model answer", "Follow-up", "Try again", "Next question", "Report"]),
    ],
    ids=["open", "closed", "open, model answer seen", "closed, model answer seen"],
)
def test_a_debrief_has_the_buttons_of_its_state(questions: list[Question], open_: bool, seen: datetime | None, expected: list[str]) -> None:
    for late in (False, True):
        shown = looking_back(questions[0], SHORT, open_=open_, late=late, saw_answer=seen)
        assert buttons(debriefs.debrief(shown)[0]) == expected


def test_a_debrief_says_what_happened(questions: list[Question]) -> None:
    said = {state: "\n".join(texts(debriefs.debrief(shown)[0])) for state, shown in states(questions[0], SHORT)}
    points = len(questions[0].rubric)

    assert "Took 3 h of 3 h" in said["open"]
    assert not re.search("late|hint|sureness|ticked|aside", said["open"])
    assert "You ticked 0 of" in said["none ticked"]
    assert f"You ticked 1 of {points}." in said["points gone since it was ticked"]
    assert "not counted as practised" in said["only after the model answer"]
    whole = said["late, edited aside and ticked"]
    assert f"late, kept all the same · {HINTS} hints · sureness medium" in whole
    assert "kept aside, changes nothing" in whole
    assert f"You ticked {points} of {points}, recall again" in whole
    assert (whole.count("☑"), whole.count("☐")) == (points, 0)


@pytest.mark.parametrize("name", TEXTS)
def test_points_that_were_written_again_fit_beside_enough_of_ones_own_answer(questions: list[Question], name: str) -> None:
    for question in questions[::-20]:  # the longest among them
        for many in (1, len(question.rubric)):
            for again in (SHORT, TEXTS[name]):
                rewritten = tuple(Rewritten(point, again, None) for point in range(many))
                for state, shown in states(question, TEXTS[name]):
                    what = f"{question.id}, {state}, {many}"
                    view, files = debriefs.debrief(replace(shown, rewritten=rewritten))

                    check_card(view, what)
                    (quote,) = [part for part in texts(view) if part.startswith(QUOTE)]
                    own = read(quote.removeprefix(QUOTE))
                    assert own == TEXTS[name] or len(own[:-1]) >= SHOWN_AT_LEAST, what
                    (section,) = [part for part in texts(view) if part.startswith("**Rewritten:**")]
                    whole = read(section).count(f"“{' '.join(again.split())}”") == many
                    written = {file.filename: file.fp.read().decode() for file in files}
                    assert whole or written["rewritten.txt"].count(again) >= many, what
                    assert [part["file"]["url"] for part in parts(view, FILE)] == [f"attachment://{filename}" for filename in written], what


def test_each_point_that_was_written_again_says_how_it_compares(questions: list[Question]) -> None:
    levels: tuple[Level | None, ...] = ("heard", "perhaps", "not found", None)
    shown = looking_back(questions[0], SHORT, ticked=())

    view, _ = debriefs.debrief(replace(shown, rewritten=tuple(Rewritten(point, SHORT, level) for point, level in enumerate(levels))))

    (section,) = [part for part in texts(view) if part.startswith("**Rewritten:**")]
    said = [line.split(" · ")[1].split(":")[0] for line in section.splitlines()[1:]]
    assert said == [
        "its wording now matches",
        "its wording perhaps matches now",
        "not found in its wording",
        "not compared, too short or not English",
    ]


def test_the_form_for_a_point_to_write_again_fits_and_offers_what_is_open(questions: list[Question]) -> None:
    for question in questions:
        for ticked in ((), (1,), tuple(range(1, len(question.rubric)))):
            form = debriefs.rewrite_form(looking_back(question, SHORT, ticked=ticked))

            menu, text = check_form(form, question.id)
            assert [int(option["value"]) for option in menu["options"]] == [index for index in range(len(question.rubric)) if index not in ticked]
            assert text["max_length"] == FORM_CHARS


def test_rewriting_is_offered_only_where_a_point_is_open_after_the_self_check(questions: list[Question]) -> None:
    every = tuple(range(len(questions[0].rubric)))
    for ticked, offered in ((None, False), ((), True), (every[1:], True), (every, False), ((97,), True)):
        view, _ = debriefs.debrief(looking_back(questions[0], SHORT, ticked=ticked))

        assert ("Rewrite one point" in buttons(view)) is offered


def test_what_was_not_compared_is_not_said_to_be_missing(questions: list[Question]) -> None:
    question = questions[0]

    checklist, tail = texts(debriefs.debrief(looking_back(question, "Two words."))[0])[2:]

    assert all(line.endswith(" · Not compared") for line in checklist.splitlines())
    assert "too short to compare" in tail
    assert "Not found" not in tail


def test_the_self_check_fits_and_ticks_only_what_its_person_ticked(questions: list[Question]) -> None:
    for question in questions:
        for ticked, rating in ((None, None), ((), Recall.EASY), ((0, 2), Recall.AGAIN), ((0, 97), None)):
            form = debriefs.self_check_form(looking_back(question, TEXTS["words"], found=all_heard(question), ticked=ticked, rating=rating))

            boxes, recall = check_form(form, question.id)
            assert [option["label"] for option in boxes["options"]] == [point.point for point in question.rubric]
            assert [int(option["value"]) for option in boxes["options"] if option.get("default")] == [index for index in ticked or () if index < 97]
            assert [option["value"] for option in recall["options"] if option.get("default")] == ([] if rating is None else [rating.value])


# Behind it


def test_every_page_of_every_model_answer_fits_and_nothing_of_it_is_missing(questions: list[Question]) -> None:
    for question in questions:
        shown = ""
        for number in range(100):
            view = debriefs.model_answer(question, BIG, number)
            check_card(view, f"{question.id}, page {number + 1}")
            assert all(text.count("```") % 2 == 0 for text in texts(view)), question.id
            shown += texts(view)[1] + "\n"
            first, last = number == 0, "Next" not in usable(view)
            assert usable(view) == [*([] if first else ["Previous"]), *([] if last else ["Next"]), "Follow-up"]
            if last:
                break
        assert re.sub(r"\s|```", "", question.answer) in re.sub(r"\s|```|\*\*Model answer\*\*", "", shown), question.id
        levels = question.levels
        rest = [*question.mistakes, levels.mid, levels.senior, levels.staff, *(each.url for each in question.references)]
        assert [part for part in rest if part not in shown] == [], question.id


def test_a_page_beyond_the_last_is_the_last(questions: list[Question]) -> None:
    beyond = debriefs.model_answer(questions[0], BIG, BIG)

    check_card(beyond, "beyond")
    assert usable(beyond) == ["Previous", "Follow-up"]


def test_every_follow_up_fits_and_they_go_round(questions: list[Question]) -> None:
    for question in questions:
        many = len(question.follow_ups)
        for number in range(many + 1):
            view = debriefs.follow_up(question, BIG, number)

            check_card(view, question.id)
            asked = question.follow_ups[number % many]
            assert asked.ask in texts(view)[0]
            assert f"||{asked.listen_for}||" in texts(view)[1]
            assert buttons(view) == (["Another follow-up"] if many > 1 else [])


def test_the_form_for_a_report_fits() -> None:
    check_form(debriefs.report_form(BIG), "report")


def test_a_typed_text_comes_back_as_a_file_as_it_was() -> None:
    for text in TEXTS.values():
        file = debriefs.text_file(text)
        assert isinstance(file, discord.File)
        assert file.fp.read().decode() == text
