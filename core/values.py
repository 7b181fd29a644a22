"""Read the value of one setting: a function a kind, each raising ValueError with what is allowed."""

from __future__ import annotations

import math
import re
from typing import Final
from urllib.parse import urlsplit

from core.errors import SettingsError

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# Apprise's own way to part addresses (URL_DETECTION_RE): a comma belongs to an address unless another one follows.
_TARGET: Final = re.compile(r"([a-z0-9]+?://.*?)(?=$|[\s,;]{1,32}[a-z0-9]{1,32}?://)", re.IGNORECASE)
_BETWEEN: Final = " \t\r\n,;"
_BUCKET: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w!.*'()-]*[\w!*'()-])*/?", re.ASCII)

MASK: Final = "***"
_IN_ADDRESS: Final = re.compile(r"(\w://[^\s/:@?#]*):\S*@")
_IN_QUERY: Final = re.compile(r"([?&](?:ssl)?password=)[^\s&#]*", re.IGNORECASE)


def seconds(value: str) -> float:
    """Parse a finite, positive number of seconds."""
    allowed = "a finite number greater than 0"
    try:
        number = float(value)
    except ValueError:
        raise ValueError(allowed) from None
    if not math.isfinite(number) or number <= 0:
        raise ValueError(allowed)
    return number


def seconds_or_none(value: str) -> float:
    """Parse a finite number of seconds, 0 among them."""
    try:
        return 0.0 if float(value) == 0 else seconds(value)
    except ValueError:
        raise ValueError("a finite number, 0 or greater") from None


def count(value: str) -> int:
    """Parse a whole number of at least 1."""
    if not value.isascii() or not value.isdigit() or not int(value[:9]) >= 1 or len(value) > 9:
        raise ValueError("a whole number from 1 to 999999999")
    return int(value)


def port(value: str) -> int:
    """Parse a TCP port."""
    if not value.isascii() or not value.isdigit() or len(value) > 5 or not 1 <= int(value) <= 65535:
        raise ValueError("a port from 1 to 65535")
    return int(value)


def http_url(value: str) -> str:
    """Check an http or https address with a host; a trailing slash is dropped."""
    parts = _split(value)
    if parts is None or parts[0] not in {"http", "https"}:
        raise ValueError("an address such as https://api.heygen.com")
    return value.rstrip("/")


def webhook_url(value: str) -> str:
    """Check a public https address, or http on loopback; a trailing slash is dropped."""
    parts = _split(value)
    if parts is None or (parts[0] != "https" and not (parts[0] == "http" and parts[1] in LOOPBACK)):
        raise ValueError("https://… (http:// only for localhost, 127.0.0.1 or [::1])")
    return value.rstrip("/")


def _split(value: str) -> tuple[str, str] | None:
    """Return scheme and host of an address without credentials, query or fragment; None for anything else."""
    if any(ord(char) <= 32 for char in value):
        return None
    try:
        parts = urlsplit(value)
        wellformed = parts.hostname and not (parts.username or parts.query or parts.fragment) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that cannot be
        return None
    return (parts.scheme, parts.hostname or "") if wellformed else None


def database_url(value: str) -> str:
    """Check the address of a store."""
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return value
    if value.startswith("postgresql://") and _is_postgresql(value):
        return value
    raise ValueError(
        "sqlite:///FILE (four slashes for an absolute path), postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
    )


def _is_postgresql(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return not any(ord(char) <= 32 for char in value) and parts.port != 0 and len(parts.path) > 1
    except ValueError:  # a port or an IPv6 address that cannot be
        return False


def without_password(text: str) -> str:
    """Return a text with the passwords of all addresses in it masked."""
    return _IN_QUERY.sub(rf"\1{MASK}", _IN_ADDRESS.sub(rf"\1:{MASK}@", text))


def broker_url(value: str) -> str:
    """Check the address of a broker."""
    allowed = "redis://HOST:PORT/N, rediss://… or amqp://…"
    try:
        parts = urlsplit(value)
        known = parts.scheme in {"redis", "rediss", "amqp", "amqps"} and parts.hostname and parts.port != 0
    except ValueError:
        raise ValueError(allowed) from None
    if not known or any(ord(char) <= 32 for char in value):
        raise ValueError(allowed)
    return value


def archive_url(value: str) -> str:
    """Check the address of a place for files; raises SettingsError without the value where it holds a secret."""
    if value.startswith("s3://") and "@" in value:
        raise SettingsError("ARCHIVE_URL holds no key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
    is_folder = (
        value.startswith("file:///") and len(value) > len("file:///") and not any(char in value for char in "?#")
    )
    if not is_folder and not _BUCKET.fullmatch(value):
        raise ValueError("file:///FOLDER, s3://BUCKET or s3://BUCKET/PREFIX")
    return value.rstrip("/")


def targets(value: str) -> tuple[str, ...]:
    """Part Apprise's addresses at commas, semicolons and white space; raises SettingsError that shows none of them."""
    found: list[str] = []
    for number, part in enumerate(_parts(value), start=1):
        if "://" not in part or any(ord(char) <= 32 for char in part):
            raise SettingsError(
                "NOTIFY_URLS: entry {number} is no address such as slack://…; a space inside one is written %20.",
                number=number,
            )
        found.append(part)
    return tuple(dict.fromkeys(found))


def _parts(value: str) -> list[str]:
    """Return the addresses, and what stands between them that is none."""
    whole = " ".join(value.split())
    parts = (part.strip(_BETWEEN) for part in _TARGET.split(whole))
    return [part for part in parts if part]
