"""Whatever people type is kept as it is, pings nobody, and stays inside its quote."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import simcord
from simcord.preview._markdown import markdown_tokens

from bot.storage.tables import answer_versions, question_reports
from tests.conftest import World, all_text, reply, texts

LONGEST = 4_000  # characters that Discord's form takes
QUOTE_MARK = ">>> "
LIVELY = {  # what a client makes of markdown, by the simulated client's names; it takes no notice of a backslash before `-#`
    *("mention", "command", "emoji", "timestamp", "code", "code_block", "heading"),
    *("spoiler_open", "bullet_list", "ordered_list", "strong_open", "em_open", "s_open", "u_open"),
}

HOSTILE = {
    "everyone": "@everyone @here and <@{bob}> <@!{bob}> <@&{role}> <#{channel}> are asked to look at this, all of them, at once.",
    "markdown": "# Big\n## Also\n**bold** *italic* __under__ ~~gone~~ ||hidden|| `code` and the answer goes on for some words.",
    "links": "[a queue](https://evil.example) [two\nlines](https://evil.example) <https://evil.example> are what I would put there.",
    "fences": "```py\nimport os\n```\nand ``` another that is never closed, with ```` four of them, and ~~~ those.",
    "quotes": "> quoted\n>>> quoted to the end\n> > twice\n>> odd\nand after that a line of my own about the replicas.",
    "lists": "- one\n- two\n  - three\n* four\nare the steps in which I would roll it out to everybody.",
    "numbers": "1. one\n2. two\n  10. ten\nare the steps, and 1.5 of them is what I would take first in production.",
    "angles": "<x:/**bold**||hidden||`code`> and <y:/```fence```> are no addresses, and the answer goes on from there.",
    "subtext": "-# small print\n-# and more of it\nbefore the sentence that says what I would do with the model.",
    "discord": "<t:0:R> <:smile:123456789012345678> <a:wave:123456789012345678> </interview any:123456789012345678> <id:home>",
    "blank lines": "first paragraph about the queue\n\n\n\n# second paragraph\n\n> third, after many lines, about the replicas",
    "backslashes": r"\*\*not bold\*\* \\*maybe\\* \` \> \[x\](https://evil.example) C:\new\table and a trailing one \\",
    "controls": "right\u202eto left\u202c zero\u200bwidth \u2066isolate\u2069 \ufeff bom \x07 bell \x1b[31m red, and a tab\tin between",
    "percent": "%s %d {0} {posting} {} $HOME ${jndi:ldap://evil} '; DROP TABLE attempts; -- and \" quotes ' of both kinds",
    "unicode": "e\u0301 ﷽ 𝕬𝖓𝖘𝖜𝖊𝖗 👩‍👩‍👧‍👦 🏳️‍🌈 Ω≈ç√ 田中さん עברית العربية ไทย and a lone surrogate's neighbour \ufffd",
}
LONG = {
    "emoji": "😀" * LONGEST,
    "families": "👩‍👩‍👧‍👦" * (LONGEST // 7),
    "stars": "*" * LONGEST,
    "backslashes": "\\" * LONGEST,
    "backticks": "`" * LONGEST,
    "brackets": "[](" * (LONGEST // 3),
    "one word": "a" * LONGEST,
    "blank lines": "x" + "\n" * (LONGEST - 2) + "x",
    "quotes": "> \n" * (LONGEST // 3),
    "links": "[a](https://e.example) " * (LONGEST // 23),
    "mentions": "@everyone " * (LONGEST // 10),
}


def with_ids(world: World, text: str) -> str:
    """Fill in the ids of real people and places."""
    names = {"{bob}": world.bob.id, "{role}": world.guild.default_role.id, "{channel}": world.channel.id}
    for name, number in names.items():
        text = text.replace(name, str(number))
    return text


def seen(world: World, text: str) -> Sequence[Mapping[str, Any]]:
    """What a client makes of a TextDisplay: its blocks and, in them, everything that is not plain text."""
    people = {str(world.bob.id): "bob"}
    context = {"users": people, "roles": {str(world.guild.id): "everyone"}, "channels": {str(world.channel.id): "interviews"}}
    return markdown_tokens(text, "text_display", context=context)


def flat(tokens: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """All tokens, with those inside others."""
    for token in tokens:
        yield token
        yield from flat(token.get("children", ()))


def shown_text(tokens: Sequence[Mapping[str, Any]]) -> str:
    """The letters that a client shows."""
    return "".join(token["content"] for token in flat(tokens) if token["type"] == "text")


def disguised_links(tokens: Sequence[Mapping[str, Any]]) -> list[str]:
    """The addresses that one would get to without having seen them."""
    return [token["href"] for token in flat(tokens) if token["type"] == "link_open" and token["href"] not in shown_text(tokens)]


def own_quote(debrief: simcord.ResponseMessage) -> str:
    """The TextDisplay in which a debrief quotes its author."""
    (quote,) = [text for text in texts(debrief) if text.startswith(QUOTE_MARK)]
    return quote


@pytest.mark.parametrize("name", HOSTILE)
async def test_an_answer_is_kept_byte_for_byte_and_stays_inside_its_quote(world: World, name: str) -> None:
    text = with_ids(world, HOSTILE[name])

    debrief = reply(await world.answer(await world.draw(), text))

    assert [row["text"].encode() for row in await world.rows(answer_versions)] == [text.encode()]
    blocks = seen(world, own_quote(debrief))
    assert [block["type"] for block in blocks] == ["blockquote"]
    assert [token for token in flat(blocks) if token["type"] in LIVELY] == []
    assert disguised_links(blocks) == []
    shown = shown_text(blocks)
    assert all(word in shown for word in text.split() if word.isalnum())


@pytest.mark.parametrize("name", LONG)
async def test_the_longest_answers_fit_and_come_whole_as_a_file(world: World, name: str) -> None:
    for difficulty in ("easy", "medium", "hard"):
        card = await world.draw(difficulty=difficulty)

        debrief = reply(await world.answer(card, LONG[name]))

        whole = [(file.filename, (await file.read()).decode()) for file in debrief.attachments]
        assert sum(map(len, texts(debrief))) <= 4_000
        assert whole == [("answer.txt", LONG[name])] or own_quote(debrief) == QUOTE_MARK + LONG[name]
        assert (await world.rows(answer_versions))[-1]["text"] == LONG[name]
        assert all(block["type"] == "blockquote" for block in seen(world, own_quote(debrief)))


async def test_at_least_the_first_thousand_characters_are_shown_however_they_must_be_escaped(world: World) -> None:
    for text in (LONG["stars"], LONG["backslashes"], LONG["emoji"], LONG["one word"]):
        debrief = reply(await world.answer(await world.draw(), text))

        shown = shown_text(seen(world, own_quote(debrief)))
        assert len(shown) > 1_000
        assert text.startswith(shown.removesuffix("…"))


async def test_a_sentence_quoted_beside_a_point_stays_in_its_line(world: World) -> None:
    card = await world.draw()
    question = next(q for topic in world.bank.topics for q in topic.questions if f"### {q.title}" in texts(card))
    heard = " ".join(question.rubric[0].heard)
    text = f"# **{heard} @everyone [x](https://evil.example) `code` ||spoiler||\n- and a list\n> and a quote"

    debrief = reply(await world.answer(card, text))

    (checklist,) = [part for part in texts(debrief) if f"**{question.rubric[0].point}**" in part]
    assert len(checklist.splitlines()) == len(question.rubric)
    blocks = seen(world, checklist)
    assert not {token["type"] for token in flat(blocks)} & (LIVELY - {"bullet_list", "strong_open"})
    assert disguised_links(blocks) == []


async def test_a_text_from_after_the_model_answer_stays_in_its_line(world: World) -> None:
    debrief = reply(await world.answer(await world.draw(), "I would put a queue in front of the model."))
    shown = await world.ada.click(debrief, label="Edit answer")
    await world.ada.click(debrief, label="Model answer")

    await world.ada.submit_modal(shown, {"answer": "# loud\n> @everyone **and** [x](https://evil.example)\n```fence"})

    (head,) = [part for part in texts(debrief) if "kept aside" in part]
    assert len(head.splitlines()) == 3
    blocks = seen(world, head)
    assert not {token["type"] for token in flat(blocks)} & (LIVELY - {"heading"})
    assert disguised_links(blocks) == []


async def test_the_form_opens_again_with_the_text_as_it_was_typed(world: World) -> None:
    card = await world.draw()
    text = with_ids(world, "\n".join(HOSTILE.values()))
    await world.answer(card, text)

    shown = await world.ada.click(card, label="Answer")

    assert shown.modal is not None
    assert shown.modal["components"][0]["component"]["value"] == text


async def test_a_report_is_kept_as_it_was_typed(world: World) -> None:
    debrief = reply(await world.answer(await world.draw(), "I would put a queue in front of the model."))
    text = "@everyone '; DROP TABLE question_reports; -- \u202e **wrong**"

    result = await world.ada.submit_modal(await world.ada.click(debrief, label="Report"), {"text": text})

    assert [row["text"] for row in await world.rows(question_reports)] == [text]
    assert "everyone" not in all_text(reply(result))
