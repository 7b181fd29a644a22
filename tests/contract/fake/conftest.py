"""A simulator in a process of its own, a receiver in a thread, both on loopback."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from raw_receiver import RawReceiver, raw_receiver

ROOT = Path(__file__).parents[3]
READY = "fake HeyGen listening on "
FILES = tempfile.mkdtemp(prefix="fake-heygen-test-")  # films of an earlier version must not be found again
atexit.register(shutil.rmtree, FILES, ignore_errors=True)


@dataclass
class Running:
    """A simulator process and the address it announced."""

    process: subprocess.Popen[bytes]
    url: str

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(5)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def start(*arguments: str) -> Running:
    command = [sys.executable, "-m", "fake_heygen", "--port", "0", *arguments]
    process = subprocess.Popen(
        command,
        env=os.environ | {"TMPDIR": FILES},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    line = process.stdout.readline().decode().strip()
    assert line.startswith(READY), line
    return Running(process, line.removeprefix(READY))


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    running = start("--seed", "1", "--scenario", "healthy")
    yield running
    running.stop()


@dataclass
class Fake:
    """The simulator as a client sees it, with the clock in hand."""

    api: httpx.Client

    def create(self, words: str = "", key: str | None = None, timeout_s: float = 30, **fields: Any) -> httpx.Response:
        script = f"Hola a todos. [[sim: {words}]]" if words else "Hola a todos."
        body = {"type": "avatar", "avatar_id": "lucia_studio_front", "script": script} | fields
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.api.post("/v3/videos", json=body, headers=headers, timeout=timeout_s)

    def video(self, words: str = "", **fields: Any) -> str:
        response = self.create(words, **fields)
        assert response.status_code == 200, response.text
        return str(response.json()["data"]["video_id"])

    def get(self, video_id: str) -> dict[str, Any]:
        data: dict[str, Any] = self.api.get(f"/v3/videos/{video_id}").json()["data"]
        return data

    def clock(self, **change: Any) -> dict[str, Any]:
        response = self.api.post("/_sim/clock", json=change)
        assert response.status_code == 200, response.text
        view: dict[str, Any] = response.json()
        return view

    def advance(self, seconds: float) -> None:
        self.clock(advance_s=seconds)

    def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.api.get(path, params=query).json()["data"]
        return rows

    def finish(self, words: str, url: str | None = None, after_s: float = 10, **fields: Any) -> str:
        """Create a video that renders for ten seconds, and let them pass."""
        given = {} if url is None else {"callback_url": url, "callback_id": "7"}
        video_id = self.video(f"render=10s {words}", **given, **fields)
        self.advance(after_s)
        return video_id

    def register(self, url: str, **fields: Any) -> dict[str, Any]:
        response = self.api.post("/v3/webhooks/endpoints", json={"url": url} | fields)
        assert response.status_code == 200, response.text
        endpoint: dict[str, Any] = response.json()["data"]
        return endpoint

    def attempts(self, video_id: str) -> list[dict[str, Any]]:
        return self.rows("/_sim/journal", kind="attempt", video_id=video_id)

    def ledger(self, video_id: str) -> dict[str, Any]:
        return next(row for row in self.rows("/_sim/ledger") if row["video_id"] == video_id)

    def play(self, **scenario: Any) -> None:
        response = self.api.put("/_sim/scenario", json=scenario)
        assert response.status_code == 200, response.text


@pytest.fixture
def fake(server: Running) -> Iterator[Fake]:
    with httpx.Client(base_url=server.url, headers={"X-Api-Key": "any"}, timeout=30, verify=False) as api:
        fake = Fake(api)
        fake.play(name="healthy")
        api.post("/_sim/reset")
        fake.clock(frozen=True, speed=1)
        yield fake


@dataclass
class Received:
    """One request that the receiver got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


@dataclass
class Receiver:
    """A receiver on loopback; `statuses` are used up one by one, then it answers 200."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    options_status: int = 204
    blocked: threading.Event = field(default_factory=threading.Event)
    blocks: Callable[[str], bool] = lambda path: False
    together: threading.Barrier | None = None

    def barrier(self, parties: int) -> None:
        """Answer only once so many requests are here at the same time."""
        self.together = threading.Barrier(parties, timeout=5)

    def posts(self, path: str = "/") -> list[Received]:
        return [one for one in self.requests if one.method == "POST" and one.path.startswith(path)]

    def events(self, path: str = "/") -> list[dict[str, Any]]:
        return [one.event for one in self.requests if one.method == "POST" and one.path.startswith(path)]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            state.requests.append(Received(self.command, self.path, dict(self.headers), body))
            if state.blocks(self.path):
                state.blocked.wait(20)
            if state.together:
                state.together.wait()
            status = state.statuses.pop(0) if state.statuses else 200
            self._answer(status)

        def do_OPTIONS(self) -> None:
            state.requests.append(Received(self.command, self.path, dict(self.headers), b""))
            self._answer(state.options_status)

        def _answer(self, status: int) -> None:
            text = b"" if status == 204 else b"OK"
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", "/elsewhere")
            if status != 204:
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *arguments: object) -> None:
            return

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            return  # a request that breaks off is what some tests send

    server = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield state
    state.blocked.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def raw() -> Iterator[RawReceiver]:
    with raw_receiver() as receiver:
        yield receiver


def eventually(condition: Callable[[], bool], within_s: float = 8.0) -> bool:
    """Wait for a condition, but not for ever."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., bool]:
    return eventually


@pytest.fixture
def started() -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def begin(*arguments: str) -> Running:
        running.append(start(*arguments))
        return running[-1]

    yield begin
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
        one.stop()
