"""The control route that waits: it answers when a condition holds, or when its time is over."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import json_response
from fake_heygen.condition import read_condition
from fake_heygen.errors import invalid
from fake_heygen.order import read_object
from fake_heygen.simulation import Simulation

LOOK_EVERY_S = 0.03
FROZEN = "the clock stands still: what lies ahead happens only when it is advanced"
WORDS = ("state", "video_id", "event_type")


class Waiting:
    """Handle /_sim/wait; `closing` ends every wait."""

    def __init__(self, simulation: Simulation, closing: asyncio.Event) -> None:
        self._simulation = simulation
        self._closing = closing

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/_sim/wait", self.wait, methods=["GET", "POST"])]

    async def wait(self, request: Request) -> Response:
        """Wait; 200 says that the condition holds, 408 that it did not in time."""
        body = await request.body()
        condition, timeout_s = read_condition(read_object(body) if body else _of_query(request))
        accounts = self._simulation.chosen(request.query_params.get("account"))
        worlds = [account.world for account in accounts]
        began = time.monotonic()
        while True:
            seen = condition.seen(worlds, self._simulation.clock.now())
            waited_s = time.monotonic() - began
            if condition.met(seen) or waited_s >= timeout_s or self._closing.is_set():
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), min(LOOK_EVERY_S, timeout_s - waited_s))
        met = condition.met(seen)
        answer: dict[str, object] = {"met": met, "waited_s": round(waited_s, 3), "seen": seen}
        if not met and self._simulation.clock.frozen:
            answer["hint"] = FROZEN
        return json_response(answer, 200 if met else 408)


def _of_query(request: Request) -> dict[str, object]:
    """Read the condition of a GET, whose values are all texts."""
    return {
        key: value if key in WORDS else _value(key, value)
        for key, value in request.query_params.items()
        if key != "account"
    }


def _value(key: str, value: str) -> object:
    if key == "idle":
        return {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
    try:
        return float(value)
    except ValueError:
        raise invalid(key, f"{key} must be a number, got {value!r}") from None
