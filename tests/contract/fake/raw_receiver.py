"""A receiver that keeps the bytes of each connection as they came, and how it ended."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


@dataclass
class Came:
    """What came over one connection."""

    pieces: list[bytes] = field(default_factory=list)
    ended: str = "open"
    began: float = field(default_factory=time.monotonic)
    took_s: float = 0.0

    @property
    def bytes(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def body(self) -> bytes:
        return self.bytes.partition(b"\r\n\r\n")[2]

    @property
    def whole(self) -> bool:
        head, found, body = self.bytes.partition(b"\r\n\r\n")
        lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        return bool(found) and (not lengths or len(body) >= lengths[0])


@dataclass
class RawReceiver:
    """Answer every whole request with 200, and keep what came."""

    url: str
    connections: list[Came] = field(default_factory=list)

    def serve(self, client: socket.socket) -> None:
        came = Came()
        self.connections.append(came)
        client.settimeout(8)
        try:
            while piece := client.recv(65_536):
                came.pieces.append(piece)
                came.took_s = time.monotonic() - came.began
                if came.whole:
                    client.sendall(OK)
                    came.ended = "answered"
                    return
            came.ended = "closed"
        except ConnectionResetError:
            came.ended = "reset"
        except TimeoutError:
            came.ended = "silent"
        finally:
            client.close()


@contextmanager
def raw_receiver() -> Iterator[RawReceiver]:
    """Listen on loopback for as long as the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver = RawReceiver(f"http://127.0.0.1:{listening.getsockname()[1]}/hook")

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=receiver.serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield receiver
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
