"""Faults that change when a delivery is tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from fake_heygen.fate import at_point
from fake_heygen.faults import Point
from fake_heygen.retry import SCHEDULES, Retry, named
from fake_heygen.vocabulary import Effect


def choose_retry(effects: Iterable[Effect], usual: Retry) -> Retry:
    """Return how a delivery with these faults is repeated."""
    retry = usual
    for effect in at_point(effects, Point.RETRY):
        retry = HOOKS[effect.name](retry, effect)
    return retry


def unheard(retry: Retry, effect: Effect) -> Retry:
    """Do not notice some acknowledgements."""
    return replace(retry, unheard=effect.count)


def by_name(retry: Retry, effect: Effect) -> Retry:
    """Follow a named schedule."""
    return named(effect.word, retry)


HOOKS: dict[str, Callable[[Retry, Effect], Retry]] = {
    "webhook=unheard": unheard,
    **{f"retry={word}": by_name for word in SCHEDULES},
}
