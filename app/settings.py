"""Settings, from the environment only, prefix ``PARLEY_``; a wrong one is refused in one clear line."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class WrongSetting(ValueError):
    """A setting that cannot be used; the message names it and says what would be right."""


class Settings(BaseSettings):
    """Every setting of Parley. Names in the environment are these in capitals after ``PARLEY_``."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", extra="ignore")

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///parley.db"),
        description="The database: sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/NAME.",
    )
    public_url: str = Field(
        default="",
        description="The address at which readers reach the site, for permalinks in exports; "
        "empty: that of the request.",
    )
    allowed_hosts: str = Field(
        default="",
        description="Host names that may be asked for, separated by commas; empty: that of "
        "PARLEY_PUBLIC_URL, or any.",
    )
    max_body_size: Annotated[int, Field(ge=1024)] = Field(
        default=1_048_576, description="The greatest request body, in bytes."
    )
    crosswalk: Path | None = Field(
        default=None,
        description="A TOML file with codes of other data sets for issues, actors and kinds, which the time "
        "line's files then have as columns; empty: none.",
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        scheme = value.get_secret_value().partition("://")[0]
        if scheme not in {"sqlite", "postgresql", "postgresql+psycopg"}:
            raise ValueError("write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return value

    @field_validator("public_url")
    @classmethod
    def _whole_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("write an address such as https://parley.example")
        return value.rstrip("/")

    @field_validator("crosswalk", mode="before")
    @classmethod
    def _no_file(cls, value: object) -> object:
        return None if value == "" else value

    def hosts(self) -> list[str]:
        """The host names that may be asked for; none listed means any."""
        if self.allowed_hosts:
            return [host.strip() for host in self.allowed_hosts.split(",") if host.strip()]
        if self.public_url:
            return [urlsplit(self.public_url).hostname or ""]
        return []

    def database_file(self) -> Path | None:
        """The file of an SQLite database; None for a database in memory or on a server."""
        scheme, _, rest = self.database_url.get_secret_value().partition("://")
        path = rest.partition("?")[0][1:]
        return Path(path) if scheme == "sqlite" and path and path != ":memory:" else None


def read_settings() -> Settings:
    """The settings as the environment has them. Raises WrongSetting, which never repeats a value."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"PARLEY_{'_'.join(str(part) for part in fault['loc']).upper()}: {_words(fault['msg'])}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise WrongSetting("; ".join(lines)) from None


def _words(message: str) -> str:
    return message.removeprefix("Value error, ")
