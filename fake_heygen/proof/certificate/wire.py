"""One HTTP request at a time over a socket of its own, with a hand on every byte and every pause."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

import h11

from fake_heygen.connection import Target

READ_SIZE = 65_536
LONGEST_ANSWER = 65_536
HANG_UP_AT_ONCE = struct.pack("ii", 1, 0)

Headers = Sequence[tuple[str, bytes]]


class Unreachable(Exception):
    """Report that nobody accepts connections at the receiver's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: a status, or the reason why there is none."""

    status: int | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    seconds: float = 0.0
    error: str | None = None

    @property
    def believed(self) -> bool:
        """Say whether the receiver took the delivery for good: any 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Say whether the receiver refused it in good order: any 4xx."""
        return self.status is not None and 400 <= self.status < 500

    def header(self, name: bytes) -> str | None:
        """Return a header of the answer."""
        return next((value.decode("latin-1") for given, value in self.headers if given == name), None)

    def __str__(self) -> str:
        return f"answered {self.status}" if self.status is not None else str(self.error)


class Wire:
    """A connection on which one request is written, as slowly or as brokenly as wanted."""

    def __init__(self, target: Target, timeout_s: float) -> None:
        self._target = target
        self._began = time.monotonic()
        self._deadline = self._began + timeout_s
        self._timeout_s = timeout_s
        self._protocol = h11.Connection(h11.CLIENT)
        try:
            self._socket = socket.create_connection((target.host, target.port), timeout_s)
            if target.secure:
                self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=target.host)
        except OSError as error:
            raise Unreachable(f"{target.host}:{target.port}: {error.strerror or error}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._socket.close()

    def begin(self, method: str, headers: Headers, length: int | None) -> None:
        """Write the head; `length` None sends the body in chunks."""
        framing = ("Transfer-Encoding", b"chunked") if length is None else ("Content-Length", b"%d" % length)
        every = [("Host", self._target.authority.encode()), *headers, framing]
        lines = [(name.encode(), value) for name, value in every]
        self._write(h11.Request(method=method, target=self._target.path, headers=lines))

    def write(self, part: bytes) -> None:
        """Write a part of the body."""
        self._write(h11.Data(data=part))

    def end(self) -> None:
        """End the body."""
        self._write(h11.EndOfMessage())

    def answer(self) -> Answer:
        """Wait for the answer, at most until the time is over."""
        try:
            return self._read()
        except TimeoutError:
            return self._none(f"gave no answer within {self._timeout_s:g} s")
        except (OSError, h11.RemoteProtocolError) as error:
            return self._none(f"broke the connection off ({error or type(error).__name__})")

    def closed_or_answered(self) -> bool:
        """Say whether the other side has spoken or hung up, without waiting."""
        self._socket.setblocking(False)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except (OSError, ValueError):
            return True
        finally:
            self._socket.settimeout(max(0.001, self._deadline - time.monotonic()))
        return True

    def hang_up(self, *, rudely: bool = False) -> None:
        """Close the connection; rudely with a reset."""
        if rudely:
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HANG_UP_AT_ONCE)
        self._socket.close()

    def _write(self, event: h11.Event) -> None:
        self._socket.sendall(self._protocol.send(event) or b"")

    def _read(self) -> Answer:
        status: int | None = None
        headers: tuple[tuple[bytes, bytes], ...] = ()
        body = b""
        while True:
            event = self._protocol.next_event()
            if event is h11.NEED_DATA:
                self._socket.settimeout(max(0.001, self._deadline - time.monotonic()))
                self._protocol.receive_data(self._socket.recv(READ_SIZE))
            elif isinstance(event, h11.Response):
                status, headers = event.status_code, tuple(event.headers)
            elif isinstance(event, h11.Data):
                body = (body + event.data)[:LONGEST_ANSWER]
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                break
        if status is None:
            return self._none("closed the connection without an answer")
        return Answer(status=status, headers=headers, body=body, seconds=time.monotonic() - self._began)

    def _none(self, error: str) -> Answer:
        return Answer(error=error, seconds=time.monotonic() - self._began)


def exchange(
    target: Target, method: str, headers: Headers, body: bytes, *, timeout_s: float, chunked: bool = False
) -> Answer:
    """Make one request and return what came of it; a receiver may answer, or hang up, before the body is through."""
    with Wire(target, timeout_s) as wire:
        try:
            wire.begin(method, headers, None if chunked else len(body))
            for start in range(0, len(body), READ_SIZE):
                wire.write(body[start : start + READ_SIZE])
            wire.end()
        except OSError:
            pass  # whatever was said before the other side closed is still to be read
        return wire.answer()
