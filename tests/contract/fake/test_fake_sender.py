"""The sender against receivers that answer well, badly or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from fake_heygen.connection import Target
from fake_heygen.sender import AT_ONCE_PER_RECEIVER, Reply, Sender

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


class Peer:
    """Answer every request with the same bytes, and count connections and what came."""

    def __init__(self, answer: bytes, *, closes: bool = False, after_s: float = 0.0) -> None:
        self.answer = answer
        self.closes = closes
        self.after_s = after_s
        self.connections = 0
        self.at_once = 0
        self.most_at_once = 0
        self.heads: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
                )
                await reader.readexactly(length)
                await self._answer(head, writer)
                if self.closes:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        self.heads.append(head)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.after_s)
        self.at_once -= 1
        writer.write(self.answer)
        await writer.drain()


def send(peer: Peer, times: int = 1, timeout_s: float = 5.0, path: str = "/hook?a=1") -> list[Reply]:
    async def play() -> list[Reply]:
        server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{path}"
        sender = Sender(timeout_s=timeout_s)
        replies = [await sender.post(url, [("X-Test", b"1")], b'{"a":1}') for _ in range(times)]
        sender.close()
        server.close()
        return replies

    return asyncio.run(play())


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (OK, 200, "OK"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n", 200, "OK"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, "OK"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://x.test/\r\nContent-Length: 0\r\n\r\n", 302, ""),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 5\r\n\r\n\xff\xfe\xfdab", 500, "���ab"),
    ],
)
def test_answers_of_every_kind_are_read(answer: bytes, status: int, body: str) -> None:
    peer = Peer(answer)
    (reply,) = send(peer)
    assert (reply.status, reply.body, reply.error) == (status, body, None)
    assert peer.heads[0].startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    assert b"content-length: 7" in peer.heads[0].lower()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", "ConnectionReset"),
        (b"not http\r\n\r\n", "ProtocolError"),
        (OK[:20], "ConnectionReset"),
        (OK[:-1], "ProtocolError"),
    ],
)
def test_broken_answers_are_errors_and_not_exceptions(answer: bytes, error: str) -> None:
    (reply,) = send(Peer(answer, closes=True))
    assert reply.status is None
    assert error in (reply.error or "")


def test_connection_is_kept_and_a_closed_one_replaced() -> None:
    kept, closing = Peer(OK), Peer(OK.replace(b"OK\r\nC", b"OK\r\nConnection: close\r\nC"), closes=True)
    assert {reply.status for reply in send(kept, times=5) + send(closing, times=5)} == {200}
    assert (kept.connections, closing.connections) == (1, 5)


def test_silent_receiver_is_an_error_after_the_time_out() -> None:
    (reply,) = send(Peer(OK, after_s=2.0), timeout_s=0.1)
    assert reply == Reply(error="no answer within 0.1 s")


def test_path_that_is_not_ascii_is_quoted() -> None:
    peer = Peer(OK)
    assert send(peer, path="/ñ%20x")[0].status == 200
    assert peer.heads[0].startswith(b"POST /%C3%B1%20x HTTP/1.1")


@pytest.mark.parametrize(
    ("url", "origin", "authority", "path"),
    [
        ("https://x.test", (True, "x.test", 443), "x.test", "/"),
        ("http://[::1]:8501/a?b=c", (False, "::1", 8501), "[::1]:8501", "/a?b=c"),
        ("https://ñandú.test/", (True, "xn--and-6ma2c.test", 443), "xn--and-6ma2c.test", "/"),
    ],
)
def test_url_is_taken_apart(url: str, origin: tuple[bool, str, int], authority: str, path: str) -> None:
    target = Target.of(url)
    assert (target.origin, target.authority, target.path) == (origin, authority, path)


def test_one_receiver_has_a_bounded_number_of_attempts_at_once() -> None:
    peer = Peer(OK, after_s=0.02)

    async def attempt(sender: Sender, url: str) -> None:
        async with sender.slot(url):
            await sender.post(url, [], b"{}")

    async def play(count: Callable[[], int]) -> int:
        server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
        url, sender = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", Sender()
        await asyncio.gather(*(attempt(sender, url) for _ in range(2 * AT_ONCE_PER_RECEIVER)))
        sender.close()
        server.close()
        return count()

    assert asyncio.run(play(lambda: len(peer.heads))) == 2 * AT_ONCE_PER_RECEIVER
    assert 1 < peer.most_at_once <= AT_ONCE_PER_RECEIVER
