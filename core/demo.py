"""Start the bundled fake HeyGen as a child process and stop it with the product.

It is a program of its own, so that nothing it does (rendering, faults) can hold up the product.
"""

from __future__ import annotations

import logging
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Final

from core.errors import ReelsError

logger = logging.getLogger(__name__)

PORT: Final = 8900
START_TIMEOUT_S: Final = 20.0
STOP_TIMEOUT_S: Final = 5.0
READY: Final = "fake HeyGen listening on "
ROOT: Final = Path(__file__).resolve().parent.parent


class DemoServer:
    """Run `python -m fake_heygen` while the product runs; it ends by itself if the product is killed.

    Without a `state` it remembers nothing over restarts.
    """

    def __init__(self, state: Path | None, *, scenario: str = "demo", port: int = PORT) -> None:
        self._scenario = scenario
        self._port = port
        self._state = state
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Start the server and return its address; raises ReelsError if it does not come up.

        Where another product that starts at the same moment was quicker to take the port, any other port will do.
        """
        address = self._launch(self._port if _is_free(self._port) else 0) or self._launch(0)
        if address is None:
            raise ReelsError("The bundled fake HeyGen did not start: see the lines above this one.")
        logger.info("Demo: fake HeyGen at %s", address)
        return address

    def _launch(self, port: int) -> str | None:
        """Start the server at a port and return its address, None where it ends or stays silent."""
        self._process = subprocess.Popen(  # noqa: S603  # our own program, with words of our own
            [
                *(sys.executable, "-m", "fake_heygen", "--scenario", self._scenario, "--exit-with-parent"),
                *("--port", str(port)),
                *(() if self._state is None else ("--state", str(self._state.resolve()))),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None  # noqa: S101  # a pipe was asked for
        address = _ready_line(self._process.stdout, START_TIMEOUT_S)
        if address is None:
            self.stop()
        return address

    def stop(self) -> None:
        """End the server."""
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _ready_line(stdout: IO[str], timeout_s: float) -> str | None:
    """Return the address that the server prints when it is ready; None if it ends or stays silent."""
    deadline = time.monotonic() + timeout_s
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while (left_s := deadline - time.monotonic()) > 0 and selector.select(left_s):
            line = stdout.readline()
            if not line:
                return None
            if line.startswith(READY):
                return line.removeprefix(READY).strip()
    return None
