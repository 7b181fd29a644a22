"""Die, or stand still, at a named moment: around a commit, a request to HeyGen, or an answer to a webhook.

Nothing in the product knows of this: what it stands on is wrapped (sqlite3, httpx, ASGI), in the runner's process only.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final

import httpx
from starlette.routing import Route

from tests.torture.gateway import Gateway

RECEIVING, WORKING = "receiving", "working"
POST_TIMEOUT_S: Final = 2.0  # in place of 120 s: shorter than the leases, as in production
READ_TIMEOUT_S: Final = 2.0
OUTSIDE: Final = ("post", "look", "sweep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Name a moment: the place that is passed, by which thread, before or after, and who passes it."""

    place: str
    after: bool
    thread: str = ""
    part: str = WORKING
    often: int = 6


POINTS: Final = {
    "before a commit": Point(place="commit", after=False, often=40),
    "after a commit": Point(place="commit", after=True, often=40),
    "before a commit of a sender": Point(place="commit", after=False, thread="sender", often=20),
    "after a commit of a sender": Point(place="commit", after=True, thread="sender", often=20),
    "before HeyGen gets a POST": Point(place="post", after=False),
    "after HeyGen's answer to a POST": Point(place="post", after=True),
    "between confirming and applying": Point(place="look", after=True),
    "between a sweep's answer and applying": Point(place="sweep", after=True),
    "before a verdict is committed": Point(place="commit", after=False, thread="inbox", often=12),
    "after a verdict is committed": Point(place="commit", after=True, thread="inbox", often=12),
    "while a batch is being committed": Point(place="commit", after=False, thread="recorder", part=RECEIVING),
    "after a batch is committed": Point(place="commit", after=True, thread="recorder", part=RECEIVING),
    "before a 200 is sent": Point(place="answer", after=False, part=RECEIVING),
    "after a 200 is sent": Point(place="answer", after=True, part=RECEIVING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """Hold at which passing of which point a process dies, or at every how many a thread of it stands still."""

    point: str
    nth: int
    stalls: bool = False

    @classmethod
    def draw(cls, random: Random, parts: set[str]) -> Appointment:
        """Choose an appointment that a process with these parts can keep; nobody stands still with the store locked."""
        stalls = WORKING in parts and random.random() < 0.3
        fit = [name for name, p in POINTS.items() if (p.place in OUTSIDE and p.after if stalls else p.part in parts)]
        point = random.choice(fit)
        return cls(point=point, nth=random.randint(1, POINTS[point].often), stalls=stalls)


class Reaper:
    """Count how often the point of an appointment is passed, and keep the appointment at the right time."""

    def __init__(self, appointment: Appointment | None, stall_s: float) -> None:
        self._appointment = appointment
        self._point = POINTS[appointment.point] if appointment else None
        self._stall_s = stall_s
        self._passed = 0
        self._lock = threading.Lock()

    def passes(self, place: str, *, after: bool) -> None:
        """Pass a place."""
        point, appointment = self._point, self._appointment
        if point is None or appointment is None or (point.place, point.after) != (place, after):
            return
        if not threading.current_thread().name.startswith(point.thread):
            return
        with self._lock:
            self._passed += 1
            due = self._passed % appointment.nth == 0
            if due and not appointment.stalls:
                os.write(2, f"torture: dies {appointment.point}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)
        if due:
            os.write(2, f"torture: stands still {appointment.point}\n".encode())
            time.sleep(self._stall_s)

    def connect(self, original: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
        """Return a `sqlite3.connect` whose connections pass their commits."""
        reaper = self

        class Mortal:
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                if sql.strip().upper() not in {"COMMIT", "END"}:
                    return super().execute(sql, *values)  # type: ignore[misc,no-any-return]
                reaper.passes("commit", after=False)
                cursor = super().execute(sql, *values)  # type: ignore[misc]
                reaper.passes("commit", after=True)
                return cursor  # type: ignore[no-any-return]

        def connect(*args: Any, factory: type[sqlite3.Connection] = sqlite3.Connection, **options: Any):  # type: ignore[no-untyped-def]
            return original(*args, factory=type("Connection", (Mortal, factory), {}), **options)

        return connect

    def transport(
        self, original: Callable[..., httpx.Response], gateway: Gateway | None
    ) -> Callable[..., httpx.Response]:
        """Return a `HTTPTransport.handle_request` that passes the requests to HeyGen, with short time-outs."""

        def handle_request(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            if not request.url.path.startswith("/v3/"):
                return original(transport, request)
            place = _place(request)
            longest = POST_TIMEOUT_S if request.method == "POST" else READ_TIMEOUT_S
            request.extensions["timeout"] = {**request.extensions["timeout"], "read": longest, "connect": 2.0}
            self.passes(place, after=False)
            forward = partial(original, transport)
            response = gateway.handle(request, forward) if gateway else forward(request)
            if self._point is not None and self._point.place == place:
                response.read()
            self.passes(place, after=True)
            return response

        return handle_request

    def route(self, route: Route) -> Route:
        """Return a route that passes its answers 200 to a POST."""

        async def mortal(scope: Any, receive: Any, send: Any) -> None:
            taken = False

            async def watched(message: Any) -> None:
                nonlocal taken
                if message["type"] == "http.response.start":
                    taken = message["status"] == 200 and scope["method"] == "POST"
                    if taken:
                        self.passes("answer", after=False)
                await send(message)
                if taken and message["type"] == "http.response.body" and not message.get("more_body"):
                    self.passes("answer", after=True)

            await route.app(scope, receive, watched)

        return Route(route.path, _Asgi(mortal), methods=list(route.methods) if route.methods else None)


class _Asgi:
    """Mark a function as an ASGI application, which Starlette tells from an endpoint by its being an object."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)


def _place(request: httpx.Request) -> str:
    path = request.url.path
    if request.method == "POST" and path == "/v3/videos":
        return "post"
    if path == "/v3/videos/statuses":
        return "sweep"
    return "look" if request.method == "GET" and path.startswith("/v3/videos/") else "other"
