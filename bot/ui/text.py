"""What a person typed, made safe to show: escaped, quoted, cut and split without losing a character."""

import re
from itertools import pairwise

from discord.utils import escape_markdown

MESSAGE_CHARS = 4_000  # all the text of one Components V2 message together (Discord, "Using Message Components")
PAGE_CHARS = 3_500  # a page leaves room for its heading and the line below it
CUT_BACK = 40  # characters that a cut may give up to end at a word

# `escape_markdown` misses links whose parts stand on two lines, and everything in angle brackets: mentions, timestamps, emoji, commands.
_ALIVE = re.compile(r"\](?=\()|<")


def plain(text: str) -> str:
    """The text as it was typed: nothing in it is markdown, a link with another name, or a mention. Up to twice as long."""
    return _ALIVE.sub(r"\\\g<0>", escape_markdown(text))


def quoted(text: str) -> str:
    """A quote that the text cannot break out of: it reaches to the end of its TextDisplay, which must hold nothing else."""
    return ">>> " + plain(text)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis for the rest; cut at a blank if there is one among the last `CUT_BACK` characters."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    blank = head.rfind(" ", max(1, limit - CUT_BACK))
    return (head[:blank] if blank > 0 else head) + "…"


def clip_plain(text: str, limit: int) -> tuple[str, bool]:
    """The longest start of `text` whose escaped form has at most `limit` characters, escaped, and whether anything was cut."""
    escaped = plain(text)
    if len(escaped) <= limit:
        return escaped, False
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if len(plain(clip(text, middle))) <= limit:
            low = middle
        else:
            high = middle - 1
    return plain(clip(text, low)) if low else "", True


def split(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` characters whose concatenation is `text`; breaks at paragraphs, else lines, else words, else anywhere.

    A part never ends inside an emoji of two code units or before a combining character where that can be helped: it prefers blanks.
    """
    if limit < 1:
        raise ValueError("a part needs at least one character")
    cuts = [0]
    while len(text) - cuts[-1] > limit:
        start, end = cuts[-1], cuts[-1] + limit
        for separator in ("\n\n", "\n", " "):
            at = text.rfind(separator, start + limit // 3, end)
            if at > start:
                cuts.append(at + len(separator) if at + len(separator) <= end else end)
                break
        else:
            cuts.append(end)
    return [text[start:end] for start, end in pairwise([*cuts, len(text)])] if text else []


def pages(text: str, limit: int = PAGE_CHARS) -> list[str]:
    """`text` in parts for one page each. A code block that a break would tear is closed on the one page and opened again on the next."""
    parts = []
    fenced = False
    for part in split(text, limit - len("```\n\n```")):
        opened_before, fenced = fenced, fenced ^ (part.count("```") % 2 == 1)
        parts.append(("```\n" if opened_before else "") + part.strip("\n") + ("\n```" if fenced else ""))
    return parts
