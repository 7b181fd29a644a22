"""Decide when to look again: pure.

One bulk call answers for every reel in flight, so there is one sweep for the account. With the hazard h(age) of a
render ending and a call that costs c seconds of delay, sweeps are best at density n = sqrt(sum(h) / 2c)
(J. B. Keller, Management Science 21, 1974: spacing goes with 1/sqrt(hazard)). That holds while the hazard hardly
changes between two sweeps; for a few reels the sweeps are planned one by one (core/plan.py).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import NormalDist, fmean, pstdev
from typing import Final

from core.models import ProcessingMode, Reel
from core.plan import Limits, planned_s

COST_OF_MEDIAN: Final = 1 / 16  # what a call costs, in median renders of delay
SHORTEST_S: Final = 2.0
LONGEST_S: Final = 60.0
ENOUGH_RENDERS: Final = 20
STRAY_SHARE: Final = 0.1
STRAY_MEAN_S: Final = 120.0
FEW: Final = 4
AGE_STEP_S: Final = 5.0
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Describe how long renders take: a lognormal body, and a share of strays that end at any age.

    `renders` counts what was learned from; below ENOUGH_RENDERS the figures are a prior. Seconds throughout.
    """

    median_s: float
    sigma: float
    renders: int = 0
    stray_share: float = STRAY_SHARE
    stray_mean_s: float = STRAY_MEAN_S

    def survival(self, age_s: float) -> float:
        """Return the share of renders that last longer than `age_s`."""
        if age_s <= 0:
            return 1.0
        body = 1.0 - _NORMAL.cdf(math.log(age_s / self.median_s) / self.sigma)
        return (1 - self.stray_share) * body + self.stray_share * math.exp(-age_s / self.stray_mean_s)

    def hazard(self, age_s: float) -> float:
        """Return the rate per second at which a render that has lasted `age_s` ends."""
        if age_s <= 0:
            return 0.0  # not submitted yet at that moment
        z = math.log(age_s / self.median_s) / self.sigma
        body = _NORMAL.pdf(z) / (self.sigma * age_s)
        stray = math.exp(-age_s / self.stray_mean_s) / self.stray_mean_s
        alive = self.survival(age_s)
        if alive < 1e-9:
            return 1.0 / max(age_s, 1.0)
        return ((1 - self.stray_share) * body + self.stray_share * stray) / alive

    def quantile(self, share: float) -> float:
        """Return the age by which `share` of the renders have ended."""
        return _quantile(self, share)


@lru_cache(maxsize=256)
def _quantile(history: History, share: float) -> float:
    low, high = 0.0, history.median_s * math.exp(6 * history.sigma) + 10 * history.stray_mean_s
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - history.survival(middle) < share else (low, middle)
    return high


PRIOR: Final = History(median_s=520.0, sigma=0.35)
DEMO_PRIOR: Final = History(median_s=18.0, sigma=0.35, stray_mean_s=20.0)


def learn(render_times_s: Sequence[float], prior: History = PRIOR) -> History:
    """Fit the history to past renders; the prior stays until there are ENOUGH_RENDERS."""
    logs = [math.log(seconds) for seconds in render_times_s if seconds > 0]
    if len(logs) < ENOUGH_RENDERS:
        return prior
    sigma = max(0.1, pstdev(logs))
    median_s = math.exp(fmean(logs))
    return History(median_s=median_s, sigma=sigma, renders=len(logs), stray_share=0.02, stray_mean_s=median_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHealth:
    """Hold how well webhooks arrive; while the breaker is open the sweep works as in polling mode."""

    open: bool = False
    reason: str | None = None
    misses: int = 0
    on_time: int = 0
    totals: dict[str, int] = field(default_factory=dict)


def next_check_at(reel: Reel, mode: ProcessingMode, channel: ChannelHealth, fallback_after_s: float) -> datetime | None:
    """Return from when on sweeps include this reel; None: nothing asks, the webhook tells.

    The three modes differ here and nowhere else.
    """
    if reel.submitted_at is None:
        return None
    match mode:
        case ProcessingMode.WEBHOOK:
            return None
        case ProcessingMode.POLLING:
            start = reel.submitted_at
        case ProcessingMode.HYBRID:
            start = reel.submitted_at if channel.open else webhook_due_at(reel, fallback_after_s)
    return max(start, reel.check_after) if reel.check_after else start


def webhook_due_at(reel: Reel, fallback_after_s: float) -> datetime:
    """Return when the webhook of a submitted reel counts as overdue."""
    submitted_at = reel.submitted_at or reel.created_at
    assert submitted_at is not None  # noqa: S101  # only stored reels come here
    return submitted_at + timedelta(seconds=fallback_after_s)


def is_overdue(reel: Reel, fallback_after_s: float, now: datetime) -> bool:
    """Tell whether a reel waits for a webhook that should have come by now."""
    waits = reel.submitted_at is not None and not reel.status.is_terminal and reel.mode is not ProcessingMode.POLLING
    return waits and webhook_due_at(reel, fallback_after_s) <= now


def sweep_spacing_s(
    ages_s: Sequence[float], history: History, fixed_s: float | None = None, cost_s: float | None = None
) -> float:
    """Return the seconds from the last sweep to the next, for reels that were `ages_s` old at the last one.

    `fixed_s` is the setting that overrides what is learned; `cost_s` says what a call costs in seconds of delay.
    """
    if fixed_s is not None:
        return fixed_s
    cost_s = history.median_s * COST_OF_MEDIAN if cost_s is None else cost_s
    return _spacing_s(tuple(sorted(ages_s)), history, cost_s)


@lru_cache(maxsize=64)  # between two sweeps the question stays the same
def _spacing_s(ages_s: tuple[float, ...], history: History, cost_s: float) -> float:
    learned = history.renders >= ENOUGH_RENDERS
    limits = Limits(shortest_s=SHORTEST_S, longest_s=LONGEST_S, free_until_s=history.quantile(0.95) if learned else 0.0)
    spacing_s = None
    if 0 < len(ages_s) <= FEW:
        spacing_s = planned_s(ages_s, history.survival, cost_s, limits, history.quantile(0.995))
    if spacing_s is None:
        spacing_s = _by_hazard_s(ages_s, history, cost_s, limits.longest_at(max(ages_s, default=math.inf)))
    return max(spacing_s, SHORTEST_S)


def _by_hazard_s(ages_s: Sequence[float], history: History, cost_s: float, longest_s: float) -> float:
    """Go on until the density of sweeps adds up to one; of many reels, those of about one age count together."""
    alike = Counter(ages_s if len(ages_s) < 50 else (round(age_s / AGE_STEP_S) * AGE_STEP_S for age_s in ages_s))
    progress, waited_s, step_s = 0.0, 0.0, SHORTEST_S / 2
    while waited_s < longest_s:
        hazard = sum(n * history.hazard(age_s + waited_s + step_s / 2) for age_s, n in alike.items())
        rate = math.sqrt(hazard / (2 * cost_s))
        if progress + rate * step_s >= 1.0:
            return waited_s + (1.0 - progress) / rate
        progress += rate * step_s
        waited_s += step_s
    return longest_s


def backoff_s(tries: int, jitter: float, *, base_s: float = 1.0, cap_s: float = 60.0) -> float:
    """Return the wait before try number `tries` + 1: doubling, capped, spread by a jitter of 0..1."""
    whole = min(cap_s, base_s * 2.0 ** min(max(tries - 1, 0), 30))
    return whole * (0.5 + 0.5 * jitter)
