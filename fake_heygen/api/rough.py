"""Answers that are sent badly: cut off, spread over time, or not at all."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fake_heygen.manner import Manner, reset, send_in

TRANSPORT = "fake_heygen.transport"


class RoughResponse(Response):
    """Send another answer in a manner, past the server's own protocol, and close the connection."""

    def __init__(self, answer: Response, manner: Manner) -> None:
        super().__init__(b"", answer.status_code)
        self._answer = answer
        self._manner = manner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        transport = scope.get(TRANSPORT)
        if transport is None:  # no real connection stands behind this request
            await self._answer(scope, receive, send)
            return
        line = _TransportLine(transport)
        await send_in(self._manner, line, self._head(), bytes(self._answer.body))
        line.finish()
        while (await receive())["type"] != "http.disconnect":
            pass

    def _head(self) -> bytes:
        status = self._answer.status_code
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
        lines += [name + b": " + value for name, value in self._answer.raw_headers]
        return b"\r\n".join([*lines, b"connection: close", b"", b""])


class _TransportLine:
    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._transport.write(data)

    def finish(self) -> None:
        """Close once what was written has gone."""
        self._transport.close()

    def reset(self) -> None:
        """Break the connection off."""
        reset(self._transport)


def cut_off() -> Response:
    """Return what closes the connection without an answer."""
    return RoughResponse(Response(), Manner(word="empty"))
