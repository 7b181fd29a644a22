"""Measure how long after HeyGen's completed_at we knew, by channel, as a histogram that all processes share."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final

from core.clock import SKEW
from core.models import Observation
from core.store.facts import Facts

BUCKETS_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
LABELS: Final = (*(str(bound) for bound in BUCKETS_S), "+Inf")


def note(facts: Facts, observation: Observation) -> None:
    """Count one detection; HeyGen's whole seconds make the delay right to a second.

    An end that HeyGen's clock has well after we knew of it was not timed by a clock like ours, and is not counted.
    """
    if observation.video.completed_at is None or observation.video.completed_at > observation.at + SKEW:
        return
    delay_s = max(0.0, (observation.at - observation.video.completed_at).total_seconds())
    name = f"detection_{observation.channel}"
    facts.add(name, LABELS[bisect_left(BUCKETS_S, delay_s)])
    facts.add(name, "sum", delay_s)


def quantile_s(tallies: Mapping[str, float], share: float) -> float | None:
    """Return the upper bound of the bucket in which a share of the detections lies, None where there are none."""
    total = sum(n for label, n in tallies.items() if label != "sum")
    if not total:
        return None
    seen = 0.0
    for label, bound in zip(LABELS, (*BUCKETS_S, float("inf")), strict=True):
        seen += tallies.get(label, 0.0)
        if seen >= share * total:
            return bound
    return float("inf")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of the values do not exceed (nearest rank); there must be one."""
    ranked = sorted(values)
    return ranked[max(0, ceil(share * len(ranked)) - 1)]
