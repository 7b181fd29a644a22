"""Draw what happens to whom: pure, so that one seed draws one mayhem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

OURS: Final = ("receiver", "worker", "beat", "pages")
THEIRS: Final = ("database", "broker", "front")


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """Say what may happen: to hosts of which kinds, how often beside the others, and for how long (seconds)."""

    kinds: tuple[str, ...]
    weight: int
    lasts_s: tuple[float, float] = (0.0, 0.0)
    cuts: bool = False


HARMS: Final[Mapping[str, Harm]] = {
    "killed": Harm(kinds=OURS, weight=34, lasts_s=(0.2, 3.0)),
    "cut off": Harm(kinds=(*OURS, *THEIRS), weight=30, lasts_s=(1.0, 8.0), cuts=True),
    "lost its power": Harm(kinds=OURS, weight=8, lasts_s=(1.0, 6.0), cuts=True),
    "broker flushed": Harm(kinds=("broker",), weight=8),
    "broker killed": Harm(kinds=("broker",), weight=5, lasts_s=(0.5, 5.0)),
    "database restarted": Harm(kinds=("database",), weight=4, lasts_s=(0.0, 2.0)),
    "database crashed": Harm(kinds=("database",), weight=4, lasts_s=(0.0, 2.0)),
    "nginx reloaded": Harm(kinds=("front",), weight=7),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """Hold one harm to one host."""

    what: str
    whom: str
    lasts_s: float


def draw(random: Random, standing: Mapping[str, Sequence[str]], *, apart: bool) -> Blow | None:
    """Choose what happens to one of the hosts that stand (their names by kind); None where nothing can."""
    fit = {
        what: harm for what, harm in HARMS.items() if (apart or not harm.cuts) and any(map(standing.get, harm.kinds))
    }
    if not fit:
        return None
    what = random.choices(list(fit), [harm.weight for harm in fit.values()])[0]
    whom = random.choice([name for kind in fit[what].kinds for name in standing.get(kind, ())])
    return Blow(what=what, whom=whom, lasts_s=random.uniform(*fit[what].lasts_s))
