"""What the check finds in a question that is in good shape: each rule is broken once in a shipped question."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.bank.bank import Bank
from bot.bank.quality import Finding, findings
from bot.bank.schema import Question

TECHNICAL, DESIGN, STORY = "which-version-can-go-back-live", "homes-for-events-features-and-logs", "giving-up-a-tool-that-worked"
Change = Callable[[Question], dict[str, Any]]


def found(bank: Bank, question_id: str, change: Change) -> list[Finding]:
    """What is found in a shipped question, changed by some of its fields."""
    question = bank.question(question_id)
    assert question is not None
    return list(findings(question.model_copy(update=change(question)), ()))


def point(index: int, **update: Any) -> Change:
    """Changes one rubric point."""

    def change(question: Question) -> dict[str, Any]:
        rubric = list(question.rubric)
        rubric[index] = rubric[index].model_copy(update=update)
        return {"rubric": tuple(rubric)}

    return change


def every_point(**update: Any) -> Change:
    """Changes all rubric points alike."""
    return lambda question: {"rubric": tuple(each.model_copy(update=update) for each in question.rubric)}


def source(url: str) -> Change:
    """Changes the address of the first reference."""
    return lambda question: {"references": (question.references[0].model_copy(update={"url": url}), *question.references[1:])}


def test_nothing_is_found_in_the_shipped_questions(bank: Bank) -> None:
    assert [finding for topic in bank.topics for question in topic.questions for finding in findings(question, ())] == []


@pytest.mark.parametrize(
    ("question_id", "change", "path", "message"),
    [
        (TECHNICAL, point(2, heard=("zebra", "giraffe lion")), ("rubric", 2, "heard"), "the model answer is not heard on “Stores the exact inputs"),
        (
            TECHNICAL,
            lambda q: {"prompt": q.prompt + q.rubric[4].heard[0] * 2},
            ("rubric", 4, "heard"),
            "the prompt alone is heard on “Keeps",
        ),
        (
            TECHNICAL,
            lambda q: point(3, heard=q.rubric[2].heard)(q),
            ("rubric", 3, "heard"),
            "“Ships the transform with the model, or pins",
        ),
        (
            TECHNICAL,
            lambda q: point(0, heard=(*q.rubric[0].heard, "that costs a slower path, if the service is in another language!"))(q),
            ("rubric", 0, "heard", 11),
            "this is a sentence of the model answer",
        ),
        (
            TECHNICAL,
            point(1, heard=("A nightly job trains a model", "nothing would fail", "look plausible")),
            ("rubric", 1, "heard", 0),
            "this stands in the question itself",
        ),
        (
            TECHNICAL,
            lambda q: {"prompt": q.prompt + "\n```\n" + "x" * 47 + "\n```\n"},
            ("prompt",),
            "a line of a code block has 47 columns",
        ),
        (TECHNICAL, lambda q: {"answer": q.answer + "\n```\nleft open"}, ("answer",), "a code block (```) is opened and not closed"),
        (TECHNICAL, lambda q: {"answer": q.answer + "\n| a | b |\n|---|---|\n"}, ("answer",), "Discord does not show a table"),
        (TECHNICAL, lambda q: {"answer": q.answer + "\na | b\n--- | ---\n1 | 2"}, ("answer",), "Discord does not show a table"),
        (TECHNICAL, lambda q: {"prompt": "![drawing](https://x.y/z.png)\n" + q.prompt}, ("prompt",), "Discord does not show a picture"),
        (TECHNICAL, lambda q: {"answer": q.answer + r" So \frac{1}{2}."}, ("answer",), "Discord does not show a formula"),
        (
            TECHNICAL,
            lambda q: {"answer": q.answer + " word" * 200},
            ("answer",),
            "the model answer has 584 words: 250 to 500",
        ),
        (TECHNICAL, lambda q: {"prompt": q.prompt + "4. And?\n5. And?\n"}, ("prompt",), "5 numbered tasks: 4 at most"),
        (TECHNICAL, lambda _: {"minutes": 13}, ("minutes",), "13 minutes for this easy technical question: 8 to 12 are usual"),
        (DESIGN, lambda _: {"minutes": 12}, ("minutes",), "12 minutes for this medium system design question: 15 to 25 are usual"),
        (STORY, lambda _: {"minutes": 7}, ("minutes",), "7 minutes for this easy behavioral question: 8 to 15 are usual"),
        (
            TECHNICAL,
            lambda q: {"rubric": tuple(each.model_copy(update={"competence": "design"}) for each in q.rubric)},
            ("rubric",),
            "all points show the same competence",
        ),
        (TECHNICAL, lambda q: {"rubric": tuple(each.model_copy(update={"weight": 3}) for each in q.rubric)}, ("rubric",), "8 points have weight 3"),
        (TECHNICAL, lambda q: {"rubric": tuple(each.model_copy(update={"weight": 1}) for each in q.rubric)}, ("rubric",), "0 points have weight 3"),
        (TECHNICAL, lambda q: point(1, point=q.rubric[0].point.upper())(q), ("rubric", 1, "point"), "two points say the same"),
        (DESIGN, lambda q: {"clarifications": q.clarifications[:1]}, ("clarifications",), "a system design has 2 to 5 clarifications, this one 1"),
        (
            DESIGN,
            lambda q: {"clarifications": (*q.clarifications[:4], q.clarifications[4].model_copy(update={"answer": "a || b"}))},
            ("clarifications", 4, "answer"),
            "`||` would end the bar that hides this",
        ),
        (STORY, lambda q: {"answer": q.answer.partition("\n")[2]}, ("answer",), "a behavioral answer begins by saying that it is an example"),
        (STORY, lambda _: {"answer": "*An example.*" + " They went." * 150}, ("answer",), "a behavioral answer is told in the first person"),
        (TECHNICAL, lambda _: {"title": "A robust version"}, ("title",), "“robust” says little"),
        (TECHNICAL, lambda q: {"answer": q.answer + " We leverage it."}, ("answer",), "“leverage” says little"),
        (TECHNICAL, point(0, strong="Follows Best Practices."), ("rubric", 0, "strong"), "“Best Practices” says little"),
        (TECHNICAL, lambda q: {"answer": q.answer + " It depends."}, ("answer",), "“it depends” without what on"),
        (
            TECHNICAL,
            lambda q: {"answer": re.sub(r"\d", "", q.answer)},
            ("answer",),
            "the model answer has no number, although the question gives some",
        ),
        (TECHNICAL, source("https://semver"), ("references", 0, "url"), "`https://semver` is no web address: `semver` is not the name of a site"),
        (TECHNICAL, source("https://"), ("references", 0, "url"), "`https://` is no web address: "),
        (TECHNICAL, source("http://[semver.org"), ("references", 0, "url"), "`http://[semver.org` is no web address: "),
        (TECHNICAL, source("https://semver.org:port/"), ("references", 0, "url"), "`https://semver.org:port/` is no web address: "),
        (TECHNICAL, source("https://semver.org)."), ("references", 0, "url"), "`https://semver.org).` has a sign that ends a link"),
        (TECHNICAL, source("https://semver.org/spec."), ("references", 0, "url"), "`https://semver.org/spec.` has a sign that ends a link"),
        (TECHNICAL, source("https://semver.org/a_(b)/c"), ("references", 0, "url"), "`https://semver.org/a_(b)/c` has a sign that ends a link"),
        (STORY, every_point(competence="people"), ("rubric",), "no point asks for evidence"),
        (STORY, every_point(point="Told it", solid="Told it well.", strong="Told it very well."), ("rubric",), "no point asks for the outcome"),
    ],
)
def test_a_broken_rule_is_named_where_it_is_broken(bank: Bank, question_id: str, change: Change, path: tuple[str | int, ...], message: str) -> None:
    named = found(bank, question_id, change)

    assert any(finding.path == path and finding.message.startswith(message) for finding in named), named


@pytest.mark.parametrize(
    "change",
    [
        lambda q: {"answer": q.answer + "\n```\n| a | b |\n|---|---|\n```\n"},
        lambda q: {"prompt": q.prompt + "\n```\n1. a\n2. b\n3. c\n4. d\n```\n"},
        lambda q: {"answer": q.answer + " It depends on the load: $4 or $9, a or b."},
        lambda q: {"mistakes": ("Calls it best practice.", *q.mistakes)},
        point(0, weak="Says that it is robust."),
        lambda q: {
            "answer": re.sub(r"\d", "", q.answer),
            "prompt": "Three versions.\n\n1. Which?\n2. Why?\n",
        },  # 1. 2. 3. are no numbers of the question
        source("https://example.org/wiki/Dependency_hell_%28software%29?part=1&x=2#top"),
        source("http://xn--mnchen-3ya.example/"),
    ],
)
def test_what_is_allowed_is_left_alone(bank: Bank, change: Change) -> None:
    assert found(bank, TECHNICAL, change) == []


def test_a_skill_that_the_topic_does_not_have_is_named(bank: Bank) -> None:
    question = bank.question(TECHNICAL)
    assert question is not None

    assert [(finding.path, finding.message) for finding in findings(question, {"rollback", "version-schemes"})] == [
        (("skills", 1), "the topic has no skill `compatibility-contracts`")
    ]
