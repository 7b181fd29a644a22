"""Leave a balancer in peace: say on /healthz that this server ends, and go on answering until the time is over."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import uvicorn
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEALTH = "/healthz"


class Draining:
    """Wrap an application: once begun, /healthz answers 503, and every answer ends its connection."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; while draining, answer for the health and let no connection be kept."""
        if not self.begun or scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"] == HEALTH:
            await JSONResponse({"draining": True}, 503)(scope, receive, _closing(send))
        else:
            await self.app(scope, receive, _closing(send))


def _closing(send: Send) -> Send:
    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
        await send(message)

    return closing


class DrainingServer(uvicorn.Server):
    """Drain for `drain_s` after SIGTERM and end then; SIGINT, or a second SIGTERM, ends at once."""

    def __init__(self, config: uvicorn.Config, draining: Draining, drain_s: float) -> None:
        super().__init__(config)
        self._draining = draining
        self._drain_s = drain_s

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain, or to end."""
        if sig != signal.SIGTERM or self._drain_s == 0 or self._draining.begun:
            super().handle_exit(sig, frame)
            return
        self._draining.begun = True
        ending = threading.Timer(self._drain_s, super().handle_exit, (sig, frame))
        ending.daemon = True
        ending.start()
