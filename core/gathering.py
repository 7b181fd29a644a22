"""Decide which ends become which messages: pure. A reel is told by itself, a storm of them in a digest.

At most a few messages are made within a window; what ends meanwhile waits, and is told together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.models import Ended

WINDOW_S: Final = 60.0
AT_MOST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Hold what is told now: a message for each group of ends, and one for each campaign."""

    groups: tuple[tuple[int, ...], ...] = ()
    campaigns: tuple[int, ...] = ()


def gather(untold: Sequence[Ended], campaigns: Sequence[int], made_lately: int) -> Gathering:
    """Return what to tell now, after so many messages within the window."""
    room = max(0, AT_MOST - made_lately)
    first = campaigns[: max(0, room - 1) if untold else room]  # campaigns never keep single reels from being told
    by_reel: dict[int, list[int]] = {}
    for ended in untold:
        by_reel.setdefault(ended.reel_id, []).append(ended.id)
    groups = [tuple(ids) for ids in by_reel.values()]
    left = room - len(first)
    if len(groups) > left:
        groups = [tuple(ended.id for ended in untold)] if left else []
    return Gathering(groups=tuple(groups), campaigns=tuple(first))
