"""Faults that change how HeyGen answers questions about a video, and when its file is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fake_heygen.faults import Point
from fake_heygen.video import Video
from fake_heygen.vocabulary import Effect

View = dict[str, Any]


def told_view(view: View, video: Video, now: float) -> View:
    """Return what GET /v3/videos/{id} says."""
    for effect in video.fate.at(Point.ANSWER_GET):
        view = GET_HOOKS[effect.name](view, effect, video, now)
    return view


def is_told(video: Video) -> bool:
    """Say whether the bulk status call answers for a video."""
    return not any(STATUSES_HOOKS[effect.name](effect) for effect in video.fate.at(Point.ANSWER_STATUSES))


def file_ready_at(video: Video) -> float:
    """Return when the file behind a link can be fetched."""
    return video.ends_at + sum(FILE_HOOKS[effect.name](effect) for effect in video.fate.at(Point.FILE))


def without_link(view: View, effect: Effect, video: Video, now: float) -> View:
    """Leave the link out for some time after the end."""
    if now >= video.ends_at + effect.seconds:
        return view
    return view | {"video_url": None, "captioned_video_url": None}


def left_out(_effect: Effect) -> bool:
    """Leave the video out."""
    return True


def not_yet(effect: Effect) -> float:
    """Keep the file back."""
    return effect.seconds


GET_HOOKS: dict[str, Callable[[View, Effect, Video, float], View]] = {"url=missing": without_link}
STATUSES_HOOKS: dict[str, Callable[[Effect], bool]] = {"statuses=partial": left_out}
FILE_HOOKS: dict[str, Callable[[Effect], float]] = {"url=notyet": not_yet}
