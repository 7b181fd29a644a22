"""When a failed delivery is tried again: named schedules, and the one that a scenario describes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How failed attempts are repeated: growing gaps up to a cap, or listed ones; given up `for_s` after the first.

    `unheard` is how many acknowledgements HeyGen does not notice.
    """

    first_s: float = 30.0
    factor: float = 2.0
    for_s: float = 86_400.0
    cap_s: float = inf
    gaps_s: tuple[float, ...] | None = None
    unheard: int = 0

    def next_at(self, *, attempts: int, first_at: float, now: float) -> float | None:
        """Return when to try again after `attempts` failures, None when it is given up."""
        if self.gaps_s is not None:
            return now + self.gaps_s[attempts - 1] if attempts <= len(self.gaps_s) else None
        moment = now + min(self.cap_s, self.first_s * self.factor ** min(attempts - 1, 64))
        return moment if moment <= first_at + self.for_s else None


SCHEDULES: dict[str, Retry] = {
    "usual": Retry(),
    "eager": Retry(first_s=1.0, factor=1.0, for_s=60.0),
    "patient": Retry(first_s=3600.0, factor=1.0),
    "svix": Retry(gaps_s=(5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 36_000.0)),
    "stripe": Retry(first_s=60.0, factor=2.0, for_s=3 * 86_400.0, cap_s=43_200.0),
    "never": Retry(gaps_s=()),
}


def named(word: str, retry: Retry) -> Retry:
    """Return a named schedule, deaf as often as the given one."""
    return replace(SCHEDULES[word], unheard=retry.unheard)
