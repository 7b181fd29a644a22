"""Faults that change how an attempt travels."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fake_heygen.fate import at_point
from fake_heygen.faults import Point
from fake_heygen.manner import AS_IT_SHOULD, Manner
from fake_heygen.vocabulary import Effect


def choose_manner(effects: Iterable[Effect], attempt: int) -> Manner:
    """Return how an attempt of a delivery, counted from 1, is sent."""
    for effect in at_point(effects, Point.WIRE):
        if (manner := HOOKS[effect.name](effect, attempt)) != AS_IT_SHOULD:
            return manner
    return AS_IT_SHOULD


def unreachable(effect: Effect, attempt: int) -> Manner:
    """Reach nobody for some attempts."""
    return Manner(word=effect.word) if attempt <= effect.count else AS_IT_SHOULD


def at_first(effect: Effect, attempt: int) -> Manner:
    """Send the first attempt badly."""
    return Manner(word=effect.word, seconds=effect.seconds) if attempt == 1 else AS_IT_SHOULD


HOOKS: dict[str, Callable[[Effect, int], Manner]] = {
    "wire=refused": unreachable,
    "wire=reset": at_first,
    "wire=empty": at_first,
    "wire=half-open": at_first,
    "wire=dribble": at_first,
    "wire=slow-headers": at_first,
    "wire=truncated": at_first,
}
