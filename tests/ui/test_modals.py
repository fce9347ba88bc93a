"""What a person typed and chose in a form, as Discord sends it."""

from typing import Any

import pytest

from bot.ui.modals import Fields, parse

# Component types (Discord, "Component Reference")
SELECT, TEXT_INPUT, TEXT_DISPLAY, LABEL, RADIO_GROUP, CHECKBOX_GROUP = 3, 4, 10, 18, 21, 22


def form(*fields: dict[str, Any]) -> dict[str, Any]:
    """A submitted form of labelled fields."""
    return {"custom_id": "answer:17", "components": [{"type": LABEL, "id": number, "component": field} for number, field in enumerate(fields, 1)]}


def typed(name: str, value: str | None) -> dict[str, Any]:
    return {"type": TEXT_INPUT, "id": 9, "custom_id": name, "value": value}


@pytest.mark.parametrize("text", ["a queue", "", "  blanks stay \n", "two\n\nparagraphs", "😀 `**<@1>", "\u202e\x07"])
def test_what_was_typed_comes_as_it_is(text: str) -> None:
    assert parse(form(typed("answer", text))) == Fields({"answer": text}, {})


def test_a_field_left_empty_is_an_empty_text() -> None:
    assert parse(form(typed("answer", None))).texts == {"answer": ""}
    assert parse(form({"type": TEXT_INPUT, "custom_id": "answer"})).texts == {"answer": ""}


def test_boxes_that_were_ticked_come_in_order() -> None:
    fields = parse(form({"type": CHECKBOX_GROUP, "custom_id": "points", "values": ["0", "3"]}))

    assert fields.choices == {"points": ("0", "3")}


@pytest.mark.parametrize("values", [[], None])
def test_no_box_ticked_is_no_choice(values: list[str] | None) -> None:
    fields = parse(form({"type": CHECKBOX_GROUP, "custom_id": "points", "values": values}))

    assert fields.choices == {"points": ()}
    assert fields.choice("points") is None


def test_one_of_several_comes_by_its_value() -> None:
    fields = parse(form(typed("answer", "a"), {"type": RADIO_GROUP, "custom_id": "sureness", "value": "high"}))

    assert fields.choice("sureness") == "high"
    assert fields.texts == {"answer": "a"}


@pytest.mark.parametrize("field", [{"value": None}, {}])
def test_an_optional_choice_that_was_not_made_is_none(field: dict[str, Any]) -> None:
    fields = parse(form({"type": RADIO_GROUP, "custom_id": "sureness", **field}))

    assert fields.choice("sureness") is None
    assert fields.choices == {"sureness": ()}


def test_a_menu_gives_its_first_choice() -> None:
    assert parse(form({"type": SELECT, "custom_id": "which", "values": ["b", "a"]})).choice("which") == "b"


def test_a_choice_that_the_form_did_not_have_is_none() -> None:
    assert parse(form(typed("answer", "a"))).choice("sureness") is None


@pytest.mark.parametrize("data", [{}, {"components": []}, {"components": [{"type": TEXT_DISPLAY, "content": "read this"}, {"type": LABEL}]}])
def test_a_form_without_fields_has_neither_texts_nor_choices(data: dict[str, Any]) -> None:
    assert parse(data) == Fields({}, {})


def test_a_text_between_the_fields_is_passed_over() -> None:
    data = form(typed("answer", "a"))
    data["components"].insert(0, {"type": TEXT_DISPLAY, "id": 7, "content": "read this"})

    assert parse(data).texts == {"answer": "a"}


def test_all_that_was_typed_can_be_given_back() -> None:
    assert parse(form(typed("answer", "a queue\n"), typed("note", "  "), typed("more", "a replica"))).typed() == "a queue\n\n\na replica"


def test_nothing_typed_gives_nothing_back() -> None:
    assert parse(form(typed("answer", " \n"))).typed() is None
    assert parse(form({"type": RADIO_GROUP, "custom_id": "sureness", "value": "high"})).typed() is None
