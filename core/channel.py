"""Judge the webhook channel by how deliveries arrive: pure. Two misses open the breaker, three on time close it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Any, Final

from core.schedule import ChannelHealth

MISSES_TO_OPEN: Final = 2
ON_TIME_TO_CLOSE: Final = 3


class Arrival(StrEnum):
    """Say how the news of a finished video came, measured by when its webhook was due."""

    ON_TIME = "on_time"
    LATE = "late"
    MISSED = "missed"


def after(health: ChannelHealth, arrival: Arrival) -> ChannelHealth:
    """Return the health of the channel after one arrival."""
    totals = dict(health.totals)
    totals[arrival] = totals.get(arrival, 0) + 1
    misses = health.misses + 1 if arrival is Arrival.MISSED else 0
    on_time = health.on_time + 1 if arrival is Arrival.ON_TIME else 0
    if health.open and on_time >= ON_TIME_TO_CLOSE:
        return ChannelHealth(totals=totals)
    if not health.open and misses >= MISSES_TO_OPEN:
        return ChannelHealth(open=True, reason="webhooks_missed", misses=misses, totals=totals)
    return replace(health, misses=misses, on_time=on_time, totals=totals)


def opened(health: ChannelHealth, reason: str) -> ChannelHealth:
    """Return the health with the breaker open, for a reason of its own (a probe that failed)."""
    return replace(health, open=True, reason=reason, on_time=0)


def to_json(health: ChannelHealth) -> dict[str, Any]:
    """Return plain JSON values."""
    return asdict(health)


def from_json(data: Mapping[str, Any] | None) -> ChannelHealth:
    """Read what `to_json` wrote; None is a channel of which nothing bad is known."""
    return ChannelHealth(**data) if data else ChannelHealth()
