"""The rate limit: how many requests an account may make in a minute of simulated time."""

from __future__ import annotations

from collections import deque
from math import ceil

from fake_heygen.errors import ApiError

WINDOW_S = 60.0


class Rate:
    """Count the requests of the last minute."""

    def __init__(self) -> None:
        self._moments: deque[float] = deque()

    def admit(self, now: float, most: int | None) -> None:
        """Count a request, or refuse it and say when the next one may come."""
        if most is None:
            return
        while self._moments and self._moments[0] <= now - WINDOW_S:
            self._moments.popleft()
        if len(self._moments) >= most:
            wait_s = max(1, ceil(self._moments[0] + WINDOW_S - now))
            message = f"At most {most} requests a minute"
            raise ApiError("rate_limit_exceeded", message, headers={"Retry-After": str(wait_s)})
        self._moments.append(now)

    def forget(self) -> None:
        """Begin to count anew."""
        self._moments.clear()
