"""Faults of the registered endpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fake_heygen.fate import at_point
from fake_heygen.faults import Point
from fake_heygen.vocabulary import Effect


def disabled_after(effects: Iterable[Effect], usual: int | None) -> int | None:
    """Return after how many failures in a row an endpoint is disabled, None for never."""
    for effect in at_point(effects, Point.ENDPOINT):
        usual = HOOKS[effect.name](usual, effect)
    return usual


def after_failures(_usual: int | None, effect: Effect) -> int | None:
    """Disable after some failures."""
    return effect.count


HOOKS: dict[str, Callable[[int | None, Effect], int | None]] = {"endpoint=disabled": after_failures}
