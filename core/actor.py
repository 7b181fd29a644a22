"""Remember on whose behalf this thread acts, so that the timeline can tell who did what."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

_ACTOR: Final[ContextVar[str]] = ContextVar("actor", default="")


def act_for(name: str) -> None:
    """Act on behalf of somebody from now on, in this thread; an empty name: nobody in particular."""
    _ACTOR.set(name)


def actor() -> str | None:
    """Return on whose behalf this thread acts, or None."""
    return _ACTOR.get() or None
