"""Plan the sweeps for a few reels one by one, by a dynamic programme (Barlow, Hunter, Proschan, 1963): pure.

A plan costs a call at each of its moments as long as any reel is alive then, and the delay of every end until the next
moment. For one reel it is the best there is: the only news a call can bring while it matters is that nothing has ended.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

STEPS: Final = 200
Survival = Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bound the spacing; up to the age `free_until_s` of the oldest reel it may be as long as the way to that age."""

    shortest_s: float
    longest_s: float
    free_until_s: float

    def longest_at(self, age_s: float) -> float:
        """Return the longest spacing allowed when the oldest reel has this age."""
        return max(self.longest_s, self.free_until_s - age_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Hold what is expected at evenly spaced moments from now on.

    `alive` is the chance that any reel is, `ended` the number of ends so far, `delay` its integral over time.
    """

    step_s: float
    alive: Sequence[float]
    ended: Sequence[float]
    delay: Sequence[float]


def planned_s(
    ages_s: Sequence[float], survival: Survival, cost_s: float, limits: Limits, horizon_age_s: float
) -> float | None:
    """Return the seconds to the next call, None where all reels are so old that there is nothing to plan.

    `survival` gives the share of renders that last longer than an age, `cost_s` what a call costs in seconds of delay;
    every reel is taken to have ended at `horizon_age_s`.
    """
    horizon_s = horizon_age_s - min(ages_s)
    if horizon_s <= limits.longest_s or max(ages_s) >= horizon_age_s:
        return None
    outlook = _outlook(ages_s, survival, horizon_s / STEPS)
    step_s, ahead = outlook.step_s, [0.0] * (STEPS + 1)
    nearest = max(1, math.ceil(limits.shortest_s / step_s))
    best = nearest
    for start in range(STEPS - 1, -1, -1):
        farthest = max(nearest, int(limits.longest_at(max(ages_s) + start * step_s) / step_s))
        last = min(STEPS, start + farthest)
        base = cost_s * outlook.alive[start] - outlook.delay[start]
        rate = outlook.ended[start] * step_s
        costs = [
            ahead[end] + outlook.delay[end] - rate * (end - start)
            for end in range(min(STEPS, start + nearest), last + 1)
        ]
        least = min(costs)
        ahead[start], best = base + least, nearest + costs.index(least)
    longest_s = limits.longest_at(max(ages_s))
    return longest_s if (best + 1) * step_s > longest_s else best * step_s


def _outlook(ages_s: Sequence[float], survival: Survival, step_s: float) -> Outlook:
    left = [[survival(age_s + n * step_s) / survival(age_s) for n in range(STEPS + 1)] for age_s in ages_s]
    ended = [sum(1 - share for share in shares) for shares in zip(*left, strict=True)]
    return Outlook(
        step_s=step_s,
        alive=[1 - math.prod(1 - share for share in shares) for shares in zip(*left, strict=True)],
        ended=ended,
        delay=list(accumulate(((a + b) / 2 * step_s for a, b in pairwise(ended)), initial=0.0)),
    )
