"""Stand between the product and HeyGen as networks do: answers get lost, gateways answer for the one behind them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from random import Random
from typing import Final
from zlib import crc32

import httpx

SHARE: Final = 0.05
TROUBLED_KEYS: Final = 0.25
TROUBLED_SHARE: Final = 0.6
Forward = Callable[[httpx.Request], httpx.Response]
Trouble = Callable[[httpx.Request, Forward], httpx.Response]


class Gateway:
    """Let most requests through and give some of them trouble; what costs money has it in rows, by its key."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._lock = threading.Lock()

    def handle(self, request: httpx.Request, forward: Forward) -> httpx.Response:
        """Answer one request to HeyGen."""
        key = request.headers.get("Idempotency-Key", "")
        with self._lock:
            chosen = self._random.choice(troubles(key)) if self._random.random() < _share(key) else None
        return forward(request) if chosen is None else chosen(request, forward)


def _share(key: str) -> float:
    if not key:
        return SHARE
    return TROUBLED_SHARE if crc32(key.encode()) / 2**32 < TROUBLED_KEYS else 0.0


def troubles(key: str) -> Sequence[Trouble]:
    """Return what may happen to a request; one with a key is most often in doubt afterwards."""
    either = (not_connected, refused_at_the_door, broken_behind, lost)
    return (*either, refused_at_the_door, lost, lost) if key else (*either, a_page)


def not_connected(request: httpx.Request, _forward: Forward) -> httpx.Response:
    """Make no connection."""
    raise httpx.ConnectError("no route to host", request=request)


def refused_at_the_door(_request: httpx.Request, _forward: Forward) -> httpx.Response:
    """Answer 429 before HeyGen has seen the request, and so before it knows the idempotency key."""
    error = {"error": {"code": "rate_limit_exceeded", "message": "Slow down"}}
    return httpx.Response(429, json=error, headers={"Retry-After": "1"})


def broken_behind(request: httpx.Request, forward: Forward) -> httpx.Response:
    """Hand the request on, and answer 502 in place of the answer."""
    _use_up(forward(request))
    return httpx.Response(502, html="<h1>502 Bad Gateway</h1>")


def lost(request: httpx.Request, forward: Forward) -> httpx.Response:
    """Hand the request on, and lose the answer."""
    _use_up(forward(request))
    raise httpx.ReadTimeout("the answer never came", request=request)


def a_page(_request: httpx.Request, _forward: Forward) -> httpx.Response:
    """Answer 200 with a page that is not HeyGen's."""
    return httpx.Response(200, html="<h1>We are moving</h1>")


def _use_up(response: httpx.Response) -> None:
    response.read()
    response.close()
