"""Load: ten thousand renders in flight, a thousand deliveries a second, and the clock keeps time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
RENDERS, ENDING, FIRST_END_S, WINDOW_S = 10_000, 3000, 4.0, 3.0  # the others render on


class Counting(asyncio.Protocol):
    """Answer whole requests as quickly as Python can."""

    def __init__(self, opened: list[asyncio.BaseTransport]) -> None:
        self.opened = opened

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.rest = transport, b""
        self.opened.append(transport)

    def data_received(self, data: bytes) -> None:
        self.rest += data
        head, found, body = self.rest.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]):
            self.rest = b""
            self.transport.write(OK)  # type: ignore[attr-defined]


@pytest.fixture
def quick_receiver() -> Iterator[str]:
    loop, opened = asyncio.new_event_loop(), list[asyncio.BaseTransport]()
    server = loop.run_until_complete(loop.create_server(lambda: Counting(opened), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    loop.call_soon_threadsafe(server.close)
    for transport in opened:
        loop.call_soon_threadsafe(transport.close)
    loop.call_soon_threadsafe(loop.call_later, 0.1, loop.stop)
    thread.join(5)
    loop.close()


@pytest.mark.long
def test_clock_does_not_slip_by_a_second(fake: Any, quick_receiver: str, eventually: Any) -> None:
    render = {"low": f"{FIRST_END_S}s", "high": f"{FIRST_END_S + WINDOW_S}s"}
    fake.play(name="load", concurrency=RENDERS, wallet=1e9, probe=False, render=render)
    look = {"type": "avatar", "avatar_id": "lucia_studio_front", "callback_url": quick_receiver}
    for batch in range(RENDERS // 100):
        words = "" if batch < ENDING // 100 else " [[sim: render=1h]]"
        videos = [look | {"script": f"Hola {batch} {number}.{words}"} for number in range(100)]
        assert fake.api.post("/v3/videos/batches", json={"videos": videos}).status_code == 200
    assert fake.api.get("/_sim/health").json()["rendering"] == RENDERS
    fake.clock(frozen=False)
    began, waits = time.monotonic(), []
    while time.monotonic() - began < FIRST_END_S + WINDOW_S:
        asked = time.monotonic()
        fake.api.get("/_sim/health")
        waits.append(time.monotonic() - asked)
        time.sleep(0.1)
    assert eventually(lambda: fake.api.get("/_sim/health").json()["rendering"] == RENDERS - ENDING)
    assert eventually(lambda: len(fake.rows("/_sim/deliveries", state="delivered")) == ENDING)
    ends = {row["video_id"]: row["terminal_at"] for row in fake.rows("/_sim/ledger")}
    late = [attempt["at"] - ends[attempt["video_id"]] for attempt in fake.rows("/_sim/journal", kind="attempt")]
    assert len(late) == ENDING
    assert 0 <= max(late) < 1.0
    assert max(waits) < 1.0
