"""Run the product as it is, in a process that may have an appointment with death."""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
from starlette.routing import Route

from core import archive, inbox, serving, submission, sweep
from core.config import Settings
from core.runtime import Runtime
from tests.torture.deaths import Appointment, Reaper
from tests.torture.gateway import Gateway

UP = "torture: up\n"
LEASE_S = 3.0  # longer than the slowest answer that is waited for, as in production


class Mortal(Runtime):
    """The runtime, with routes that may end the process."""

    def __init__(self, reaper: Reaper, settings: Settings, *, port: int, role: str) -> None:
        super().__init__(settings, port=port, receiver=role != "worker", worker=role != "receiver")
        self._reaper = reaper

    def start(self) -> None:
        super().start()
        os.write(2, UP.encode())

    @property
    def routes(self) -> list[Route]:
        return [self._reaper.route(route) for route in super().routes]


def listen(port: int) -> socket.socket:
    """Share the port with the other processes, as behind a balancer."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def hurry(reaper: Reaper, trouble: int | None, lease_s: float = LEASE_S) -> None:
    """Put the reaper and the gateway on the way to HeyGen, and shorten the leases, which are minutes in production."""
    gateway = None if trouble is None else Gateway(trouble)
    httpx.HTTPTransport.handle_request = reaper.transport(httpx.HTTPTransport.handle_request, gateway)  # type: ignore[method-assign]
    for module in (submission, inbox, sweep, archive):
        module.LEASE_S = lease_s  # type: ignore[misc]


def live(
    role: str, port: int, appointment: Appointment | None, trouble: int | None, environ: Mapping[str, str], log: Path
) -> None:
    """Run a role in this process until it is killed or stopped; everything that is printed goes to the log.

    `trouble` is the seed of what happens on the way to HeyGen, None for nothing.
    """
    os.environ.clear()
    os.environ.update(environ)
    with log.open("ab") as out:
        for stream in (1, 2):
            os.dup2(out.fileno(), stream)
    reaper = Reaper(appointment, LEASE_S + 0.3)
    sqlite3.connect = reaper.connect(sqlite3.connect)
    hurry(reaper, trouble)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    runtime = Mortal(reaper, Settings.from_env(), port=port, role=role)
    sys.exit(serving.work(runtime) if role == "worker" else serving.serve(runtime, listen(port)))
