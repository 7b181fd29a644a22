"""Run a runtime as a process of its own: with a server on a socket, or without any."""

from __future__ import annotations

import signal
import socket
import threading

import uvicorn
from starlette.applications import Starlette

from core.draining import Draining, DrainingServer
from core.errors import ReelsError
from core.receiver import ENDPOINT_PATH
from core.runtime import Runtime
from core.shortcut import PastTheRouter


def listen(host: str, port: int) -> socket.socket:
    """Return a bound socket; raises ReelsError when the address cannot be had."""
    if not 0 <= port <= 65535:
        raise ReelsError("Port {port} does not exist: choose one from 1 to 65535.", port=port)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ReelsError(
            "{host}:{port} cannot be used ({why}): choose another with --port.",
            host=host,
            port=port,
            why=error.strerror or str(error),
        ) from error
    return listener


def serve(runtime: Runtime, listener: socket.socket, drain_s: float = 0.0) -> int:
    """Serve until a signal comes, and `drain_s` longer; return the exit code.

    Raises ReelsError when the parts do not start.
    """
    routes = runtime.routes
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    busiest = next((route for route in routes if route.path == ENDPOINT_PATH), None)
    draining = Draining(app if busiest is None else PastTheRouter(app, busiest))
    # No route looks at who asks, nor by which scheme: what a proxy says of that need not be read for each request.
    config = uvicorn.Config(draining, log_config=None, access_log=False, proxy_headers=False, server_header=False)
    server = DrainingServer(config, draining, drain_s)
    # One that comes before uvicorn listens for it must count; uvicorn raises it again when it has ended.
    signal.signal(signal.SIGTERM, lambda *_: setattr(server, "should_exit", True))
    runtime.start()
    try:
        server.run(sockets=[listener])
    finally:
        runtime.stop()
    return 0


def work(runtime: Runtime) -> int:
    """Run the worker until a signal comes; return the exit code."""
    ended = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: ended.set())
    runtime.start()
    try:
        ended.wait()
    finally:
        runtime.stop()
    return 0
