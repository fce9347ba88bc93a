"""What can be configured, read once from the environment or `.env`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import Refused


class Settings(BaseSettings):
    """Names are those of the environment, in capitals. README has the same table."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", hide_input_in_errors=True, env_ignore_empty=True)

    discord_token: SecretStr | None = Field(None, description="The bot's token; without it only the preview runs")
    database_url: str = Field("sqlite+aiosqlite:///data/interviewer.db", description="Where answers and counts are kept")
    questions_dir: Path = Field(Path("questions"), description="The folder with the question bank")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least important lines that are logged")
    log_format: Literal["text", "json"] = Field("text", description="Lines for people, or JSON for a log collector")
    command_guild_id: int | None = Field(None, gt=0, description="Sync commands to this one server, while developing")

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("log_format", mode="before")
    @classmethod
    def _any_case_format(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


def read() -> Settings:
    """The settings in force. Refused: one line that names each wrong one, without its value, which may be a secret."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}" for problem in error.errors(include_input=False)]
        raise Refused(f"Wrong setting: {'; '.join(wrong)}. See the settings table in README.md.") from None
    except UnicodeDecodeError:
        raise Refused("The file .env is not UTF-8 text. Save it as UTF-8, or set the variables in the environment.") from None
