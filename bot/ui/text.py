"""What a person typed, made safe to show: escaped, quoted, cut and split without losing a character."""

import re
from collections.abc import Iterable
from itertools import pairwise

MESSAGE_CHARS = 4_000  # all the text of one Components V2 message together (Discord, "Using Message Components")
PAGE_CHARS = 3_500  # a page leaves room for its heading and the line below it
CUT_BACK = 40  # characters that a cut may give up to end at a word
QUOTE = ">>> "  # reaches to the end of its TextDisplay
FENCE = "```"

# All that Discord takes for more than text; a backslash before it ends that. `discord.utils.escape_markdown` leaves half of it alive.
_ANYWHERE = (
    *("\\", "*", "_", "~", "|", "`", "<", "["),  # emphasis, code, spoilers, mentions, times, emoji, commands, links with another name
    *("://", "@everyone", "@here"),  # addresses, and the mentions that need no brackets
)
_AT_LINE_START = re.compile(r"[\n\r][^\S\n\r]*\d*(?=[-+#>=.)])")  # headings, small print, lists, quotes


def plain(text: str) -> str:
    """The text as it was typed: nothing in it is markdown, a link or a mention. Up to twice as long."""
    for alive in _ANYWHERE:
        text = text.replace(alive, f"\\{alive}")
    return _AT_LINE_START.sub(r"\g<0>\\", f"\n{text}")[1:]


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, one or more, with an ellipsis for the rest; cut at a blank if there is one among the last `CUT_BACK`."""
    return text if len(text) <= limit else _to_a_blank(text[: limit - 1]) + "…"


def clip_plain(text: str, limit: int) -> tuple[str, bool]:
    """The text, escaped, in at most `limit` characters, one or more, and whether it had to be cut for that."""
    escaped = plain(text)
    if len(escaped) <= limit:
        return escaped, False
    head = escaped[: limit - 1]
    if (len(head) - len(head.rstrip("\\"))) % 2:  # the last backslash belonged to what was cut off
        head = head[:-1]
    return _to_a_blank(head) + "…", True


def _to_a_blank(head: str) -> str:
    blank = head.rfind(" ", max(1, len(head) - CUT_BACK))
    return head[:blank] if blank > 0 else head


def quoted(text: str, limit: int = MESSAGE_CHARS) -> tuple[str, bool]:
    """A quote that the text cannot break out of, for a TextDisplay that holds nothing else, and whether the text had to be cut."""
    start, cut = clip_plain(text, limit - len(QUOTE))
    return QUOTE + start, cut


def in_line(text: str, limit: int) -> str:
    """The start of a text between quotation marks, on one line; up to twice as long, and the marks."""
    return f"“{plain(clip(' '.join(text.split()), limit))}”"


def split(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` characters whose concatenation is `text`; breaks at paragraphs, else lines, else words, else anywhere."""
    if limit < 1:
        raise ValueError("a part needs at least one character")
    cuts = [0]
    while len(text) - cuts[-1] > limit:
        start, end = cuts[-1], cuts[-1] + limit
        for separator in ("\n\n", "\n", " "):
            at = text.rfind(separator, start + limit // 3, end)
            if at > start:
                cuts.append(at + len(separator))
                break
        else:
            cuts.append(end)
    return [text[start:end] for start, end in pairwise([*cuts, len(text)])] if text else []


def packed(texts: Iterable[str], limit: int = MESSAGE_CHARS) -> list[list[str]]:
    """Texts in their order, in as few groups as hold them, each of at most `limit` characters; one that is longer stands alone."""
    groups: list[list[str]] = [[]]
    for text in texts:
        if groups[-1] and sum(map(len, groups[-1])) + len(text) > limit:
            groups.append([])
        groups[-1].append(text)
    return groups


def pages(text: str, limit: int = PAGE_CHARS) -> list[str]:
    """`text` in parts for one page each. A code block goes to the next page whole; one that is longer is closed and opened again."""
    room = limit - len(f"{FENCE}\n\n{FENCE}")
    parts = []
    inside = False  # a code block, where the rest begins
    while text:
        part = split(text, room)[0]
        goes_on = inside ^ (part.count(FENCE) % 2 == 1)
        if goes_on and not inside and (block := part.rfind(FENCE)) > room // 3:
            part, goes_on = part[:block], False
        text = text[len(part) :]
        shown = part.strip("\n")
        if inside:  # what is left of the block may be its end alone
            shown = shown.removeprefix(FENCE).strip("\n") if shown.startswith(FENCE) else f"{FENCE}\n{shown}"
        if shown:
            parts.append(f"{shown}\n{FENCE}" if goes_on else shown)
        inside = goes_on
    return parts
