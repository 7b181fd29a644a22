"""Keep 100 renders in flight and ask for all at once, as the sweeper does; compare with the document's timers."""

from __future__ import annotations

import random
from typing import Final

from bench.single import MEDIAN_S, SIGMA, Outcome
from core.schedule import History, learn, sweep_spacing_s
from core.sweep import BULK

IN_FLIGHT: Final = 100
PAST_RENDERS: Final = 500


def fleet(*, hours: float = 4.0, in_flight: int = IN_FLIGHT, seed: int = 1) -> Outcome:
    """Return calls a reel and mean delay in seconds: an ended render is followed by a new one when we learn of it."""
    chance = random.Random(seed)
    history = learned(chance)
    started = [-chance.uniform(0.0, MEDIAN_S) for _ in range(in_flight)]
    ends = [at + _render_s(chance) for at in started]
    now, calls, ended, delay_s = 0.0, 0, 0, 0.0
    while now < hours * 3600:
        spacing_s = sweep_spacing_s([now - at for at in started], history)
        now += spacing_s * (0.95 + 0.1 * chance.random())  # the jitter of core.sweep
        calls += -(-in_flight // BULK)
        for slot, end in enumerate(ends):
            if end <= now:
                ended, delay_s = ended + 1, delay_s + now - max(end, 0.0)
                started[slot], ends[slot] = now, now + _render_s(chance)
    return Outcome(calls=calls / ended, delay_s=delay_s / ended)


def learned(chance: random.Random) -> History:
    """Return what so many past renders teach."""
    return learn([_render_s(chance) for _ in range(PAST_RENDERS)])


def _render_s(chance: random.Random) -> float:
    return MEDIAN_S * chance.lognormvariate(0.0, SIGMA)
