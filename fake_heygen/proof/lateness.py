"""How long after the end of a render its client knew of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Seconds between the end at HeyGen and the moment the client knew, over `count` jobs."""

    count: int
    p50: float
    p95: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Lateness | None:
        """Summarise; None where nothing was measured."""
        ordered = sorted(seconds)
        if not ordered:
            return None
        p50, p95, p99 = (percentile(ordered, share) for share in (0.5, 0.95, 0.99))
        return cls(count=len(ordered), p50=p50, p95=p95, p99=p99, longest=round(ordered[-1], 3))


def percentile(ordered: list[float], share: float) -> float:
    """Return the nearest-rank percentile of values in ascending order: one that was really measured."""
    return round(ordered[max(0, ceil(share * len(ordered)) - 1)], 3)
