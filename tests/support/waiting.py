"""Wait for a condition, with a bound: the tests' only way to let time pass."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(
    condition: Callable[[], T], *, timeout_s: float = 15.0, what: str = "the condition", every_s: float = 0.05
) -> T:
    """Return the first true value of `condition`; fail with `what` when the time is over."""
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {timeout_s} s (last: {value!r})")
        pause.wait(every_s)
