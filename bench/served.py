"""Run the servers that are measured: each gets a socket that already listens, so that none is asked too early."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def served(command: Sequence[str], environ: Mapping[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """Run a server as a process as long as the block lasts; yield its port and its id. `{fd}` becomes its socket."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        fd, port = listener.fileno(), listener.getsockname()[1]
        words = [sys.executable, *(word.replace("{fd}", str(fd)) for word in command)]
        process = subprocess.Popen(  # noqa: S603  # the commands are those below
            words,
            pass_fds=(fd,),
            cwd=ROOT,
            env=os.environ | dict(environ or {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield port, process.pid
            if process.poll() is not None:
                raise RuntimeError(f"{' '.join(words)} ended by itself with {process.returncode}")
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def noop() -> Sequence[str]:
    """Return the command of the handler that does nothing."""
    return ("-m", "bench.servers.noop", "{fd}")


def durable(database: Path | str, *options: str) -> Sequence[str]:
    """Return the command of the product's receiver."""
    return ("-m", "bench.servers.durable", "{fd}", str(database), *options)


def one_commit_each() -> Sequence[str]:
    """Return the command of a route over asyncpg; BENCH_POSTGRES names its database."""
    return ("-m", "bench.servers.asyncpg_route", "{fd}")


def document() -> Sequence[str]:
    """Return the command of the document's route, as it would be deployed."""
    app = "bench.servers.flask_route:create_app()"
    return ("-m", "gunicorn", "-w", "1", "--threads", "4", "-b", "fd://{fd}", app)
