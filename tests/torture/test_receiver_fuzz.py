"""Throw raw bytes at the running receiver: it stays up, says nothing worse than 503, and believes nothing."""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from core.signature import sign
from tests.support.programs import Serve, free_port

SEED = int(os.environ.get("SEED") or secrets.randbelow(10**6))
SECRET = "whsec_fuzz"
ROUNDS = 200
Fuzz = Callable[[random.Random], list[bytes]]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """A receiver and worker whose HeyGen cannot be reached, so that nothing but a webhook could change a reel."""
    folder = tmp_path_factory.mktemp("fuzz")
    server = Serve(folder, f"http://127.0.0.1:{free_port()}", mode="webhook", HEYGEN_WEBHOOK_SECRET=SECRET)
    for n in range(3):
        server.submit("Hola", f"fuzz-{n}")
    yield server
    server.stop()


def signed(body: bytes, **more: str) -> bytes:
    """Return a whole good request."""
    headers = {"Host": "x", "Content-Length": str(len(body)), "Signature": sign(body, SECRET)} | more
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /webhooks/heygen HTTP/1.1\r\n{lines}\r\n".encode() + body


def event(rng: random.Random) -> bytes:
    data = {"video_id": f"{rng.getrandbits(128):032x}", "url": "https://evil.invalid/v.mp4"}
    return json.dumps({"event_type": "avatar_video.success", "event_data": data}).encode()


def garbage(rng: random.Random) -> list[bytes]:
    return [rng.randbytes(rng.randint(1, 3000))]


def request_lines(rng: random.Random) -> list[bytes]:
    line = rng.choice(
        [
            b"POST",
            b"POST /webhooks/heygen",
            b"POST /webhooks/heygen HTTP/9.9",
            b"POST  /webhooks/heygen  HTTP/1.1",
            b"post /webhooks/heygen HTTP/1.1",
            b"POST http://evil.invalid/webhooks/heygen HTTP/1.1",
            b"POST /webhooks/heygen/reel/%00/%ff HTTP/1.1",
            b"POST /webhooks/heygen/reel/1/..%2f..%2f HTTP/1.1",
            b"POST /webhooks/heygen/reel/-1/x HTTP/1.1",
            b"POST /webhooks/heygen/reel/" + b"9" * 400 + b"/x HTTP/1.1",
            b"POST /webhooks/heygen/reel/1/" + b"a" * 20_000 + b" HTTP/1.1",
            b"POST /webhooks/heygen/reel/\xd9\xa1/x HTTP/1.1",
            b"POST /webhooks/heygen?" + rng.randbytes(60).replace(b"\r", b"").replace(b"\n", b"") + b" HTTP/1.1",
            b"PRI * HTTP/2.0",
            b"CONNECT x:443 HTTP/1.1",
            b"OPTIONS * HTTP/1.1",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        ]
    )
    return [line + b"\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"]


def headers(rng: random.Random) -> list[bytes]:
    odd = rng.choice(
        [
            b"Content-Length: -1",
            b"Content-Length: 5, 5",
            b"Content-Length: 3\r\nContent-Length: 300",
            b"Content-Length: 99999999999999999999",
            b"Content-Length: 0x10",
            b"Content-Length: \xb2",
            b"Content-Length: 10\r\nTransfer-Encoding: chunked",
            b"Transfer-Encoding: chunked, chunked",
            b"Transfer-Encoding: gzip",
            b"Signature: " + rng.randbytes(40).replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b""),
            b"Signature: " + b"a," * 5000,
            b"Signature:",
            b"Content-Type: application/json; charset=" + b"x" * 500,
            b"Content-Encoding: br",
            b"Expect: 100-continue",
            b"X: " + b"y" * 70_000,
            b"\r\n".join(b"X-%d: y" % n for n in range(2000)),
            b" folded: yes",
            b"No colon here",
            b": nothing",
            b"Na\0me: value",
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13",
        ]
    )
    return [b"POST /webhooks/heygen HTTP/1.1\r\nHost: x\r\n" + odd + b"\r\n\r\n" + event(rng)]


def chunks(rng: random.Random) -> list[bytes]:
    start = b"POST /webhooks/heygen HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    return [
        start,
        rng.choice(
            [
                b"zz\r\n{}\r\n0\r\n\r\n",
                b"-1\r\n{}\r\n",
                b"ffffffffffffffff\r\n{}",
                b"2\r\n{}\r\n0\r\n\r\n",
                b"2;" + b"x" * 9000 + b"\r\n{}\r\n0\r\n\r\n",
                b"1\r\n{\r\n" * 3000 + b"0\r\n\r\n",
                b"10000\r\n" + b" " * 0x10000 + b"\r\n10\r\n" + b" " * 16 + b"\r\n0\r\n\r\n",
                b"2\r\n{}XX0\r\n\r\n",
                b"0\r\nTrailer: x\r\n\r\n",
            ]
        ),
    ]


def bodies(rng: random.Random) -> list[bytes]:
    body = rng.choice(
        [
            b"",
            b"\xff" * 100,
            b"[" * 60_000,
            b'{"a":' * 12_000,
            b'{"event_type":"\\ud800","event_data":{"video_id":"\\udfff"}}',
            b'{"event_type":"x","event_data":{"video_id":1e999}}',
            b'{"event_type":"x","n":' + b"9" * 5000 + b"}",
            b'{"event_type":"x"}{"event_type":"y"}',
            b'\xef\xbb\xbf{"event_type":"x"}',
            "{'event_type': 'x'}".encode("utf-16"),
            b'{"event_type":"x\\u0000y","event_data":{"video_id":"\\u0000"}}',
            b'{"event_type":"avatar_video.success","event_data":[]}',
            b'{"event_type":"avatar_video.success","event_data":{"video_id":{"a":1}}}',
            rng.randbytes(rng.randint(1, 65_000)),
        ]
    )
    return [signed(body)]


def huge(rng: random.Random) -> list[bytes]:
    size = rng.choice([65_537, 200_000, 3_000_000])
    return [signed(b"x" * 10, **{"Content-Length": str(size)}), *[b"y" * 65_536] * min(size // 65_536, 20)]


def slow(rng: random.Random) -> list[bytes]:
    request = signed(event(rng))
    return [request[n : n + 40] for n in range(0, len(request) - 40, 40)]  # its end never comes


def pipelined(rng: random.Random) -> list[bytes]:
    good = [signed(event(rng)) for _ in range(rng.randint(2, 6))]
    return [b"".join(rng.sample([*good, *bodies(rng), *headers(rng)], len(good) + 2))]


def bent(rng: random.Random) -> list[bytes]:
    """A good request with some bytes changed, lost or doubled."""
    request = bytearray(signed(event(rng)))
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(request))
        request[at : at + rng.randint(0, 2)] = rng.randbytes(rng.randint(0, 3))
    return [bytes(request)]


KINDS: tuple[Fuzz, ...] = (garbage, request_lines, headers, chunks, bodies, huge, slow, pipelined, bent)


def throw(port: int, parts: list[bytes], rng: random.Random) -> bytes:
    """Send the parts, perhaps hang up early, and return what was answered until then."""
    answer = b""
    hang_up = rng.random() < 0.4
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2.0) as connection:
            for part in parts[: rng.randint(1, len(parts))] if hang_up else parts:
                connection.sendall(part)
            connection.settimeout(0.01 if hang_up else 0.06)
            while chunk := connection.recv(65_536):
                answer += chunk
    except OSError:
        pass
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:] if part[:3].isdigit()]


def reels(serve: Serve) -> list[Any]:
    return [(reel.id, reel.status, reel.attempt, reel.video_id, reel.video_url) for reel in map(serve.reel, (1, 2, 3))]


@pytest.mark.timeout(120)
def test_raw_bytes_neither_break_nor_change_anything(serve: Serve) -> None:
    rng, before = random.Random(SEED), reels(serve)
    for n in range(ROUNDS):
        kind = rng.choice(KINDS)
        parts = kind(rng)
        answer = throw(serve.port, parts, rng)
        worst = [status for status in statuses(answer) if status >= 500 and status != 503]
        assert not worst, f"SEED={SEED}, round {n}, {kind.__name__}: {worst} to {parts[0][:200]!r}"
        if n % 20 == 0:
            assert_takes_a_good_one(serve, rng)
    assert_takes_a_good_one(serve, rng)
    assert serve.process.poll() is None
    assert reels(serve) == before
    assert "Traceback" not in serve.output, serve.output[-3000:]


def assert_takes_a_good_one(serve: Serve, rng: random.Random) -> None:
    body = event(rng)
    began = time.monotonic()
    answer = httpx.post(
        f"{serve.url}/webhooks/heygen", content=body, headers={"Signature": sign(body, SECRET)}, trust_env=False
    )
    assert (answer.status_code, answer.text) == (200, "OK")
    assert time.monotonic() - began < 1.0


def test_many_who_hang_on_do_not_keep_the_others_out(serve: Serve) -> None:
    half = signed(b"{}")[:-1]
    hanging = [socket.create_connection(("127.0.0.1", serve.port), timeout=2.0) for _ in range(200)]
    try:
        for connection in hanging:
            connection.sendall(half)
        assert_takes_a_good_one(serve, random.Random(SEED))
    finally:
        for connection in hanging:
            connection.close()
