"""Write every request into the journal, give it an id, and answer HeyGen's 500 when a handler fails."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fake_heygen.api.answers import error_response
from fake_heygen.api.guard import is_control, key_of
from fake_heygen.api.rough import TRANSPORT
from fake_heygen.errors import ApiError
from fake_heygen.journal import Entry, masked, readable, told
from fake_heygen.simulation import Simulation, name_of

logger = logging.getLogger(__name__)

LARGEST_BODY = 32 * 1024 * 1024
LARGEST_DRAINED = 8 * LARGEST_BODY
REQUEST_ID = "X-Request-Id"


class Recorder:
    """Wrap the routes; `before_answer` makes durable what a request changed, before the client may know it."""

    def __init__(self, app: ASGIApp, simulation: Simulation, before_answer: Callable[[], None]) -> None:
        self._app = app
        self._simulation = simulation
        self._before_answer = before_answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, size = await _read_body(receive)
        exchange = _Exchange(self._entry(scope, body), send, self._simulation.world.name("request")[:32])
        scope[TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        app: ASGIApp = self._app
        if size > LARGEST_BODY:
            app = error_response(ApiError("payload_too_large", "The body may have at most 32 MiB"))
        try:
            await app(scope, _replay(body, receive), self._durable(scope, exchange))
        except Exception:
            logger.exception("Unexpected error in %s %s", scope["method"], scope["path"])
            if not exchange.started:
                failure = error_response(ApiError("internal_error", "Something went wrong"))
                await failure(scope, receive, exchange.send)

    def _entry(self, scope: Scope, body: bytes) -> Entry:
        entry: Entry = {
            "kind": "request",
            "at": self._simulation.clock.now(),
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode("latin-1"),
            "headers": masked(Headers(scope=scope)),
            "body": readable(body),
            "status": None,
            "response": None,
            "response_headers": {},
            "account": name_of(key) if (key := key_of(Headers(scope=scope))) else "",
        }
        return entry if is_control(scope["path"]) else self._simulation.journal.add(entry)

    def _durable(self, scope: Scope, exchange: _Exchange) -> Send:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["method"] not in ("GET", "HEAD"):
                self._before_answer()
            await exchange.send(message)

        return send


class _Exchange:
    """One answer on its way out, copied into its journal entry."""

    def __init__(self, entry: Entry, send: Send, request_id: str) -> None:
        self.started = False
        self._entry = entry
        self._send = send
        self._request_id = request_id
        self._text = False

    async def send(self, message: Message) -> None:
        """Send one part of the answer."""
        if message["type"] == "http.response.start":
            self._start(message)
        elif self._text and self._entry["response"] is None:
            self._entry["response"] = readable(message.get("body", b""))
        await self._send(message)

    def _start(self, message: Message) -> None:
        self.started = True
        headers = MutableHeaders(scope=message)
        headers[REQUEST_ID] = self._request_id
        headers["X-Simulated"] = "fake_heygen"
        self._text = headers.get("content-type", "").startswith(("application/json", "text/"))
        self._entry["status"] = message["status"]
        self._entry["response_headers"] = told(headers)


async def _read_body(receive: Receive) -> tuple[bytes, int]:
    """Read the whole body; of one that is too large nothing is kept, only its size."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more and size <= LARGEST_DRAINED:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= LARGEST_BODY:
            chunks.append(chunk)
        else:
            chunks.clear()
        more = message.get("more_body", False)
    return b"".join(chunks), size


def _replay(body: bytes, receive: Receive) -> Receive:
    replayed = False

    async def replay() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
