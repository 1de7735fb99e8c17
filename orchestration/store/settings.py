"""Settings of the warehouse, from environment variables named `TWE_…`, and the day of today.

The only place that reads the environment. Today is used only to list the inbox and to say what is late; all else is
given its dates.
"""

import datetime as dt
import getpass
import os
import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ByteSize,
    ConfigDict,
    Field,
    PositiveInt,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from orchestration.store.errors import TweError
from orchestration.store.files import keep_private, shut_out_others
from orchestration.store.paths import DataFolder
from orchestration.store.wording import shown

Engine = Literal["duckdb", "spark"]
"""What works the figures out."""
MINIMUM_KEY_LENGTH = 16
"""Characters of a pseudonym key."""
MINIMUM_READ_MEMORY = 256 * 1024**2
READ_MEMORY, READ_SECONDS = 2 * 1024**3, 600
"""What the reading of one file may take; a delivery of a million rows needs half of it at most."""
MINIMUM_WAREHOUSE_MEMORY = 512 * 10**6
ZONE = "Europe/Brussels"
"""Where deliveries get their dates; a machine may keep another time."""


class SettingsError(TweError):
    """A setting is wrong or missing; the message is one line that says which and what to do."""


class Settings(BaseModel):
    """Every variable named `TWE_…`; see docs/settings.md. What is given goes before the environment, where an empty
    variable is none."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data: Path = Field(default=Path("data"), validate_default=True)
    inbox: Path | None = None
    questions: Path | None = None
    pseudonym_key: SecretStr | None = None
    pseudonym_key_new: SecretStr | None = None
    engine: Engine = "duckdb"
    automation: Literal["on", "off"] = "off"
    alert_webhook: SecretStr | None = None
    alert_mail: str | None = None
    alert_from: str | None = None
    alert_smtp: SecretStr = SecretStr("smtp://localhost:25")
    read_memory: ByteSize = ByteSize(READ_MEMORY)
    read_seconds: PositiveInt = READ_SECONDS
    warehouse_memory: ByteSize | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_environment(cls, given: Any) -> Any:
        # pydantic-settings does this too, and takes longer to import than all else that most commands need.
        environment = {name.upper(): value for name, value in os.environ.items() if value}
        found = {name: environment.get(f"TWE_{name}".upper()) for name in cls.model_fields}
        return {name: value for name, value in found.items() if value is not None} | given

    @field_validator("data", "inbox", "questions")
    @classmethod
    def _from_here(cls, path: Path | None) -> Path | None:
        # Now and for good: dbt runs in the data folder.
        return path and path.expanduser().resolve()

    @field_validator("pseudonym_key", "pseudonym_key_new")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < MINIMUM_KEY_LENGTH:
            raise ValueError(f"is shorter than {MINIMUM_KEY_LENGTH} characters; use a long random text")
        return key

    @field_validator("read_memory")
    @classmethod
    def _room_to_start(cls, size: ByteSize) -> ByteSize:
        if size < MINIMUM_READ_MEMORY:
            raise ValueError("is less than 256 MiB, in which no file can be read; write for instance 2 GiB")
        return size

    @field_validator("warehouse_memory")
    @classmethod
    def _room_to_build(cls, size: ByteSize | None) -> ByteSize | None:
        if size is not None and size < MINIMUM_WAREHOUSE_MEMORY:
            raise ValueError("is less than 512 MB, in which nothing can be built; write for instance 2 GB")
        return size

    @field_validator("alert_webhook")
    @classmethod
    def _is_web_address(cls, address: SecretStr | None) -> SecretStr | None:
        if address is not None and not _is_url(address.get_secret_value(), "http", "https"):
            raise ValueError("is no web address; write https://host/path")
        return address

    @field_validator("alert_smtp")
    @classmethod
    def _is_mail_server(cls, address: SecretStr) -> SecretStr:
        if not _is_url(address.get_secret_value(), "smtp", "smtps"):
            raise ValueError("is no mail server; write smtp://host:25 or smtps://name:password@host:465")
        return address

    @field_validator("alert_mail", "alert_from")
    @classmethod
    def _are_mail_addresses(cls, text: str | None) -> str | None:
        if text is not None and not all(_is_mail_address(one) for one in text.split(",")):
            raise ValueError("holds something else than mail addresses with a comma between them")
        return text

    @property
    def alert_recipients(self) -> list[str]:
        return [one.strip() for one in (self.alert_mail or "").split(",") if one.strip()]

    @property
    def alerts_are_on(self) -> bool:
        return bool(self.alert_webhook or self.alert_mail)

    @property
    def runs_by_itself(self) -> bool:
        """Whether sensors and schedules are on unless somebody switched them off on the page."""
        return self.automation == "on"

    @property
    def folder(self) -> DataFolder:
        return DataFolder(self.data)

    @property
    def inbox_folder(self) -> Path:
        return self.inbox or self.folder.inbox

    @property
    def questions_folder(self) -> Path | None:
        """Folder with questions beside those of the project, when there is one."""
        return self.questions.expanduser().resolve() if self.questions else None


def _is_url(text: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname)


def _is_mail_address(text: str) -> bool:
    return re.fullmatch(r"[^@\s,<>]+@[^@\s,<>]+", text.strip()) is not None


def today() -> dt.date:
    return dt.datetime.now(ZoneInfo(ZONE)).date()


def now() -> dt.datetime:
    """The moment in UTC, to the second, without its zone."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0, tzinfo=None)


def login_name() -> str:
    """The user who is logged in. Raises `SettingsError` where nobody has a name, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise SettingsError("this machine does not know who you are; say it with --by NAME") from None


def load_settings() -> Settings:
    """Reads the environment. Raises `SettingsError` that names the variable and the problem, never a secret."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "TWE_" + "_".join(str(part) for part in first["loc"]).upper()
        problem = first["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
        if first["type"].startswith("byte_size"):
            problem = "is no size; write for instance 2 GiB"
        raise SettingsError(f"{name} {problem}") from None


def environment_without_settings() -> dict[str, str]:
    """The environment for a process that needs none of them, and no secret."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TWE_")}


def ensure_inbox(settings: Settings) -> None:
    """Raises `SettingsError` when `TWE_INBOX` names no folder: a slip in it must not look like an empty inbox."""
    if settings.inbox is not None and not settings.inbox_folder.is_dir():
        raise SettingsError(f"TWE_INBOX names {settings.inbox_folder}, which is no folder; create it or name another")


def ensure_writable(data: DataFolder) -> None:
    """Raises `SettingsError` when nothing can be written in the data folder. Creates the folder, and keeps it and what
    this process writes from others on the machine."""
    bad = {sign for sign in str(data.root) if sign in "[]*?#\\" or not sign.isprintable()}
    if bad:  # Dagster finds its configuration by a pattern; DuckDB and dbt end the name of a database at a ? or #
        signs = " ".join(map(shown, sorted(bad)))
        raise SettingsError(f"TWE_DATA: {shown(str(data.root))} holds {signs}; choose a folder without it")
    try:
        keep_private()
        data.root.mkdir(parents=True, exist_ok=True)
        shut_out_others(data.root)
        probe = data.root / ".writable.tmp"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"TWE_DATA: nothing can be written in {data.root} ({error.strerror}); "
            "give the user that runs twe write access, or set TWE_DATA to another folder"
        ) from None
