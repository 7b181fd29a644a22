"""One HTTP/1.1 connection to a receiver, kept open between deliveries."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlsplit

import h11

from fake_heygen.manner import Manner, reset, send_in

READ_SIZE = 65_536
LONGEST_REPLY = 4096
KEPT_IDLE_S = 2.0
Headers = list[tuple[str, bytes]]
UNQUOTED = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a URL leads: the origin to connect to, and what to ask it for."""

    secure: bool
    host: str
    port: int
    authority: str
    path: str

    @classmethod
    def of(cls, url: str) -> Target:
        """Take a URL apart."""
        parts = urlsplit(url)
        secure, host = parts.scheme == "https", (parts.hostname or "").encode("idna").decode()
        named = f"[{host}]" if ":" in host else host
        path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=UNQUOTED)
        return cls(
            secure=secure,
            host=host,
            port=parts.port or (443 if secure else 80),
            authority=named if parts.port is None else f"{named}:{parts.port}",
            path=path,
        )

    @property
    def origin(self) -> tuple[bool, str, int]:
        """Return what connections are shared by."""
        return self.secure, self.host, self.port


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a receiver answered; of its body the beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """Exchange requests and answers, one at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol = h11.Connection(h11.CLIENT)
        self._idle_since = time.monotonic()

    @classmethod
    async def open(cls, target: Target) -> Connection:
        """Connect to an origin."""
        context = _tls() if target.secure else None
        return cls(*await asyncio.open_connection(target.host, target.port, ssl=context))

    @property
    def reusable(self) -> bool:
        """Say whether another exchange may follow."""
        fresh = time.monotonic() - self._idle_since < KEPT_IDLE_S
        return fresh and self._protocol.our_state is h11.IDLE and not self._reader.at_eof()

    async def exchange(self, method: str, target: Target, headers: Headers, body: bytes, manner: Manner) -> Answer:
        """Send a request in a manner, and return its answer."""
        named = [(name.encode(), value) for name, value in headers]
        sized = [(b"Host", target.authority.encode()), *named, (b"Content-Length", str(len(body)).encode())]
        head = self._protocol.send(h11.Request(method=method, target=target.path, headers=sized)) or b""
        rest = self._protocol.send(h11.Data(data=body)) or b""
        self._protocol.send(h11.EndOfMessage())
        if manner.word:
            await send_in(manner, self, head, rest)
        else:
            self._writer.write(head + rest)
        answer = await self._answer()
        with suppress(h11.LocalProtocolError):  # a connection that the answer closes is not used again
            self._protocol.start_next_cycle()
        self._idle_since = time.monotonic()
        return answer

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    def finish(self) -> None:
        """Send no more, and still listen."""
        self._writer.write_eof()

    def reset(self) -> None:
        """Break the connection off, so that the receiver gets a reset."""
        reset(self._writer.transport)
        raise ConnectionAbortedError("the connection was broken off on purpose (simulated)")

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()

    async def _answer(self) -> Answer:
        status, headers, body = 0, {}, b""
        while True:
            event = self._protocol.next_event()
            if event is h11.NEED_DATA:
                self._protocol.receive_data(await self._read(status))
            elif isinstance(event, h11.Response):
                status = event.status_code
                headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
            elif isinstance(event, h11.Data):
                body = (body + event.data)[:LONGEST_REPLY]
            elif isinstance(event, h11.EndOfMessage):
                return Answer(status=status, headers=headers, body=body)

    async def _read(self, status: int) -> bytes:
        received = await self._reader.read(READ_SIZE)
        if not received and not status:
            raise ConnectionResetError("the connection was closed before an answer")
        return received


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
