"""Stand between the product and HeyGen as networks do: answers get lost, gateways answer for the one behind them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

import httpx

SHARE: Final = 0.06
Forward = Callable[[httpx.Request], httpx.Response]
Trouble = Callable[[httpx.Request, Forward], httpx.Response]


class Gateway:
    """Let most requests through, and give some of them trouble."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._lock = threading.Lock()

    def handle(self, request: httpx.Request, forward: Forward) -> httpx.Response:
        """Answer one request to HeyGen."""
        with self._lock:
            chosen = self._random.choice(troubles(request)) if self._random.random() < SHARE else None
        return forward(request) if chosen is None else chosen(request, forward)


def troubles(request: httpx.Request) -> Sequence[Trouble]:
    """Return what may happen to a request; one that costs money is most often in doubt afterwards."""
    either = (not_connected, refused_at_the_door, broken_behind, lost)
    return (*either, lost, lost) if request.method == "POST" else (*either, a_page)


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
