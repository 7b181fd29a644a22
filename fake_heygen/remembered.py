"""The answer that an idempotency key was first given."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

KEPT_S = 86400.0
OTHER_BODY = {
    "code": "idempotency_key_reused",
    "message": "This Idempotency-Key was first used with another body; the first answer is given again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedAnswer:
    """The first answer that a key was given, as JSON text, and a digest of what was asked."""

    key: str
    at: float
    status: int
    body: str
    request: str = ""

    def valid(self, now: float) -> bool:
        """Say whether the answer is still given again."""
        return now < self.at + KEPT_S

    def told(self, raw: bytes) -> str:
        """Return the body that is given again, with a warning when something else was asked this time."""
        if self.request in ("", digest(raw)):
            return self.body
        return json.dumps(json.loads(self.body) | {"warning": OTHER_BODY}, separators=(",", ":"))


def digest(raw: bytes) -> str:
    """Return what tells one body from another."""
    return hashlib.sha256(raw).hexdigest()[:32]
