"""Modals without a memory: the custom_id says what a modal is for, and one registry hands what was typed to the room that asked.

discord.py's own `Modal.on_submit` dies with the process, and with one custom_id for two people gives one of them the other's text.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.ui.replies import Interaction

LABEL = 18  # component type of the frame round each field (Discord, "Component Reference")
TEXT_INPUT = 4


@dataclass(frozen=True, slots=True)
class Fields:
    """What a submitted modal holds, by the custom_id of each field."""

    texts: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]  # checkboxes, radio buttons and selects; empty when nothing was chosen

    def choice(self, name: str) -> str | None:
        """The one chosen value, None when nothing was chosen."""
        return next(iter(self.choices.get(name, ())), None)

    def typed(self) -> str | None:
        """Everything that was typed, to give it back when it could not be kept."""
        return "\n\n".join(text for text in self.texts.values() if text.strip()) or None


ModalHandler = Callable[[Interaction, Fields, int], Awaitable[None]]
"""Gets the interaction, what was typed, and the number in the custom_id (`answer:17` gives 17)."""


def parse(data: Mapping[str, Any]) -> Fields:
    """Read the components of a submitted modal, as they came over the gateway."""
    texts: dict[str, str] = {}
    choices: dict[str, tuple[str, ...]] = {}
    for row in data.get("components", ()):
        field = row.get("component") if row.get("type") == LABEL else None
        if field is None:
            continue
        if field["type"] == TEXT_INPUT:
            texts[field["custom_id"]] = field.get("value") or ""
        else:
            values = field["values"] if "values" in field else [field.get("value")]
            choices[field["custom_id"]] = tuple(value for value in values or () if value is not None)
    return Fields(texts, choices)
