"""What can be configured, from where, and what a wrong value is answered with."""

from pathlib import Path

import pytest

from bot import settings
from bot.errors import Refused
from bot.settings import Settings

SECRET = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"  # noqa: S105 - of nobody


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty environment and a folder without `.env`; returns where one would be."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".env"


def test_nothing_needs_to_be_set() -> None:
    read = settings.read()

    assert read.discord_token is None
    assert read.database_url == "sqlite+aiosqlite:///data/interviewer.db"
    assert (read.questions_dir, read.log_level, read.log_format, read.command_guild_id) == (Path("questions"), "INFO", "text", None)


def test_a_file_sets_what_the_environment_does_not(nothing_is_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_is_set.write_text(f"# of the bot\nexport DISCORD_TOKEN='{SECRET}'\nLOG_LEVEL=error\nQUESTIONS_DIR=from/file\nOTHER_PROGRAM=1\n")
    monkeypatch.setenv("QUESTIONS_DIR", "from/environment")
    monkeypatch.setenv("log_format", "JSON")

    read = settings.read()

    assert read.discord_token is not None
    assert read.discord_token.get_secret_value() == SECRET
    assert (read.questions_dir, read.log_level, read.log_format) == (Path("from/environment"), "ERROR", "json")


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_blank_means_not_set_whatever_the_file_says(nothing_is_set: Path, monkeypatch: pytest.MonkeyPatch, name: str, blank: str) -> None:
    nothing_is_set.write_text(f"{name.upper()}=7\n")
    monkeypatch.setenv(name.upper(), blank)

    assert getattr(settings.read(), name) == Settings.model_fields[name].default


def test_space_round_a_value_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", f" {SECRET}\n")
    monkeypatch.setenv("COMMAND_GUILD_ID", " 81384788765712384 ")

    read = settings.read()

    assert read.discord_token is not None
    assert read.discord_token.get_secret_value() == SECRET
    assert read.command_guild_id == 81384788765712384


def test_a_file_of_a_windows_editor_is_read_from_its_first_line_on(nothing_is_set: Path) -> None:
    nothing_is_set.write_bytes(b"\xef\xbb\xbfDISCORD_TOKEN=abc\r\nLOG_LEVEL=DEBUG\r\n")

    read = settings.read()

    assert read.discord_token is not None
    assert read.discord_token.get_secret_value() == "abc"
    assert read.log_level == "DEBUG"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LOG_LEVEL", "loud", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("LOG_LEVEL", "10", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("LOG_FORMAT", "xml", "'text' or 'json'"),
        ("COMMAND_GUILD_ID", "my server", "a valid integer"),
        ("COMMAND_GUILD_ID", "-3", "greater than 0"),
        ("COMMAND_GUILD_ID", "9" * 30, "less than or equal to 9223372036854775807"),
        ("DISCORD_TOKEN", f"Bot {SECRET}", "copy it again"),
        ("DISCORD_TOKEN", f"{SECRET[:30]}\n{SECRET[30:]}", "copy it again"),
        ("DISCORD_TOKEN", f"{SECRET}\u2026", "copy it again"),
    ],
)
def test_a_wrong_value_is_named_in_one_line_without_the_token(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", SECRET)
    monkeypatch.setenv(name, value)

    with pytest.raises(Refused) as refused:
        settings.read()

    assert refused.value.text.startswith(f"Wrong setting: {name}: ")
    assert says in refused.value.text
    assert "\n" not in refused.value.text
    assert SECRET[:30] not in refused.value.text


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    monkeypatch.setenv("LOG_FORMAT", "xml")

    with pytest.raises(Refused, match=r"^Wrong setting: LOG_LEVEL: .*; LOG_FORMAT: .*\. See the settings table in README\.md\.$"):
        settings.read()


def test_a_file_that_is_not_utf8_is_named(nothing_is_set: Path) -> None:
    nothing_is_set.write_text("DISCORD_TOKEN=abc\n", encoding="utf-16")

    with pytest.raises(Refused, match=r"^The file \.env is not UTF-8 text"):
        settings.read()


def test_a_file_that_may_not_be_read_is_named(nothing_is_set: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_is_set.write_text("DISCORD_TOKEN=abc\n")
    monkeypatch.setattr("dotenv.main.open", _denied, raising=False)  # taking the permission away stops everybody but root

    with pytest.raises(Refused, match=r"^The file \.env cannot be read: Permission denied"):
        settings.read()


def _denied(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")
