"""Faults that strike the whole account for a while, from the creation of the video that carries them on."""

from __future__ import annotations

from collections.abc import Callable

from fake_heygen.faults import Point
from fake_heygen.spell import KINDS, Spell
from fake_heygen.video import Video
from fake_heygen.vocabulary import Effect


def cast_spells(video: Video) -> list[Spell]:
    """Return the spells that begin with a video."""
    return [HOOKS[effect.name](effect, video.created_at) for effect in video.fate.at(Point.SPELL)]


def cast(effect: Effect, at: float) -> Spell:
    """Return the spell of an effect."""
    return Spell(kind=effect.word, starts_at=at, ends_at=at + effect.seconds)


HOOKS: dict[str, Callable[[Effect, float], Spell]] = {f"spell={kind}": cast for kind in KINDS}
