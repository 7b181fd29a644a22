"""Estimate how long a script is spoken and what its video costs, and say what speaks against making it; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WORDS_A_MINUTE: Final = 150
FATE: Final = re.compile(r"\[\[\s*sim\s*:.*\Z", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Hold what a script comes to: characters as HeyGen counts them, spoken words, seconds and price."""

    characters: int
    words: int
    seconds: float
    price: float


class Concern(StrEnum):
    """Name what speaks against making a video: a person may want it all the same."""

    TOO_LONG = "too_long"
    TOO_DEAR = "too_dear"


def spoken(script: str, *, demo: bool) -> str:
    """Return what is said of a script; the words that steer the simulator are not, and only the demo has them."""
    return FATE.sub("", script) if demo else script


def spoken_s(script: str, speed: float = 1.0) -> float:
    """Estimate the spoken length in seconds, at about 150 words a minute."""
    return len(script.split()) * 60.0 / WORDS_A_MINUTE / speed


def estimate(script: str, *, speed: float, price_per_s: float, demo: bool) -> Estimate:
    """Estimate what a script comes to at a speed."""
    said = spoken(script, demo=demo)
    seconds = spoken_s(said, speed)
    return Estimate(
        characters=len(script), words=len(said.split()), seconds=seconds, price=round(seconds * price_per_s, 2)
    )


def concerns(found: Estimate, *, limit_s: float | None, balance: float | None) -> tuple[Concern, ...]:
    """Return what speaks against making it: longer than the destination takes, dearer than the wallet can pay."""
    too_long = limit_s is not None and found.seconds > limit_s
    too_dear = balance is not None and found.price > balance
    return tuple([Concern.TOO_LONG] * too_long + [Concern.TOO_DEAR] * too_dear)
