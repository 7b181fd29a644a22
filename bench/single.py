"""Follow one reel through its checks: the document's schedule, ours at as many calls, and the best there can be."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from core.schedule import History, sweep_spacing_s

MEDIAN_S: Final = 240.0
SIGMA: Final = 0.6
RENDERS: Final = 20_000
STEPS_S: Final = 2.0
LATEST_S: Final = 2400.0
TRUTH: Final = NormalDist(0.0, SIGMA)
KNOWN: Final = History(median_s=MEDIAN_S, sigma=SIGMA, renders=500, stray_share=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Hold the mean number of calls a reel and its mean delay in seconds."""

    calls: float
    delay_s: float


def render_times_s(n: int = RENDERS) -> list[float]:
    """Return render times spread evenly over the distribution: lognormal, median 240 s, sigma 0.6."""
    return [MEDIAN_S * math.exp(TRUTH.inv_cdf((i + 0.5) / n)) for i in range(n)]


def documented() -> Iterator[float]:
    """Yield the ages at which the document asks: after a minute, then every two."""
    age_s = 60.0
    while True:
        yield age_s
        age_s += 120.0


def ours(cost_s: float, history: History = KNOWN) -> Iterator[float]:
    """Yield the ages at which a single reel is asked for when a call costs so much."""
    age_s = 0.0
    while True:
        age_s += sweep_spacing_s([age_s], history, cost_s=cost_s)
        yield age_s


def follow(checks: Iterator[float]) -> Outcome:
    """Return what a schedule costs and how late it is, over all render times."""
    calls, delay_s, asked, age_s = 0, 0.0, 0, 0.0
    for ended_s in render_times_s():  # in ascending order, so that the checks are walked through once
        while age_s < ended_s:
            age_s, asked = next(checks), asked + 1
        calls += asked
        delay_s += age_s - ended_s
    return Outcome(calls=calls / RENDERS, delay_s=delay_s / RENDERS)


def at_as_many_calls(schedule: Callable[[float], Iterator[float]], calls: float, turns: int = 12) -> Outcome:
    """Return the outcome of a schedule at the cost of a call that makes it use at most so many calls."""
    low, high = 0.5, 120.0
    for _ in range(turns):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if follow(schedule(middle)).calls > calls else (low, middle)
    return follow(schedule(high))


def optimum(cost_s: float) -> Iterator[float]:
    """Yield the ages of the best schedule at a fine grid, by dynamic programming over all next checks."""
    n = round(LATEST_S / STEPS_S)
    ended = [0.0, *(TRUTH.cdf(math.log(i * STEPS_S / MEDIAN_S)) for i in range(1, n + 1))]
    lost, ahead, then = [0.0] * (n + 1), [0.0] * (n + 1), [n] * (n + 1)
    for i in range(1, n + 1):
        lost[i] = lost[i - 1] + (ended[i - 1] + ended[i]) / 2 * STEPS_S
    for i in range(n - 1, -1, -1):
        rate = ended[i] * STEPS_S
        costs = [ahead[j] + lost[j] - rate * (j - i) for j in range(i + 1, min(n, i + 150) + 1)]
        least = min(costs)
        ahead[i], then[i] = least - lost[i] + cost_s * (1 - ended[i]), i + 1 + costs.index(least)
    i = 0
    while i < n:
        i = then[i]
        yield i * STEPS_S
    while True:
        i += 60
        yield i * STEPS_S
