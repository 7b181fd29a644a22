"""Run the receivers of the tests in threads, each on a port of its own."""

from __future__ import annotations

import asyncio
import importlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

RECEIVERS = "tests.contract.fake.proof.receivers"
PLAIN = ("document_route", "one_at_a_time", "exact_case")
NOT_RESTARTED = (*PLAIN, "leaks_slots")


class Hosted:
    """A receiver that can be restarted as a crash would, and that knows what it has kept."""

    def __init__(self, name: str, folder: Path) -> None:
        self.kept = folder / f"{name}.kept"
        self.kept.touch()
        self._module: Any = importlib.import_module(f"{RECEIVERS}.{name}")
        self._stop: Callable[[], None] = lambda: None
        self._port = 0
        self._plain = name in PLAIN
        self.start()
        self.url = f"http://127.0.0.1:{self._port}/webhooks/heygen"

    def start(self) -> None:
        if self._plain:
            self._start_plain()
        else:
            self._start_asgi()

    def restart(self) -> None:
        """Lose everything but what was written."""
        self.stop()
        self.start()

    def stop(self) -> None:
        self._stop()

    def count(self) -> int:
        return len(self.kept.read_bytes().splitlines())

    def _start_asgi(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(256)
        self._port = listener.getsockname()[1]
        app = getattr(self._module, "Receiver", None) or self._module.Sound
        server = uvicorn.Server(uvicorn.Config(app(self.kept), lifespan="off", log_config=None, access_log=False))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
        thread.start()

        def stop() -> None:
            server.should_exit = server.force_exit = True
            thread.join(10)
            listener.close()

        self._stop = stop

    def _start_plain(self) -> None:
        server = self._module.Server()
        self._port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join(10)

        self._stop = stop
