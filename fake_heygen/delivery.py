"""Deliveries: one event to one receiver, tried until it is acknowledged or given up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fake_heygen.vocabulary import Effect

PENDING, DELIVERED, ABANDONED, DROPPED = "pending", "delivered", "abandoned", "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one address; unsigned when no endpoint stands behind it.

    `effects` are the faults that shape its attempts; a forged one is a lie, and `stamped_at` is the moment that a
    replayed one claims to be sent at.
    """

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
    effects: tuple[Effect, ...] = ()
    forged: bool = False
    stamped_at: float | None = None
    state: str = PENDING
    attempts: int = 0
    first_at: float | None = None
    next_at: float | None = None
    fault: str | None = None
    last_status: int | None = None
    last_error: str | None = None

    def attempted(
        self, *, at: float, status: int | None, error: str | None, next_at: float | None, unheard: int = 0
    ) -> Delivery:
        """Return the delivery after one more attempt; the first `unheard` attempts are not known to have arrived."""
        done = acknowledged(status) and self.attempts >= unheard
        return replace(
            self,
            state=DELIVERED if done else PENDING if next_at is not None else ABANDONED,
            attempts=self.attempts + 1,
            first_at=at if self.first_at is None else self.first_at,
            next_at=None if done else next_at,
            last_status=status,
            last_error=error,
        )

    def abandoned(self, why: str) -> Delivery:
        """Return the delivery given up without an attempt."""
        return replace(self, state=ABANDONED, next_at=None, last_error=why)


def acknowledged(status: int | None) -> bool:
    """Say whether an answer counts as received: any 2xx."""
    return status is not None and 200 <= status < 300
