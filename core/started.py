"""Run a coroutine up to its first wait: what has come already needs neither a timer nor a turn of the loop."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Started(Generic[T]):
    """Start a coroutine at once, inside a running task; `at_once` is its value where it ended without any wait."""

    __slots__ = ("_awaited", "_coroutine", "at_once")

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine
        self.at_once: T | None = None
        try:
            self._awaited = coroutine.send(None)
        except StopIteration as end:
            self.at_once = end.value

    def __await__(self) -> Generator[Any, Any, T]:
        """Return the value, waiting for it where that is needed; a cancellation ends the coroutine, too."""
        if self.at_once is not None:
            return self.at_once
        try:
            yield self._awaited
        except BaseException:
            self._coroutine.close()
            raise
        return (yield from self._coroutine.__await__())
