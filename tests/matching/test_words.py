"""From text to sentences, words and stems."""

import pytest

from bot.matching.words import sentences, stems, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It isn't cached", "it is not cached"),
        ("It isn’t cached", "it is not cached"),
        ("I CAN'T", "i ca not"),
        ("the model's queue, the model’s", "the model queue the model"),
        ("the clients' cache", "the clients cache"),
        ("a 'stale' row and its 'source'", "a stale row and its source"),
        ("P99 of 80 ms: 1,200/s", "p99 of 80 ms 1 200 s"),
        ("point-in-time `join_key`", "point in time join key"),
        ("...?!", ""),
        ("", ""),
    ],
)
def test_words_are_lower_case_letters_and_digits(text: str, expected: str) -> None:
    assert words(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("First we measure. Then we cache it! Do we shard it? Only then.", ["First we measure.", "Then we cache it!", "Do we shard it?"]),
        ("P99 is 80.5 ms on v1.2 of it.", ["P99 is 80.5 ms on v1.2 of it."]),
        ("cache in front\n- queue behind it\n\n  one spare replica ", ["cache in front", "- queue behind it", "one spare replica"]),
        ("cache in front\r\nqueue behind it\r\n", ["cache in front", "queue behind it"]),
        ("a queue; a cache: both, of course", ["a queue; a cache: both, of course"]),
        ("Two words. I don't.", ["I don't."]),
        (" \n . ! ", []),
    ],
)
def test_sentences_end_at_marks_before_a_space_and_at_line_breaks_and_have_three_words(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_forms_of_a_word_have_one_stem_and_stop_words_none() -> None:
    assert stems("caching cached caches") == stems("cache")
    assert stems("what would you say if it were not for the others") == stems("others")
    assert stems("to be or not to be") == frozenset()


def test_what_is_too_long_to_be_a_word_is_left_out() -> None:
    assert stems("cache " + "x" * 41) == stems("cache")
    assert len(stems("cache " + "x" * 40)) == 2
