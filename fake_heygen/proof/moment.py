"""Moments as files write them: unix seconds or ISO 8601."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite


def read_moment(value: object) -> float | None:
    """Return unix seconds, None for null; a time without a zone is UTC. Raises ValueError."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no time: write unix seconds or ISO 8601")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is no time: write unix seconds or ISO 8601") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def iso(moment: float) -> str:
    """Write unix seconds as ISO 8601 in UTC, with milliseconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
