"""The manner in which bytes are sent: as they should be, or badly; for requests and for answers alike."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

PIECES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a message is sent; no word means as it should be."""

    word: str = ""
    seconds: float = 0.0


AS_IT_SHOULD = Manner()


class Line(Protocol):
    """What bytes are written to: a stream to a receiver, or the transport of a client."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def finish(self) -> None:
        """Send no more once what was written has gone."""

    def reset(self) -> None:
        """Break the connection off, so that the other side gets a reset."""


async def send_in(manner: Manner, line: Line, head: bytes, body: bytes) -> None:
    """Send a message in a manner; one that ends the line leaves it finished or broken."""
    match manner.word:
        case "empty" | "refused":
            line.finish()
        case "reset":
            line.write(head + body[: len(body) // 2])
            await asyncio.sleep(0.05)  # so that the first half is not overtaken by the reset
            line.reset()
        case "truncated":
            line.write(head + body[: len(body) // 2])
            line.finish()
        case "half-open":
            line.write(head + body[: len(body) // 2])
            await asyncio.sleep(manner.seconds)
            line.reset()
        case "dribble":
            line.write(head)
            await _spread(line, _pieces(body), manner.seconds)
        case "slow-headers":
            await _spread(line, head.splitlines(keepends=True), manner.seconds)
            line.write(body)
        case _:
            line.write(head + body)


def reset(transport: asyncio.BaseTransport) -> None:
    """Close a connection at once with a reset in place of an orderly end."""
    whole = transport.get_extra_info("socket")
    if whole.fileno() >= 0:  # else the other side was quicker
        with socket.socket(fileno=os.dup(whole.fileno())) as same:  # an event loop's own socket may have no options
            same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()  # type: ignore[attr-defined]  # every transport of a stream has it


async def _spread(line: Line, pieces: list[bytes], seconds: float) -> None:
    for piece in pieces:
        line.write(piece)
        await asyncio.sleep(seconds / len(pieces))


def _pieces(body: bytes) -> list[bytes]:
    return list(_cut(body, max(1, -(-len(body) // PIECES))))


def _cut(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]
