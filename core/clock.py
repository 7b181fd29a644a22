"""Read the wall clock: the only module that does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

SKEW: Final = timedelta(seconds=60)  # so far apart may HeyGen's clock and ours be, and still be learned from
SKEW_MS: Final = SKEW // timedelta(milliseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def utcnow() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


def to_ms(at: datetime) -> int:
    """Return whole milliseconds since the epoch."""
    return round(at.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """Return the aware UTC time of milliseconds since the epoch."""
    return _EPOCH + timedelta(milliseconds=ms)


def isoformat(at: datetime) -> str:
    """Return ISO 8601 in UTC to the millisecond, ending in Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
