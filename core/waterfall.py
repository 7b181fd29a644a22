"""Cut the life of a reel into stretches, from the times of its timeline: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.models import TimelineEntry


class Phase(StrEnum):
    """Name what a stretch of time was spent on."""

    WAITING = "waiting"
    SENDING = "sending"
    RENDERING = "rendering"
    LEARNING = "learning"
    KEEPING = "keeping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Hold one stretch of a reel's life; `ended` is None while it goes on. LEARNING is from HeyGen's end until ours."""

    phase: Phase
    attempt: int
    began: datetime
    ended: datetime | None = None


BEGINS: Final = {
    "pending": Phase.WAITING,
    "sending": Phase.SENDING,
    "send_unknown": Phase.WAITING,
    "queue_paused": Phase.WAITING,
    "queue_stopped": Phase.WAITING,
    "doubt": Phase.WAITING,
    "processing": Phase.RENDERING,
}
ENDS: Final = frozenset({"completed", "failed", "timed_out"})


def stretches(entries: Sequence[TimelineEntry]) -> list[Stretch]:
    """Return the stretches of all attempts, in order; entries are in order of time."""
    found: list[Stretch] = []
    attempt = 1
    for entry in entries:
        if entry.kind == "pending":
            attempt = int(entry.detail.get("attempt") or attempt)
        if entry.kind in BEGINS:
            _close(found, entry.at)
            found.append(Stretch(phase=BEGINS[entry.kind], attempt=attempt, began=entry.at))
        elif entry.kind in ENDS:
            _end(found, entry, attempt)
        elif entry.kind == "kept" and found:
            found.append(Stretch(phase=Phase.KEEPING, attempt=attempt, began=_last(found), ended=entry.at))
        elif entry.kind in {"retry", "deleted"}:
            _close(found, entry.at)
    return found


def _close(found: list[Stretch], at: datetime) -> None:
    if found and found[-1].ended is None:
        found[-1] = replace(found[-1], ended=max(at, found[-1].began))


def _end(found: list[Stretch], entry: TimelineEntry, attempt: int) -> None:
    """End what goes on: the render when HeyGen says it ended, and then the time until we knew."""
    told = entry.detail.get("completed_at")
    if not found or found[-1].phase is not Phase.RENDERING or not told:
        _close(found, entry.at)
        return
    ended = min(max(datetime.fromisoformat(str(told)), found[-1].began), entry.at)
    found[-1] = replace(found[-1], ended=ended)  # also one that we had given up
    found.append(Stretch(phase=Phase.LEARNING, attempt=attempt, began=ended, ended=entry.at))


def _last(found: Sequence[Stretch]) -> datetime:
    return found[-1].ended or found[-1].began
