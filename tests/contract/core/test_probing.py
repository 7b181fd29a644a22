"""Probe an address of our own that answers badly once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.connectivity import EVERY_S, Connectivity
from core.probe import UNSIGNED
from tests.conftest import Build
from tests.factories import NOW


@pytest.fixture
def stumbling() -> Iterator[tuple[str, list[int]]]:
    """Serve an address whose first answer is 503, and whose others are right."""
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            answers.append(200 if answers else 503)
            self._say(answers[-1], b"")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._say(401, UNSIGNED.encode())

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", answers
        server.shutdown()


def test_one_bad_answer_is_tried_again_before_the_breaker_opens(build: Build, stumbling: tuple[str, list[int]]) -> None:
    url, answers = stumbling
    house = build("hybrid", webhook_base_url=url)
    watch = Connectivity(house.processor, tuple)
    watch.turn(NOW)
    assert watch.turn(NOW) == EVERY_S
    assert answers == [503, 200]
    assert not house.processor.channel().open
