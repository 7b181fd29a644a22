"""Offer the simulator's page a real simulator whose clock stands still, and a receiver that acknowledges."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from core.clock import utcnow
from core.config import DEMO_KEY
from core.models import ReelStatus, SendState, new_key
from core.product import DEMO_URL, Product
from core.simulator import Simulator, simulator_at
from fake_heygen.cli.process import Process
from tests.unit.pages.conftest import Visit, _environment, _one_scan, _routing, product, visit
from tests.unit.pages.states import stored

__all__ = ["Visit", "_environment", "_one_scan", "_routing", "product", "visit"]  # the fixtures of the pages


class Receiver(BaseHTTPRequestHandler):
    """Acknowledge everything."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")

    def do_OPTIONS(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    """Run one simulator for the tests of a file."""
    with Process("--port", "0", "--scenario", "healthy", "--seed", "1", "--frozen") as running:
        yield running


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    """Run a receiver and return its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/webhooks"
    server.shutdown()
    server.server_close()
    thread.join()


class World:
    """Hold the simulator that the page steers, and make videos in it as the worker does."""

    def __init__(self, url: str, receiver: str, product: Product) -> None:
        self.simulator = Simulator(url, DEMO_KEY)
        self.product = product
        self._receiver = receiver
        self._http = httpx.Client(base_url=url, headers={"X-Api-Key": DEMO_KEY}, trust_env=False)

    def video(self, words: str = "render=10s", **fields: object) -> str:
        """Order a video, as a reel that is processing, and return its id."""
        body = {"type": "avatar", "avatar_id": "lucia_studio_front", "script": f"Hola. [[sim: {words}]]"}
        answer = self._http.post(
            "/v3/videos", json=body | {"callback_url": self._receiver}, headers={"Idempotency-Key": new_key()}
        )
        video_id = str(answer.json()["data"]["video_id"])
        sent = {"status": ReelStatus.PROCESSING, "send_state": SendState.SENT, "submitted_at": utcnow()}
        stored(self.product, **{**sent, "video_id": video_id, **fields})
        return video_id

    def close(self) -> None:
        """Close the connections."""
        self.simulator.close()
        self._http.close()


@pytest.fixture
def world(process: Process, receiver: str, product: Product) -> Iterator[World]:
    """Return a new world: nothing made, nothing due, the clock standing still."""
    made = World(process.url, receiver, product)
    made.simulator.play("healthy")
    made.simulator.set_clock(frozen=True, speed=1.0)
    made.simulator.reset()
    product.store.facts.put(DEMO_URL, process.url, utcnow())
    yield made
    made.close()
    simulator_at(process.url, DEMO_KEY).close()  # the page's own
    simulator_at.cache_clear()
