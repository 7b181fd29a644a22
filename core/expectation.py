"""Say within which times a render usually ends, learned from past ones: pure. A band, never a percentage."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final

from core.schedule import ENOUGH_RENDERS, History

LOW_SHARE: Final = 0.1
HIGH_SHARE: Final = 0.9
ALIKE: Final = 1.6  # scripts up to so many times as long, or as short, count as being of about one length
MINUTE_S: Final = 60
HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Hold the seconds from sending within which eight of ten renders end.

    `renders` counts those that it was learned from, 0: a prior; `by_length`: only scripts of about this length count.
    """

    low_s: float
    high_s: float
    renders: int = 0
    by_length: bool = False

    def rounded(self) -> tuple[int, int, str]:
        """Return the band in whole `seconds` (by fives), `minutes` or `hours`, wide enough to hold it."""
        if self.high_s <= 1.5 * MINUTE_S:
            return (*self._in(5, 5), "seconds")
        return (*self._in(MINUTE_S), "minutes") if self.high_s <= 2 * HOUR_S else (*self._in(HOUR_S), "hours")

    def _in(self, unit_s: int, step: int = 1) -> tuple[int, int]:
        low, high = max(1, math.floor(self.low_s / unit_s)), max(1, math.ceil(self.high_s / unit_s))
        return low * step, high * step

    def is_past(self, age_s: float) -> bool:
        """Tell whether a render of this age takes longer than the band says."""
        return age_s > self.high_s


def expected(render_times: Sequence[tuple[float, int]], characters: int, prior: History) -> Band:
    """Return the band for a script of so many characters, from (seconds, characters) of past renders."""
    alike = [seconds for seconds, length in render_times if characters / ALIKE <= length <= characters * ALIKE]
    everything = [seconds for seconds, _ in render_times]
    for times, by_length in ((alike, True), (everything, False)):
        if len(times) >= ENOUGH_RENDERS:
            tenths = quantiles(times, n=10, method="inclusive")
            return Band(low_s=tenths[0], high_s=tenths[-1], renders=len(times), by_length=by_length)
    return Band(low_s=prior.quantile(LOW_SHARE), high_s=prior.quantile(HIGH_SHARE))
