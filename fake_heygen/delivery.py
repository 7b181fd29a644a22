"""Deliveries: one event to one receiver, tried until it is acknowledged or a day has passed."""

from __future__ import annotations

from dataclasses import dataclass, replace

PENDING, DELIVERED, ABANDONED, DROPPED = "pending", "delivered", "abandoned", "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How failed attempts are repeated: growing gaps, given up `for_s` after the first."""

    first_s: float
    factor: float
    for_s: float

    def next_at(self, *, attempts: int, first_at: float, now: float) -> float | None:
        """Return when to try again after `attempts` failures, None when it is given up."""
        moment = now + self.first_s * self.factor ** (attempts - 1)
        return moment if moment <= first_at + self.for_s else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one address; unsigned when no endpoint stands behind it."""

    delivery_id: str
    event_id: str
    event_type: str
    video_id: str
    url: str
    body: str
    created_at: float
    endpoint_id: str | None = None
    signing_key: str = "current"
    signing_headers: str = "both"
    state: str = PENDING
    attempts: int = 0
    first_at: float | None = None
    next_at: float | None = None
    fault: str | None = None
    last_status: int | None = None
    last_error: str | None = None

    def attempted(self, *, at: float, status: int | None, error: str | None, next_at: float | None) -> Delivery:
        """Return the delivery after one more attempt."""
        done = acknowledged(status)
        return replace(
            self,
            state=DELIVERED if done else PENDING if next_at is not None else ABANDONED,
            attempts=self.attempts + 1,
            first_at=at if self.first_at is None else self.first_at,
            next_at=None if done else next_at,
            last_status=status,
            last_error=error,
        )


def acknowledged(status: int | None) -> bool:
    """Say whether an answer counts as received: any 2xx."""
    return status is not None and 200 <= status < 300
