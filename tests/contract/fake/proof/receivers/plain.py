"""What the standard library's server needs before it can take a body at all."""

from __future__ import annotations

from contextlib import suppress
from http.server import BaseHTTPRequestHandler


class Handler(BaseHTTPRequestHandler):
    """Read the body, hand it to `take`, and answer with the status that it returns; an exception is a 500."""

    limit = 1 << 40

    def take(self, body: bytes) -> int:
        raise NotImplementedError

    def do_POST(self) -> None:
        body = self._chunked() if "chunked" in self.headers.get("Transfer-Encoding", "") else self._sized()
        if body is None:
            return
        try:
            status = 413 if len(body) > self.limit else self.take(body)
        except Exception:
            status = 500
        self._answer(status)

    def do_OPTIONS(self) -> None:
        self._answer(200)

    def do_GET(self) -> None:
        self._answer(405)

    def do_HEAD(self) -> None:
        self._answer(405)

    def _sized(self) -> bytes | None:
        length = int(self.headers.get("Content-Length") or 0)
        with suppress(OSError):
            body = self.rfile.read(length)
            return body if len(body) == length else None
        return None

    def _chunked(self) -> bytes | None:
        body = b""
        with suppress(OSError, ValueError):
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return None

    def _answer(self, status: int) -> None:
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_: object) -> None:
        return
