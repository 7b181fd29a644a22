"""Faults of transport: deliveries as they reach a bare socket, answers as they reach a bare client."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import httpx
import pytest

from tests.support.waiting import wait_for


def deliver(fake: Any, raw: Any, words: str) -> tuple[Any, list[dict[str, Any]]]:
    """Let a delivery travel badly and be repeated; return the first connection and the attempts."""
    video_id = fake.finish(f"retry=eager {words}", raw.url, after_s=13)
    return raw.connections[0], fake.attempts(video_id)


@pytest.mark.parametrize(
    ("words", "ended", "error"),
    [
        ("wire=reset", "reset", "ConnectionAborted"),
        ("wire=empty", "closed", "ConnectionReset"),
        ("wire=truncated", "closed", "ConnectionReset"),
        ("wire=half-open:0.3s", "reset", "ConnectionAborted"),
    ],
)
def test_attempt_that_breaks_is_followed_by_a_sound_one(
    fake: Any, raw: Any, words: str, ended: str, error: str
) -> None:
    first, attempts = deliver(fake, raw, words)
    wait_for(lambda: first.ended == ended, timeout_s=5, what=f"the connection to be seen to end by {ended}")
    assert not first.whole
    assert (first.bytes == b"") is (words == "wire=empty")
    assert error in attempts[0]["error"]
    assert attempts[1]["response"]["status"] == 200
    assert json.loads(raw.connections[1].body)["event_type"] == "avatar_video.success"


def test_half_open_line_is_silent_for_its_time(fake: Any, raw: Any) -> None:
    began = time.monotonic()
    first, _ = deliver(fake, raw, "wire=half-open:0.6s")
    assert time.monotonic() - began >= 0.6
    assert len(first.body) > 0


def test_refused_attempts_reach_nobody(fake: Any, raw: Any) -> None:
    _, attempts = deliver(fake, raw, "wire=refused:2")
    assert [attempt["response"] is None for attempt in attempts] == [True, True, False]
    assert "ConnectionRefused" in attempts[0]["error"]
    assert len(raw.connections) == 1


@pytest.mark.parametrize("words", ["wire=dribble:0.5s", "wire=slow-headers:0.5s"])
def test_slow_attempt_comes_in_pieces_and_is_acknowledged(fake: Any, raw: Any, words: str) -> None:
    first, attempts = deliver(fake, raw, words)
    assert len(attempts) == 1
    assert attempts[0]["response"]["status"] == 200
    assert len(first.pieces) > 4
    assert first.took_s > 0.3
    assert json.loads(first.body)["event_type"] == "avatar_video.success"


def ask(url: str, words: str, key: str) -> tuple[bytes, float, str]:
    """Create a video over a bare socket; return the answer's bytes, how long it took and how it ended."""
    host, port = url.removeprefix("http://").split(":")
    script = f"Hola. [[sim: render=10s {words}]]"
    body = json.dumps({"type": "avatar", "avatar_id": "lucia_studio_front", "script": script}).encode()
    head = f"POST /v3/videos HTTP/1.1\r\nHost: {host}:{port}\r\nX-Api-Key: any\r\nIdempotency-Key: {key}\r\n"
    began, received, ended = time.monotonic(), b"", "closed"
    head += f"Connection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(head.encode() + body)
        try:
            while piece := line.recv(65_536):
                received += piece
        except ConnectionResetError:
            ended = "reset"
    return received, time.monotonic() - began, ended


@pytest.mark.parametrize(
    ("words", "ended", "beginning"),
    [
        ("line=reset", "reset", b"HTTP/1.1 200"),
        ("line=empty", "closed", b""),
        ("line=truncated", "closed", b"HTTP/1.1 200"),
        ("line=half-open:0.3s", "reset", b"HTTP/1.1 200"),
    ],
)
def test_lost_answer_has_created_and_its_key_gives_the_true_one(
    fake: Any, server: Any, words: str, ended: str, beginning: bytes
) -> None:
    received, _, how = ask(server.url, words, "k")
    assert how == ended
    assert received[: len(beginning)] == beginning
    assert (received == b"") is (beginning == b"")
    assert not received.endswith(b"}}")
    true = fake.create(key="k").json()["data"]["video_id"]
    assert [row["video_id"] for row in fake.rows("/_sim/ledger")] == [true]


@pytest.mark.parametrize("words", ["line=dribble:0.4s", "line=slow-headers:0.4s"])
def test_slow_answer_is_whole_in_the_end(fake: Any, server: Any, words: str) -> None:
    received, took_s, ended = ask(server.url, words, "k")
    assert took_s > 0.25
    assert ended == "closed"
    assert json.loads(received.partition(b"\r\n\r\n")[2])["data"]["status"] == "waiting"
    with httpx.Client(headers={"X-Api-Key": "any"}) as client:
        answer = client.post(
            f"{server.url}/v3/videos",
            json={"type": "avatar", "avatar_id": "lucia_studio_front", "script": f"x [[sim: {words}]]"},
        )
    assert answer.status_code == 200


def test_refused_create_is_cut_off_before_anything_was_created(fake: Any, server: Any) -> None:
    for _ in range(2):
        received, _, _ = ask(server.url, "line=refused:2", "k")
        assert received == b""
    assert fake.rows("/_sim/ledger") == []
    received, _, _ = ask(server.url, "line=refused:2", "k")
    assert received.startswith(b"HTTP/1.1 200")
