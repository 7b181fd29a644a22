"""Remember on whose behalf this thread acts, so that the timeline can tell who did what."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

_ACTOR: Final[ContextVar[str | None]] = ContextVar("actor", default=None)
_asked: Final[list[Callable[[], str]]] = []


def act_for(name: str) -> None:
    """Act on behalf of somebody from now on, in this thread; an empty name: nobody in particular."""
    _ACTOR.set(name)


def actor() -> str | None:
    """Return on whose behalf this thread acts, or None."""
    told = _ACTOR.get()
    if told is None and _asked:
        told = _asked[-1]()
    return told or None


def ask(who: Callable[[], str]) -> None:
    """Ask this from now on in every thread that was told of nobody; it names a person, or nobody by an empty text."""
    _asked[:] = [who]
