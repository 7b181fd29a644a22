"""Faults of the files: how long links live, and what is found behind them."""

from __future__ import annotations

from collections.abc import Callable

from fake_heygen.faults import Point
from fake_heygen.links import LIFETIME_S
from fake_heygen.video import Video
from fake_heygen.vocabulary import Effect

SOUND = "sound"


def file_state(video: Video, now: float) -> str:
    """Return what is behind a link: sound, notyet, truncated, page, empty or 503."""
    for effect in video.fate.at(Point.FILE):
        if (state := FILE_HOOKS[effect.name](effect, video, now)) != SOUND:
            return state
    return SOUND if now >= video.ends_at else "notyet"


def link_life_s(video: Video, now: float) -> float:
    """Return how long a link lives that is given now."""
    life_s = float(LIFETIME_S)
    for effect in video.fate.at(Point.LINK):
        life_s = LINK_HOOKS[effect.name](life_s, effect, video, now)
    return life_s


def for_a_while(effect: Effect, video: Video, now: float) -> str:
    """Spoil the file for some time after the end."""
    return effect.word if now < video.ends_at + effect.seconds else SOUND


def expired(life_s: float, effect: Effect, video: Video, now: float) -> float:
    """Give links that are dead for some time after the end."""
    return 0.0 if now < video.ends_at + effect.seconds else life_s


def short(_life_s: float, effect: Effect, _video: Video, _now: float) -> float:
    """Give links that live shortly."""
    return effect.seconds


FILE_HOOKS: dict[str, Callable[[Effect, Video, float], str]] = {
    "url=notyet": for_a_while,
    "file=truncated": for_a_while,
    "file=page": for_a_while,
    "file=empty": for_a_while,
    "file=503": for_a_while,
}
LINK_HOOKS: dict[str, Callable[[float, Effect, Video, float], float]] = {"url=expired": expired, "url=short": short}
