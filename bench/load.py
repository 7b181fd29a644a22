"""Load an HTTP server: several processes, raw sockets, requests made before the clock starts."""

from __future__ import annotations

import pickle
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from bench.served import ROOT

PROCESSES: Final = 2
OK: Final = b"HTTP/1.1 200 "
Make = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Hold what came of one run; `busy` is the share of a core that the busiest generator used.

    `cpu_s` are the seconds of processor that the server took, its database included; 0 where that was not looked at.
    """

    served: int
    errors: int
    seconds: float
    busy: float
    latencies_s: Sequence[float] = field(repr=False)
    cpu_s: float = 0.0

    @property
    def rate(self) -> float:
        """Return the requests served in a second."""
        return self.served / self.seconds

    @property
    def cpu_a_request_s(self) -> float:
        """Return the seconds of processor for each request served."""
        return self.cpu_s / self.served

    def quantile_s(self, share: float) -> float:
        """Return the latency that `share` of the requests did not exceed."""
        return self.latencies_s[min(len(self.latencies_s) - 1, int(share * len(self.latencies_s)))]


@dataclass(slots=True, kw_only=True)
class Client:
    """Hold one kept connection and what it waits for."""

    port: int
    sock: socket.socket | None = None
    sent_at: float = 0.0
    got: bytes = b""
    whole: int = 0  # bytes of a complete response that kept the connection

    def open(self) -> socket.socket:
        """Connect anew."""
        if self.sock is not None:
            self.sock.close()
        self.sock = socket.create_connection(("127.0.0.1", self.port), timeout=30.0)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.sock

    def send(self, request: bytes) -> None:
        """Send one request, whole: it is smaller than any socket's buffer."""
        assert self.sock is not None  # noqa: S101  # opened before it is used
        self.got = b""
        self.sent_at = time.perf_counter()
        self.sock.sendall(request)


def run(port: int, make: Make, *, connections: int, seconds: float, at_most: int) -> Load:
    """Keep `connections` requests under way for some seconds; `make(n)` returns the n-th request, picklable."""
    command = [sys.executable, "-m", "bench.generator"]
    with ExitStack() as stack:
        some = [
            stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE))  # noqa: S603  # ours
            for _ in range(PROCESSES)
        ]
        for index, process in enumerate(some):
            numbers = range(index, at_most, PROCESSES)
            _tell(process, Task(port, make, numbers, connections // PROCESSES, seconds))
        for process in some:
            _hear(process)  # its requests are made
        for process in some:
            _tell(process, "go")
        parts: list[Load] = [_hear(process) for process in some]
    return Load(
        served=sum(part.served for part in parts),
        errors=sum(part.errors for part in parts),
        seconds=max(part.seconds for part in parts),
        busy=max(part.busy for part in parts),
        latencies_s=sorted(latency for part in parts for latency in part.latencies_s),
    )


@dataclass(frozen=True, slots=True)
class Task:
    """Hold what one generator is to do."""

    port: int
    make: Make
    numbers: range
    connections: int
    seconds: float


def _tell(process: subprocess.Popen[bytes], what: object) -> None:
    assert process.stdin is not None  # noqa: S101  # a pipe was asked for
    pickle.dump(what, process.stdin)
    process.stdin.flush()


def _hear(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout is not None  # noqa: S101  # a pipe was asked for
    return pickle.load(process.stdout)  # noqa: S301  # from our own process


def drive(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Send requests over kept connections until the time or the requests run out, then await what is under way."""
    queue = iter(requests)
    selector = selectors.DefaultSelector()
    began, cpu, latencies, errors = time.perf_counter(), time.process_time(), [], 0
    for _ in range(connections):
        client = Client(port=port)
        selector.register(client.open(), selectors.EVENT_READ, client)
        client.send(next(queue))
    waiting, until, now = connections, began + seconds, began
    while waiting:
        ready = selector.select(timeout=30.0)
        if not ready:
            errors += waiting
            break
        for key, _ in ready:
            client = key.data
            status = _status(client)
            if status is None:
                continue
            now = time.perf_counter()
            if status == 200:
                latencies.append(now - client.sent_at)
            else:
                errors += 1
            request = next(queue, None) if now < until else None
            if request is None:
                selector.unregister(client.sock)
                client.sock.close()
                waiting -= 1
                continue
            if status == 0 or b"onnection: close" in client.got:
                selector.unregister(client.sock)
                selector.register(client.open(), selectors.EVENT_READ, client)
            client.send(request)
    took = now - began
    busy = (time.process_time() - cpu) / took
    return Load(served=len(latencies), errors=errors, seconds=took, busy=busy, latencies_s=latencies)


def _status(client: Client) -> int | None:
    """Return the status of a complete response, None while it is not complete, 0 when the server hung up."""
    assert client.sock is not None  # noqa: S101  # opened before it is used
    try:
        data = client.sock.recv(65536)
    except OSError:
        data = b""
    if not data:
        return 0
    if len(data) == client.whole and not client.got and data.startswith(OK):  # as most are; parsing costs the others
        return 200
    client.got += data
    head, blank, body = client.got.partition(b"\r\n\r\n")
    if not blank:
        return None
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    if len(body) < int(length or 0):
        return None
    if head.startswith(OK) and b"onnection: close" not in head:
        client.whole = len(client.got)
    return int(head[9:12])
