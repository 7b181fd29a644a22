"""Read the settings from a mapping: the process environment over a `.env` file. Nothing else reads them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from dotenv import dotenv_values

from core.errors import SettingsError
from core.models import ProcessingMode
from core.values import (
    MASK,
    archive_url,
    broker_url,
    count,
    database_url,
    http_url,
    port,
    seconds,
    seconds_or_none,
    targets,
    webhook_url,
    without_password,
)

HEYGEN_URL: Final = "https://api.heygen.com"
DEMO_KEY: Final = "demo"
DEMO_FALLBACK_AFTER_S: Final = 45.0

PROFILES: Final[Mapping[str, ProcessingMode]] = {
    "development": ProcessingMode.POLLING,
    "staging": ProcessingMode.HYBRID,
    "production": ProcessingMode.WEBHOOK,
}

LANGUAGES: Final = ["es", "en"]

NEEDS_URL: Final = "webhook_base_url requerido para modo webhook"

_ACCOUNT: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
DEFAULT_ACCOUNT: Final = "default"  # what people write for the account without a name

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """Hold what is set for one named HeyGen account; secrets stay out of the repr."""

    name: str
    api_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    max_concurrent: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Hold every setting, checked; secrets stay out of the repr."""

    api_key: str | None = field(default=None, repr=False)
    api_base_url: str = HEYGEN_URL
    processing_mode: ProcessingMode = ProcessingMode.POLLING
    webhook_base_url: str | None = None
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    app_env: str = "development"
    database_url: str = field(default="sqlite:///data/reels.db", repr=False)
    data_folder: Path = Path("data")
    archive_url: str | None = None
    aws_endpoint_url: str | None = None
    aws_region: str | None = None
    aws_access_key_id: str | None = field(default=None, repr=False)
    aws_secret_access_key: str | None = field(default=None, repr=False)
    aws_session_token: str | None = field(default=None, repr=False)
    celery_broker_url: str | None = field(default=None, repr=False)
    max_concurrent: int = 10
    accounts: tuple[AccountSettings, ...] = ()
    deadline_s: float = 172_800.0
    fallback_after_s: float | None = None
    poll_interval_s: float | None = None
    price_per_s: float = 0.0667
    notify_urls: tuple[str, ...] = field(default=(), repr=False)
    notify_language: str = "es"
    port: int = 8501
    pages_open_to_everybody: bool = False
    pages_alone: bool = False
    drain_s: float = 0.0

    @property
    def demo(self) -> bool:
        """Tell whether there is no key, so that the bundled fake HeyGen is used."""
        return self.api_key is None and not self.accounts

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Build the settings from `environ` (default: the process environment over `.env`).

        Raises SettingsError, one line that names the variable, the value and what is allowed.
        """
        env = _Environ(environment() if environ is None else environ)
        key = env.key("HEYGEN_API_KEY")
        named = account_names(env.listed("HEYGEN_ACCOUNTS"))
        keyed = bool(key or named)
        app_env = env.choice("APP_ENV", PROFILES, "development")
        profile = PROFILES[app_env] if keyed else ProcessingMode.HYBRID
        mode = ProcessingMode(env.choice("HEYGEN_PROCESSING_MODE", [m.value for m in ProcessingMode], profile))
        url = env.parsed("HEYGEN_WEBHOOK_BASE_URL", webhook_url)
        if keyed and mode is ProcessingMode.WEBHOOK and url is None:
            raise SettingsError("HEYGEN_WEBHOOK_BASE_URL: " + NEEDS_URL)
        fallback = env.parsed("HEYGEN_FALLBACK_AFTER_S", seconds)
        made = cls(
            api_key=key,
            api_base_url=env.parsed("HEYGEN_API_BASE_URL", http_url) or HEYGEN_URL,
            processing_mode=mode,
            webhook_base_url=url,
            webhook_secrets=env.listed("HEYGEN_WEBHOOK_SECRET"),
            app_env=app_env,
            database_url=env.parsed("DATABASE_URL", database_url) or "sqlite:///data/reels.db",
            data_folder=Path(env.text("DATA_FOLDER") or "data"),
            archive_url=env.parsed("ARCHIVE_URL", archive_url),
            aws_endpoint_url=env.parsed("AWS_ENDPOINT_URL", http_url),
            aws_region=env.text("AWS_REGION"),
            aws_access_key_id=env.text("AWS_ACCESS_KEY_ID"),
            aws_secret_access_key=env.text("AWS_SECRET_ACCESS_KEY"),
            aws_session_token=env.text("AWS_SESSION_TOKEN"),
            celery_broker_url=env.secret("CELERY_BROKER_URL", broker_url),
            max_concurrent=env.parsed("HEYGEN_MAX_CONCURRENT", count) or 10,
            deadline_s=env.parsed("HEYGEN_DEADLINE_S", seconds) or 172_800.0,
            fallback_after_s=fallback if keyed else fallback or DEMO_FALLBACK_AFTER_S,
            poll_interval_s=env.parsed("HEYGEN_POLL_INTERVAL_S", seconds),
            price_per_s=env.parsed("HEYGEN_PRICE_PER_S", seconds) or 0.0667,
            notify_urls=targets(env.text("NOTIFY_URLS") or ""),
            notify_language=env.choice("NOTIFY_LANGUAGE", LANGUAGES, "es"),
            port=env.parsed("PORT", port) or 8501,
            pages_open_to_everybody=env.choice("PAGES_OPEN_TO", ["known", "everybody"], "known") == "everybody",
            pages_alone=env.choice("PAGES_ALONE", ["no", "yes"], "no") == "yes",
            drain_s=env.parsed("DRAIN_S", seconds_or_none) or 0.0,
        )
        made = replace(made, accounts=tuple(_account(env, name, made.max_concurrent) for name in named))
        _check_apart(made)
        return made


def environment(dotenv: Path = Path(".env")) -> dict[str, str]:
    """Return the `.env` file's values with the process environment laid over them."""
    stored = {key: value for key, value in dotenv_values(dotenv).items() if value is not None}
    return stored | dict(os.environ)


def account_names(listed: tuple[str, ...]) -> tuple[str, ...]:
    """Check the names of accounts; raises SettingsError."""
    for name in listed:
        if not _ACCOUNT.fullmatch(name) or name == DEFAULT_ACCOUNT:
            allowed = "names of up to 32 lower-case letters, digits and '-', separated by commas; 'default' is taken"
            raise _wrong("HEYGEN_ACCOUNTS", name, allowed)
        if listed.count(name) > 1:
            raise _wrong("HEYGEN_ACCOUNTS", name, "each name once")
    return listed


def of_account(name: str, account: str) -> str:
    """Return how a setting is called for one account; the account without a name has the plain one."""
    return f"{name}_{account.upper().replace('-', '_')}" if account else name


def _account(env: _Environ, name: str, most: int) -> AccountSettings:
    key = env.key(of_account("HEYGEN_API_KEY", name))
    if key is None:
        raise SettingsError(
            "{setting} is not set: HEYGEN_ACCOUNTS names the account {account}, and each needs its own key.",
            setting=of_account("HEYGEN_API_KEY", name),
            account=name,
        )
    return AccountSettings(
        name=name,
        api_key=key,
        webhook_secrets=env.listed(of_account("HEYGEN_WEBHOOK_SECRET", name)),
        max_concurrent=env.parsed(of_account("HEYGEN_MAX_CONCURRENT", name), count) or most,
    )


def _check_apart(made: Settings) -> None:
    """Raise SettingsError where two accounts could not be told apart; no key and no secret is shown."""
    key, secrets, accounts = made.api_key, made.webhook_secrets, made.accounts
    if secrets and accounts and key is None:
        raise SettingsError(
            "HEYGEN_WEBHOOK_SECRET belongs to the account of HEYGEN_API_KEY, which is not set: "
            "call it {setting}, or set the key.",
            setting=of_account("HEYGEN_WEBHOOK_SECRET", accounts[0].name),
        )
    keys = [("HEYGEN_API_KEY", key)] if key else []
    keys += [(of_account("HEYGEN_API_KEY", each.name), each.api_key) for each in accounts]
    signed = [("HEYGEN_WEBHOOK_SECRET", secret) for secret in secrets] if accounts else []
    signed += [(of_account("HEYGEN_WEBHOOK_SECRET", a.name), secret) for a in accounts for secret in a.webhook_secrets]
    for named in (keys, signed):
        seen: dict[str, str] = {}
        for setting, value in named:
            if value in seen and seen[value] != setting:
                raise SettingsError(
                    "{first} and {second} hold the same value: each account has its own.",
                    first=seen[value],
                    second=setting,
                )
            seen[value] = setting


class Origin(StrEnum):
    """Say where the value of a setting comes from."""

    ENVIRONMENT = "environment"
    FILE = "file"
    DEFAULT = "default"


def origin(name: str, dotenv: Path = Path(".env")) -> Origin:
    """Return where a setting's value comes from; an empty one counts as none, and in the environment hides the file."""
    if name in os.environ:
        return Origin.ENVIRONMENT if os.environ[name].strip() else Origin.DEFAULT
    return Origin.FILE if (dotenv_values(dotenv).get(name) or "").strip() else Origin.DEFAULT


def names() -> list[str]:
    """Return the names of all settings."""
    asked = _Asked()
    Settings.from_env(asked)
    return list(asked.names)


class _Asked(Mapping[str, str]):
    """Be an environment without anything in it, and remember what is asked for."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def __getitem__(self, name: str) -> str:
        self.names[name] = None
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class _Environ:
    """Read single variables; an empty value counts as none."""

    values: Mapping[str, str]

    def text(self, name: str) -> str | None:
        return self.values.get(name, "").strip() or None

    def listed(self, name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.values.get(name, "").split(",") if part.strip())

    def key(self, name: str) -> str | None:
        """Read a key; one that no header could carry is refused, and not shown."""
        value = self.text(name)
        if value and not (value.isascii() and value.isprintable()):
            raise _wrong(name, MASK, "printable ASCII characters")
        return value

    def choice(self, name: str, allowed: Mapping[str, object] | list[str], default: str) -> str:
        value = self.text(name) or default
        if value not in allowed:
            raise _wrong(name, value, ", ".join(allowed))
        return value

    def parsed(self, name: str, parse: Callable[[str], T]) -> T | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return parse(value)
        except SettingsError:  # it shows no value, since that may hold a secret
            raise
        except ValueError as error:
            raise _wrong(name, value, str(error)) from None

    def secret(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Read a value that may hold a password: one that is wrong is not shown."""
        value = self.text(name)
        try:
            return None if value is None else parse(value)
        except ValueError as error:
            raise _wrong(name, "***", str(error)) from None


def _wrong(name: str, value: str, allowed: str) -> SettingsError:
    return SettingsError(
        "{name}={value!r} cannot be used; allowed: {allowed}.",
        name=name,
        value=without_password(value),
        allowed=allowed,
    )
