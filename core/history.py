"""Write down what we believe of our reels, line by line, as a checker of clients reads it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.clock import isoformat
from core.dashboard import reel_json, timeline_json
from core.models import Reel
from core.store import ReelFilter, Store

MOST: Final = 5000
A_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Beliefs:
    """Hold the lines of reels that a checker can judge; `strangers` counts those of videos that it cannot know."""

    lines: tuple[Mapping[str, Any], ...]
    strangers: int


def beliefs(
    store: Store, known: Collection[str], *, to_clock: Callable[[datetime], datetime] = lambda at: at
) -> Beliefs:
    """Return what we believe of the newest reels; a reel whose video is not among the `known` ones is a stranger.

    A simulator that began anew knows no video of before. `to_clock` turns our times into those of its clock.
    """
    lines, strangers = [], 0
    for reel in _newest(store):
        if reel.video_id is not None and reel.video_id not in known:
            strangers += 1
        else:
            lines.append(_line(store, reel, to_clock))
    return Beliefs(lines=tuple(lines), strangers=strangers)


def _newest(store: Store) -> list[Reel]:
    reels: list[Reel] = []
    while len(reels) < MOST:
        page = store.reels.page(ReelFilter(before_id=reels[-1].id if reels else None), A_PAGE)
        reels += page
        if len(page) < A_PAGE:
            break
    return reels


def _line(store: Store, reel: Reel, to_clock: Callable[[datetime], datetime]) -> Mapping[str, Any]:
    """Write one reel as `show` does; the timeline tells of earlier videos, so one attempt needs none."""
    told = reel_json(reel)
    if reel.detected_at is not None:
        told["detected_at"] = isoformat(to_clock(reel.detected_at))
    if reel.attempt > 1:
        told["timeline"] = timeline_json(store.timeline.of(reel.id or 0))
    return told
