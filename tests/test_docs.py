"""The docs against the program: what they name exists, and what exists is named."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from bot import __main__ as command_line
from bot.bank.bank import Bank
from bot.bank.schema import Topic
from bot.settings import Settings
from tests.conftest import ROOT, World

DOCS = [
    ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/your-data.md", "docs/writing-questions.md")
]
WRITING = ROOT / "docs" / "writing-questions.md"
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_a_setting_stands_in_the_readme_and_in_the_example(name: str) -> None:
    row = next((line for line in README.splitlines() if line.startswith(f"| `{name.upper()}` |")), None)

    assert row is not None
    assert str(Settings.model_fields[name].description) in row
    assert re.search(rf"^#?{name.upper()}=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_no_setting_stands_in_the_docs_that_the_program_does_not_read() -> None:
    known = {name.upper() for name in Settings.model_fields}

    assert set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)) == known
    assert set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)) == known


def test_every_command_of_the_command_line_stands_in_the_readme_and_no_other() -> None:
    parser = command_line._parser()
    known = {name for action in parser._actions if isinstance(action.choices, dict) for name in action.choices}

    assert set(re.findall(r"^\| `python -m bot ([a-z-]+)", README, re.MULTILINE)) == known


async def test_every_slash_command_stands_in_the_readme_and_no_other(world: World) -> None:
    known = {command.qualified_name for command in world.app.client.tree.walk_commands() if not getattr(command, "commands", None)}

    assert known == {"interview easy", "interview medium", "interview hard", "interview any", "stats", "topics", "history", "help"} | {
        *(f"daily {name}" for name in ("schedule", "edit", "list", "remove", "pause", "resume", "now", "preview", "queue", "roles")),
        "settings me",
        "privacy",
        "mydata export",
        "mydata delete",
    }
    for name in known:
        assert f"`/{name}`" in README or f"`{name.split()[-1]}`" in README
    assert set(re.findall(r"`/([a-z]+)", README)) == {name.split()[0] for name in known}


def test_the_example_of_how_to_write_a_question_is_the_one_in_the_bank(bank: Bank) -> None:
    question = bank.named("which-version-can-go-back-live").model_dump(mode="json")
    rubric = {point["point"]: point for point in question["rubric"]}
    head, hints, point, heard, topic = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", WRITING.read_text(), re.DOTALL))

    assert {key: question[key] for key in head} == head
    assert question["hints"] == hints["hints"]
    assert [{key: rubric[each["point"]][key] for key in each} for each in point] == point
    assert set(heard["heard"]) <= set(rubric[point[0]["point"]]["heard"])
    with pytest.raises(ValidationError) as lacking:
        Topic.model_validate(topic)
    assert {error["type"] for error in lacking.value.errors()} == {"missing", "too_short"}  # the rest of its question is not written out there


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text()
    linked = {target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target}
    named = set(re.findall(r"`((?:bot|tests|docs|migrations|questions)/[^`\s…<]*)`", text))

    missing = {target for target in linked if not (page.parent / target).exists()} | {name for name in named if not (ROOT / name).exists()}

    assert not missing


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"\bmake ([a-z]+)(?= *[`#]| *$)", page.read_text(), re.MULTILINE)) <= targets


def test_the_invitation_asks_for_the_permissions_that_the_readme_names() -> None:
    import discord

    names = ("view_channel", "send_messages", "send_messages_in_threads", "create_public_threads", "read_message_history")
    wanted = discord.Permissions(**dict.fromkeys(names, True))

    assert f"permissions={wanted.value}\n" in README
