"""Check the fields of a JSON body one by one, naming the parameter at fault as HeyGen does."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from math import isfinite
from urllib.parse import urlsplit

from fake_heygen.errors import invalid

LONGEST_URL = 2048


class Fields:
    """Read fields of one JSON object; null counts as not given."""

    def __init__(self, body: Mapping[str, object], prefix: str = "") -> None:
        self._body = body
        self._prefix = prefix
        self._asked: set[str] = set()
        self._nested: list[Fields] = []

    def name(self, key: str) -> str:
        """Return how the answer names a field."""
        return self._prefix + key

    def refuse_unknown(self) -> None:
        """Refuse fields that nobody has asked for, nested ones too."""
        if unknown := [key for key in self._body if key not in self._asked]:
            raise invalid(self.name(unknown[0]), f"unknown field {self.name(unknown[0])} (strict)")
        for fields in self._nested:
            fields.refuse_unknown()

    def given(self, key: str) -> bool:
        """Say whether a field is there and not null."""
        return self._get(key) is not None

    def anything(self, key: str) -> object:
        """Read a field of any type, None when it is not there."""
        return self._get(key)

    def text(self, key: str, *, longest: int | None = None) -> str | None:
        """Read a string."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise invalid(self.name(key), f"{self.name(key)} must be a string")
        if longest is not None and len(value) > longest:
            raise invalid(self.name(key), f"{self.name(key)} must have at most {longest} characters")
        return value

    def required(self, key: str) -> str:
        """Read a string that must be there and not empty."""
        value = self.text(key)
        if not value:
            raise invalid(self.name(key), f"{self.name(key)} is required")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str | None:
        """Read one of the allowed words."""
        value = self.text(key)
        if value is None:
            return default
        if value not in allowed:
            raise invalid(self.name(key), f"{self.name(key)} must be one of: {', '.join(allowed)}")
        return value

    def number(self, key: str, low: float, high: float, default: float) -> float:
        """Read a number within bounds."""
        value = self._get(key)
        if value is None:
            return default
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if not numeric or not isfinite(value) or not low <= value <= high:  # type: ignore[operator,arg-type]  # numeric was asked first
            raise invalid(self.name(key), f"{self.name(key)} must be a number from {low:g} to {high:g}")
        return float(value)  # type: ignore[arg-type]  # it is a number: see above

    def nested(self, key: str) -> Fields | None:
        """Read an object."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise invalid(self.name(key), f"{self.name(key)} must be an object")
        self._nested.append(Fields(value, f"{self.name(key)}."))
        return self._nested[-1]

    def rows(self, key: str) -> list[dict[str, object]]:
        """Read a list of objects."""
        value = self._get(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise invalid(self.name(key), f"{self.name(key)} must be a list of objects")
        return value

    def url(self, key: str, *, web_only: bool = False) -> str | None:
        """Read an https address; http is for loopback, or for any host with `web_only`."""
        value = self.text(key, longest=LONGEST_URL)
        if value is None:
            return None
        if not (_is_web(value) if web_only else is_receiver_url(value)):
            raise invalid(self.name(key), f"{self.name(key)} must be an https URL (http for loopback only)")
        return value

    def _get(self, key: str) -> object:
        self._asked.add(key)
        return self._body.get(key)


def is_receiver_url(url: str) -> bool:
    """Say whether deliveries may go there: https, or http on loopback."""
    if not _is_web(url):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """Say whether a host name or address means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _is_web(url: str) -> bool:
    if any(character.isspace() or ord(character) < 33 for character in url):
        return False
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port_fits
