"""Spells: times during which something is wrong with the whole account."""

from __future__ import annotations

from dataclasses import dataclass

from fake_heygen.errors import ApiError

KINDS = ("401", "429", "500", "503", "cut", "lists", "webhooks")
REFUSALS = {
    "401": ("unauthorized", "Unauthorized"),
    "429": ("rate_limit_exceeded", "Too many requests"),
    "500": ("internal_error", "Something went wrong"),
    "503": ("service_unavailable", "Service temporarily unavailable"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Something that is wrong from one moment on until another, in simulated unix seconds."""

    kind: str
    starts_at: float
    ends_at: float

    def strikes(self, now: float) -> bool:
        """Say whether it is on."""
        return self.starts_at <= now < self.ends_at

    def refusal(self, now: float) -> ApiError | None:
        """Return what every call is answered, None when the spell is of another kind."""
        if self.kind not in REFUSALS:
            return None
        code, message = REFUSALS[self.kind]
        left_s = max(1, min(60, round(self.ends_at - now)))
        return ApiError(code, message, headers={"Retry-After": str(left_s)} if self.kind == "429" else None)
