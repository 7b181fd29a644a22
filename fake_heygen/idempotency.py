"""Idempotency keys: the first answer of a key is given again for a day, whatever the body says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fake_heygen.errors import invalid

KEPT_S = 86400.0
HEADER = "Idempotency-Key"


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedAnswer:
    """The first answer that a key was given, as JSON text."""

    key: str
    at: float
    status: int
    body: str

    def valid(self, now: float) -> bool:
        """Say whether the answer is still given again."""
        return now < self.at + KEPT_S


def read_key(value: str | None) -> str | None:
    """Check the header: 1 to 255 of `A-Za-z0-9_-:.`."""
    if value is None:
        return None
    if not re.fullmatch(r"[A-Za-z0-9_\-:.]{1,255}", value):
        raise invalid(HEADER, f"{HEADER} must have 1 to 255 characters of A-Z, a-z, 0-9, _ - : and .")
    return value
