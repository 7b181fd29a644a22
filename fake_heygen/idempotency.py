"""Idempotency keys: the first answer of a key is given again for a day, whatever the body says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from fake_heygen.clock import SimClock
from fake_heygen.errors import ApiError, invalid
from fake_heygen.remembered import KEPT_S, RememberedAnswer, digest
from fake_heygen.world import World

HEADER = "Idempotency-Key"


class Keys:
    """Hold the keys of one account: which are known, and which are being worked on."""

    def __init__(self, world: World, clock: SimClock) -> None:
        self._world = world
        self._clock = clock
        self._busy: set[str] = set()

    def known(self, key: str | None) -> RememberedAnswer | None:
        """Return the first answer of a key, None when it has none or a day has passed."""
        kept = self._world.answers.get(key) if key is not None else None
        return kept if kept and kept.valid(self._clock.now()) else None

    @contextmanager
    def busy(self, key: str | None) -> Iterator[None]:
        """Work on a key, or refuse because somebody does already."""
        if key in self._busy:
            raise ApiError("request_in_progress", "A request with this Idempotency-Key is still in progress")
        if key is not None:
            self._busy.add(key)
        try:
            yield
        finally:
            self._busy.discard(key or "")

    def remember(self, key: str | None, raw: bytes, body: str) -> None:
        """Keep the answer of a key for a day."""
        if key is None:
            return
        now = self._clock.now()
        self._world.answers.put(key, RememberedAnswer(key=key, at=now, status=200, body=body, request=digest(raw)))
        self._world.due.push(now + KEPT_S, "forget_key", key)


def read_key(value: str | None) -> str | None:
    """Check the header: 1 to 255 of `A-Za-z0-9_-:.`."""
    if value is None:
        return None
    if not re.fullmatch(r"[A-Za-z0-9_\-:.]{1,255}", value):
        raise invalid(HEADER, f"{HEADER} must have 1 to 255 characters of A-Z, a-z, 0-9, _ - : and .")
    return value
