"""Faults that spoil the first calls that ask about a video, whatever they ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fake_heygen.errors import ApiError
from fake_heygen.faults import Point
from fake_heygen.video import Video
from fake_heygen.vocabulary import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoilt:
    """How an answer is spoilt: refused, replaced by a page, cut off in its JSON, or not sent at all."""

    error: ApiError | None = None
    html: bool = False
    cut: bool = False
    reset: bool = False


def spoilt_read(video: Video, calls: int) -> Spoilt | None:
    """Return how the `calls`-th call that asks about a video is spoilt, None when it is answered well."""
    for effect in video.fate.at(Point.ANSWER_READ):
        if calls <= effect.count:
            return HOOKS[effect.name](effect)
    return None


def refused(code: str, message: str, _effect: Effect) -> Spoilt:
    """Refuse."""
    return Spoilt(error=ApiError(code, message))


def rate_limited(_effect: Effect) -> Spoilt:
    """Refuse with a hint."""
    return Spoilt(error=ApiError("rate_limit_exceeded", "Too many requests", headers={"Retry-After": "1"}))


def page(_effect: Effect) -> Spoilt:
    """Answer a web page."""
    return Spoilt(html=True)


def cut(_effect: Effect) -> Spoilt:
    """Cut the JSON off."""
    return Spoilt(cut=True)


def reset(_effect: Effect) -> Spoilt:
    """Close the connection without an answer."""
    return Spoilt(reset=True)


HOOKS: dict[str, Callable[[Effect], Spoilt]] = {
    "get=404": partial(refused, "video_not_found", "Video not found"),
    "get=429": rate_limited,
    "get=500": partial(refused, "internal_error", "Something went wrong"),
    "get=503": partial(refused, "service_unavailable", "Service temporarily unavailable"),
    "get=html": page,
    "get=malformed": cut,
    "get=reset": reset,
}
