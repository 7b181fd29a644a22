"""Webhook endpoints registered for the account."""

from __future__ import annotations

from dataclasses import dataclass

from fake_heygen.event import iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A registered receiver; `events` None means every event.

    `old_secret` is dead and kept for faults; `failures` are those in a row.
    """

    endpoint_id: str
    url: str
    secret: str
    created_at: float
    events: tuple[str, ...] | None = None
    enabled: bool = True
    old_secret: str | None = None
    failures: int = 0

    def wants(self, event_type: str) -> bool:
        """Say whether an event goes to this endpoint."""
        return self.enabled and (self.events is None or event_type in self.events)

    def view(self, *, with_secret: bool = False) -> dict[str, object]:
        """Return the endpoint as HeyGen shows it; the secret only at creation."""
        return {
            "endpoint_id": self.endpoint_id,
            "url": self.url,
            "status": "enabled" if self.enabled else "disabled",
            "created_at": iso(self.created_at),
            "events": None if self.events is None else list(self.events),
            "secret": self.secret if with_secret else None,
        }
