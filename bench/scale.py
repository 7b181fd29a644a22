"""Say how long and how large: in full, or just enough to see that everything runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Hold the length and the size of the measurements."""

    rounds: int
    seconds: float
    connections: int
    requests: int
    reels: tuple[int, int]
    inserted: int
    crowds: tuple[int, ...]
    lives: int
    workers: tuple[int, ...]
    carried: int


FULL = Scale(
    rounds=5,
    seconds=2.5,
    connections=256,
    requests=60_000,
    reels=(100_000, 1_000_000),
    inserted=10_000,
    crowds=(1_000, 100_000, 1_000_000),
    lives=50,
    workers=(1, 2, 4),
    carried=120,
)
TINY = Scale(
    rounds=1,
    seconds=0.3,
    connections=8,
    requests=2_000,
    reels=(1_000, 2_000),
    inserted=200,
    crowds=(200, 300, 400),
    lives=2,
    workers=(1,),
    carried=3,
)
