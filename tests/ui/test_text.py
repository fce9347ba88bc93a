"""Whatever a person typed is shown as it was typed: nothing of it comes alive, breaks out of its quote, gets lost or is too long."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from simcord.preview._markdown import markdown_tokens

from bot.ui.text import CUT_BACK, FENCE, MESSAGE_CHARS, QUOTE, clip, clip_plain, in_line, pages, plain, quoted, split

PEOPLE = {"users": {"1": "bob"}, "roles": {"2": "everyone"}, "channels": {"3": "general"}}
PLAIN = {"paragraph", "inline", "text", "break"}
QUOTED = PLAIN | {"blockquote"}
# The simulated client takes no notice of a backslash before this; Discord's does.
ONLY_SIMULATED = {"subtext"}

PIECES = (
    *("*", "**", "_", "__", "~~", "~", "||", "`", "```", "```py\n", "````", "\\", "\\\\"),
    *("<@1>", "<@!1>", "<@&2>", "<#3>", "@everyone", "@here", "<t:0:R>", "<t:1:F>", "<:smile:123456789012345678>", "<a:wave:123456789012345678>"),
    *("</interview any:123456789012345678>", "<id:home>", "[a](https://evil.example)", "](", "[", "https://evil.example", "<https://evil.example>"),
    *("# ", "## ", "### ", "-# ", "- ", "* ", "+ ", "1. ", "12) ", "> ", ">>> ", ">", "---", "===", "\n", "\n\n", "\r", "\r\n", " ", "  "),
    *("a", "word", "7", "😀", "👩‍👩‍👧‍👦", "é", "…", "\u202e", "\u200b"),
)
LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t"), max_size=6)


def _one_blank(pieces: list[str]) -> str:
    return re.sub(" {2,}", " ", "".join(pieces))  # in the simulated client four blanks make a code block, in Discord's they do not


TYPED = st.lists(st.sampled_from(PIECES) | LETTERS, max_size=40).map(_one_blank)
LIMITS = st.integers(1, 120)


def seen(text: str) -> set[str]:
    """All that a client makes of a TextDisplay."""
    return {token["type"] for token in _flat(markdown_tokens(text, "text_display", context=PEOPLE))} - ONLY_SIMULATED


def _flat(tokens: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for token in tokens:
        yield token
        yield from _flat(token.get("children", ()))


def read(escaped: str) -> str:
    """What a person reads: a backslash shows the character behind it."""
    return re.sub(r"\\(.)", r"\1", escaped, flags=re.DOTALL)


def is_start(shown: str, text: str) -> bool:
    """Whether a person reads the start of the text, and the ellipsis for the rest."""
    return shown.endswith("…") and text.startswith(read(shown[:-1])) and not re.search(r"(?<!\\)(\\\\)*\\$", shown[:-1])


# Alive or not


@pytest.mark.parametrize("piece", PIECES)
def test_nothing_that_discord_knows_is_alive_wherever_it_stands(piece: str) -> None:
    for text in (piece, f"{piece}word{piece}", f"a {piece} b {piece}c", f"first\n{piece}second\n{piece}", f"\\{piece}word\\{piece}"):
        assert seen(plain(text)) <= PLAIN, text


@given(TYPED)
def test_typed_text_is_only_text(text: str) -> None:
    assert seen(plain(text)) <= PLAIN


@given(TYPED)
def test_typed_text_reads_as_it_was_typed_and_is_at_most_twice_as_long(text: str) -> None:
    assert read(plain(text)) == text
    assert len(plain(text)) <= 2 * len(text)


@pytest.mark.parametrize(
    ("alive", "shown"),
    [
        ("-# small", r"\-# small"),  # the simulated client would not notice these
        ("a\n  -# small", "a\n  \\-# small"),
        ("@everyone @here", r"\@everyone \@here"),
        ("https://e.example", r"https\://e.example"),
        ("a\r# loud", "a\r\\# loud"),
        ("1.5 and -3 and a - b > c", r"1\.5 and -3 and a - b > c"),
    ],
)
def test_backslashes_stand_where_discord_needs_them(alive: str, shown: str) -> None:
    assert plain(alive) == shown


# In a quote


@given(TYPED, LIMITS.map(lambda limit: limit + len(QUOTE)))
@example("a" * 50 + "\n\n# b", 20)
def test_a_quote_has_no_way_out_and_keeps_its_limit(text: str, limit: int) -> None:
    shown, cut = quoted(text, limit)

    assert shown.startswith(QUOTE)
    assert len(shown) <= limit
    assert seen(shown) <= QUOTED
    assert [block["type"] for block in markdown_tokens(shown, "text_display", context=PEOPLE)] in ([], ["blockquote"])
    assert is_start(shown[len(QUOTE) :], text) if cut else read(shown[len(QUOTE) :]) == text


@pytest.mark.parametrize("letter", ["😀", "`", "*", "\\", "\n", "> ", "a", "a "])
def test_a_quote_uses_the_room_it_has(letter: str) -> None:
    shown, cut = quoted(letter * MESSAGE_CHARS)

    assert cut
    assert MESSAGE_CHARS - CUT_BACK - 2 <= len(shown) <= MESSAGE_CHARS


@given(TYPED, LIMITS)
def test_a_text_in_a_line_stays_in_it(text: str, limit: int) -> None:
    shown = in_line(text, limit)

    assert len(shown.splitlines()) == 1
    assert len(shown) <= 2 * limit + len("“”")
    assert seen(f"said: {shown}") <= PLAIN


# Cut


@given(TYPED, LIMITS)
def test_a_clipped_text_is_its_start_and_loses_few_characters_to_end_at_a_word(text: str, limit: int) -> None:
    shown = clip(text, limit)

    assert len(shown) <= limit
    if len(text) <= limit:
        assert shown == text
    else:
        assert shown.endswith("…")
        assert text.startswith(shown[:-1])
        assert len(shown) >= limit - CUT_BACK


def test_a_clipped_text_ends_at_a_word() -> None:
    assert clip("a queue in front of the model", 14) == "a queue in…"
    assert clip("a" * 30, 10) == "a" * 9 + "…"
    assert clip("a" + " " + "b" * 60, 60) == "a" + " " + "b" * 57 + "…"  # the blank is too far back
    assert clip("exactly ten"[:10], 10) == "exactly te"


@given(TYPED, LIMITS)
@example("\\" * 9, 4)
@example("***", 2)
def test_a_clipped_plain_text_fits_and_is_no_more_alive(text: str, limit: int) -> None:
    shown, cut = clip_plain(text, limit)

    assert len(shown) <= limit
    assert cut == (len(plain(text)) > limit)
    assert seen(shown) <= PLAIN
    assert is_start(shown, text) if cut else read(shown) == text


# In parts


@given(TYPED, LIMITS)
def test_parts_keep_their_limit_and_every_character(text: str, limit: int) -> None:
    parts = split(text, limit)

    assert "".join(parts) == text
    assert all(1 <= len(part) <= limit for part in parts)


def test_parts_break_at_paragraphs_before_lines_before_words() -> None:
    assert split("one two\n\nthree\nfour five", 20) == ["one two\n\n", "three\nfour five"]
    assert split("one two\nthree four five", 20) == ["one two\n", "three four five"]
    assert split("one two three four five", 20) == ["one two three four ", "five"]
    assert split("a" * 45, 20) == ["a" * 20, "a" * 20, "a" * 5]
    assert split("a b" + "c" * 30, 20) == ["a b" + "c" * 17, "c" * 13]  # a break so early would leave a page of two letters


def test_parts_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        split("a", 0)


# In pages

WORDS = st.lists(st.sampled_from(["queue", "model", "a", "replicas", "600/s"]), min_size=1, max_size=8).map(" ".join)
PROSE = st.lists(WORDS, min_size=1, max_size=6).map(lambda lines: ("prose", lines))
CODE = st.lists(WORDS, min_size=1, max_size=12).map(lambda lines: ("code", lines))
LONGEST_LINE = 100


@given(st.lists(PROSE | CODE, min_size=1, max_size=8), st.integers(3 * LONGEST_LINE, 8 * LONGEST_LINE))
def test_pages_keep_code_inside_fences_and_prose_outside(blocks: list[tuple[str, list[str]]], limit: int) -> None:
    numbered = [(kind, f"{index}.{line} {text}") for index, (kind, lines) in enumerate(blocks) for line, text in enumerate(lines)]
    text = "\n\n".join(
        "\n".join([*([FENCE] if kind == "code" else []), *_lines_of(numbered, index), *([FENCE] if kind == "code" else [])])
        for index, (kind, _) in enumerate(blocks)
    )

    shown = pages(text, limit)

    assert all(0 < len(page) <= limit for page in shown)
    assert [found for page in shown for found in _kinds(page)] == numbered


def _lines_of(numbered: list[tuple[str, str]], index: int) -> list[str]:
    return [line for _, line in numbered if line.startswith(f"{index}.")]


def _kinds(page: str) -> Iterator[tuple[str, str]]:
    """Each line of a page, with whether it stands inside a code block; the page's fences are closed."""
    inside = False
    for line in page.split("\n"):
        if line == FENCE:
            inside = not inside
        elif line:
            yield ("code" if inside else "prose", line)
    assert not inside, page


@given(TYPED, st.integers(20, 120))
def test_pages_of_any_text_fit_have_closed_fences_and_lose_nothing(text: str, limit: int) -> None:
    shown = pages(text, limit)

    assert all(0 < len(page) <= limit for page in shown)
    assert all(page.count(FENCE) % 2 == 0 for page in shown)
    assert _letters("".join(shown)) == _letters(text)


def _letters(text: str) -> str:
    return re.sub(r"[\n`]", "", text)


def test_a_code_block_that_fits_a_page_is_not_torn() -> None:
    block = f"{FENCE}\n" + "x = 1\n" * 10 + FENCE
    text = "word " * 12 + "\n" + block

    assert pages(text, 100) == [("word " * 12).rstrip("\n"), block]


def test_no_page_begins_with_an_empty_code_block_or_is_empty() -> None:
    code = f"{FENCE}\n{'x' * 50}\n{'y' * 40}\n{FENCE}\n"  # its end alone would be the first thing on the second page

    for limit in range(95, 125):
        for text in (code, f"{code}After it."):
            assert not any(page == "" or page.startswith(f"{FENCE}\n{FENCE}") for page in pages(text, limit))
