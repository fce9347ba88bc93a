"""Texts that say nearly the same are found, and no others."""

from hypothesis import given
from hypothesis import strategies as st

from bot.bank.alike import alike
from bot.matching.words import stems

WORDS = st.sampled_from("queue batch cache shard replica drift label window skew canary".split())
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=12)


@given(TEXTS, st.sampled_from([0.1, 0.25, 0.5, 0.6, 2 / 3, 0.8, 1.0]))
def test_what_comparing_each_with_each_would_find_is_found(texts: list[str], least: float) -> None:
    sets = [stems(text) for text in texts]
    pairs = [(first, second) for second in range(len(sets)) for first in range(second)]

    assert list(alike(texts, least)) == [
        (first, second)
        for first, second in pairs
        if sets[first] & sets[second] and len(sets[first] & sets[second]) >= least * len(sets[first] | sets[second])
    ]


def test_endings_order_and_small_words_do_not_hide_a_copy() -> None:
    assert list(alike(["Scales on the queue, not the CPU", "CPU is what it scaled by: no queues", "Pins the runtime"], 0.6)) == [(0, 1)]
