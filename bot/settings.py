"""What can be configured, read once from the environment or `.env`."""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import Refused

LARGEST_ID = 2**63 - 1  # of anything on Discord
_TOKEN = re.compile(r"[!-~]+")  # visible ASCII; with anything else the request to Discord could not even be made


class Settings(BaseSettings):
    """Names are those of the environment, in capitals. README has the same table."""

    # "utf-8-sig": Windows editors begin a file with a byte order mark, which would become part of the first name.
    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8-sig", extra="ignore", hide_input_in_errors=True)

    discord_token: SecretStr | None = Field(None, description="The bot's token; without it only the preview runs")
    database_url: str = Field("sqlite+aiosqlite:///data/interviewer.db", description="Where answers and counts are kept")
    questions_dir: Path = Field(Path("questions"), description="The folder with the question bank")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least important lines that are logged")
    log_format: Literal["text", "json"] = Field("text", description="Lines for people, or JSON for a log collector")
    backup_dir: Path | None = Field(None, description="The folder for daily copies of the database; without it none are made")
    backup_keep: int = Field(7, ge=1, description="How many daily copies stay")
    command_guild_id: int | None = Field(None, gt=0, le=LARGEST_ID, description="Sync commands to this one server, while developing")

    @field_validator("*", mode="before")
    @classmethod
    def _tidy(cls, value: object, info: ValidationInfo) -> object:
        """Blank means not set: `DISCORD_TOKEN= python -m bot` is the preview, whatever `.env` says. Levels and formats may be in any case."""
        if not isinstance(value, str) or info.field_name is None:
            return value
        value = value.strip()
        if not value:
            return cls.model_fields[info.field_name].default
        match info.field_name:
            case "log_level":
                return value.upper()
            case "log_format":
                return value.lower()
        return value

    @field_validator("discord_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not _TOKEN.fullmatch(token.get_secret_value()):
            raise PydanticCustomError("token", "There is a space or a letter in it that no token has; copy it again from the Developer Portal")
        return token


def read() -> Settings:
    """The settings in force. Refused: one line that names each wrong one, without its value, which may be a secret."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}" for problem in error.errors(include_input=False)]
        raise Refused(f"Wrong setting: {'; '.join(wrong)}. See the settings table in README.md.") from None
    except UnicodeDecodeError:
        raise Refused("The file .env is not UTF-8 text. Save it as UTF-8, or set the variables in the environment.") from None
    except OSError as error:
        raise Refused(f"The file .env cannot be read: {error.strerror}. Mend that, or set the variables in the environment.") from None
