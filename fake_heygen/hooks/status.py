"""Faults that change which status HeyGen tells."""

from __future__ import annotations

from collections.abc import Callable

from fake_heygen.faults import Point
from fake_heygen.video import Video, true_status
from fake_heygen.vocabulary import Effect

Hook = Callable[[str, Effect, Video, float], str]
NOT_FOUND = "not_found"
UNKNOWN_WORD = "finalizing"
COMPLETED_FIRST_S = 5.0


def told_status(video: Video, now: float) -> str:
    """Return the status that HeyGen tells, not_found for a video that it does not know (yet)."""
    status = true_status(video, now)
    for effect in video.fate.at(Point.STATUS):
        status = HOOKS[effect.name](status, effect, video, now)
    return status


def stuck(status: str, _effect: Effect, _video: Video, _now: float) -> str:
    """Never tell an end."""
    return "processing" if status in ("completed", "failed") else status


def lag(status: str, effect: Effect, video: Video, now: float) -> str:
    """Tell the end some time after it."""
    return "processing" if video.ends_at <= now < video.ends_at + effect.seconds else status


def regress(status: str, effect: Effect, video: Video, now: float) -> str:
    """Tell the end, take it back, and tell it again."""
    since_s = now - video.ends_at - COMPLETED_FIRST_S
    return "processing" if 0 <= since_s < effect.seconds else status


def unknown(status: str, effect: Effect, video: Video, now: float) -> str:
    """Tell a word that nobody knows for some time after the end."""
    return UNKNOWN_WORD if video.ends_at <= now < video.ends_at + effect.seconds else status


def unseen(status: str, effect: Effect, video: Video, now: float) -> str:
    """Know nothing of the video for some time after its creation."""
    return NOT_FOUND if now < video.created_at + effect.seconds else status


def vanish(status: str, _effect: Effect, video: Video, now: float) -> str:
    """Know nothing of the video from its end on."""
    return NOT_FOUND if now >= video.ends_at else status


HOOKS: dict[str, Hook] = {
    "status=stuck": stuck,
    "status=lag": lag,
    "status=regress": regress,
    "status=unknown": unknown,
    "status=unseen": unseen,
    "status=vanish": vanish,
}
