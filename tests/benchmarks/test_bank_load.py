"""What loading the bank costs against PyYAML's C loader on the same files, and what an index of 100,000 questions costs."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
import yaml

from bot.bank import check, loader
from bot.bank.bank import Bank, Filters

QUESTIONS = Path(__file__).parents[2] / "questions"
MOST = 2.0  # times what the C loader takes; from files to index, checks included
ROUNDS = 15
CHECK_S = 20  # seconds that an author may wait


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def parse_only(folder: Path) -> None:
    for path in sorted(folder.glob("*.yaml")):
        yaml.load(path.read_text(), Loader=yaml.CSafeLoader)


def compare(folder: Path, rounds: int) -> float:
    """How many times longer than the C loader the bank takes, by medians of rounds that alternate."""
    ours, floor = [], []
    for _ in range(rounds):
        floor.append(seconds(lambda: parse_only(folder)))
        ours.append(seconds(lambda: loader.load(folder)))
    ratio = median(ours) / median(floor)
    size = len(loader.load(folder))
    print(f"\nbank: {size} questions in {median(ours) * 1e3:.0f} ms, C loader {median(floor) * 1e3:.0f} ms, ratio {ratio:.2f} (at most {MOST})")
    return ratio


def test_loading_the_shipped_bank_takes_at_most_twice_the_c_loader() -> None:
    assert compare(QUESTIONS, ROUNDS) <= MOST


def test_checking_the_shipped_bank_takes_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    floor = median([seconds(lambda: parse_only(QUESTIONS)) for _ in range(3)])
    taken = median([seconds(lambda: check.run([], QUESTIONS, strict=True, as_json=False)) for _ in range(3)])
    with capsys.disabled():
        print(f"\nbank: checked in {taken:.1f} s, {taken / floor:.0f} times the C loader (at most {CHECK_S} s)")
    assert taken <= CHECK_S


def test_a_pool_of_a_hundred_thousand_questions_costs_a_look_up(bank: Bank) -> None:
    questions = [question for topic in bank.topics for question in topic.questions]
    topics = [
        bank.topics[number % len(bank.topics)].model_copy(
            update={
                "id": f"topic-{number}",
                "questions": tuple(questions[index % len(questions)].model_copy(update={"id": f"q-{number}-{index}"}) for index in range(1_000)),
            }
        )
        for number in range(100)
    ]
    built = seconds(lambda: Bank.build(topics))
    large = Bank.build(topics)
    asked = [Filters(), Filters("easy"), Filters(topic="topic-7"), Filters("hard", "topic-42", "system design"), Filters(topic="none")]

    times = [seconds(partial(large.pool, filters)) for _ in range(200) for filters in asked]

    print(f"\nbank: index of {len(large):,} questions in {built * 1e3:.0f} ms, a pool in {sorted(times)[int(len(times) * 0.99)] * 1e6:.1f} µs (p99)")
    assert len(large) == 100_000
    assert sorted(times)[int(len(times) * 0.99)] < 0.0001
