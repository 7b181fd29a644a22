"""Serve the simulator: take the port, say when it accepts connections, stop within a second."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn

from fake_heygen.app import FakeHeyGen

GRACE_S = 0.3
LISTEN_BACKLOG = 2048


class Server(uvicorn.Server):
    """A uvicorn server that announces itself and ends held answers when it stops."""

    def __init__(self, config: uvicorn.Config, fake: FakeHeyGen, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._fake = fake
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce."""
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of what is held, then stop."""
        self._fake.closing.set()
        await super().shutdown(sockets)


def take_port(host: str, port: int) -> socket.socket:
    """Bind a listening socket; port 0 lets the system choose."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sends at once only then
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError:
        taken.close()
        raise
    taken.listen(LISTEN_BACKLOG)
    return taken


def base_url(taken: socket.socket) -> str:
    """Return the address under which a listening socket is reached from this machine."""
    host, port = taken.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  # compared, not bound
    return f"http://[{host}]:{port}" if ":" in host and "[" not in host else f"http://{host}:{port}"


async def serve(fake: FakeHeyGen, taken: socket.socket, *, with_parent: bool) -> None:
    """Serve until a signal, or until the parent has gone."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stopped)  # uvicorn raises the signal once more when it has stopped
    config = uvicorn.Config(fake.asgi(), log_level="warning", access_log=False, lifespan="on", server_header=False)
    config.timeout_graceful_shutdown = GRACE_S  # type: ignore[assignment]  # uvicorn hands it to asyncio, which takes parts of a second
    address = base_url(taken)
    server = Server(config, fake, lambda: print(f"fake HeyGen listening on {address}", flush=True))  # noqa: T201  # the announced line
    if with_parent:
        _watch_parent(server)
    await server.serve(sockets=[taken])


def _stopped(number: int, frame: FrameType | None) -> None:
    """Take the signal that uvicorn raises again after a clean stop."""


def _watch_parent(server: uvicorn.Server) -> None:
    def watch() -> None:
        while os.read(0, 4096):  # not through sys.stdin, whose lock would hold up the exit
            pass
        server.should_exit = True

    threading.Thread(target=watch, name="parent", daemon=True).start()
