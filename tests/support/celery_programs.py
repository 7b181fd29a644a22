"""Run Redis and Celery's programs for tests, each a process of its own on a port of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from tests.support.programs import ROOT, Program, clean_environ, free_port
from tests.support.untested import untested
from tests.support.waiting import wait_for


def need() -> str:
    """Return Redis' program; without it, or without Celery, a CI run fails and any other says what it does not test."""
    program = shutil.which("redis-server")
    if program is None:
        untested("everything on Celery, since redis-server is not installed (Debian: apt-get install redis-server).")
    need_celery()
    return program


def need_celery() -> None:
    """Say that nothing on Celery is tested where it is not installed."""
    if find_spec("celery") is None:
        untested("everything on Celery, since requirements-celery.txt is not installed.")


class Redis(Program):
    """A Redis that keeps nothing, as one would use for a broker of mere wake-ups."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        words = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(folder),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        super().__init__([need(), *words], clean_environ(), folder / f"redis-{self.port}.log", folder)
        wait_for(self._answers, what="redis to answer")

    def _answers(self) -> bool:
        try:
            return self.ask("PING") == "+PONG"
        except OSError:
            return False

    def ask(self, *words: str) -> str:
        """Run one command and return the first line of its answer, as Redis writes it."""
        command = f"*{len(words)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words)
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as conn:
            conn.sendall(command.encode())
            return conn.recv(4096).decode().split("\r\n")[0]

    def waiting(self, *queues: str) -> int:
        """Count the messages that wait in queues or are being worked on."""
        return sum(int(self.ask("LLEN", queue)[1:]) for queue in queues) + int(self.ask("HLEN", "unacked")[1:])

    def again(self) -> Redis:
        """Start another at the same place."""
        return Redis(self._folder, self.port)


class Celery(Program):
    """`celery -A core.tasks …` with its children, in a process group of its own."""

    def __init__(self, folder: Path, environ: Mapping[str, str], name: str, *words: str) -> None:
        argv = [sys.executable, "-m", "celery", "-A", "core.tasks", *words]
        super().__init__(argv, environ, folder / f"celery-{name}.log", ROOT, group=True)

    def kill(self) -> None:
        """End it and its children as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._out.close()
