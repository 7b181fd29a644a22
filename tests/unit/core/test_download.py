from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from core.download import RESUMES, Downloader, DownloadError
from core.media import is_picture, is_subtitles, is_video

URL = "https://files.test/v1.mp4?Expires=1&Signature=s"


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


MP4 = box(b"ftyp", b"isom") + box(b"moov", b"m" * 40) + box(b"mdat", b"d" * 5000)

Handler = Callable[[httpx.Request], httpx.Response]


def fetch(handler: Handler, target: Path, url: str = URL, *, loopback: bool = False) -> bytes:
    Downloader(loopback=loopback, transport=httpx.MockTransport(handler)).fetch(url, target, is_video)
    return target.read_bytes()


def refused(handler: Handler, target: Path, url: str = URL, *, loopback: bool = False) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        fetch(handler, target, url, loopback=loopback)
    assert "\n" not in str(caught.value)
    assert list(target.parent.iterdir()) == []
    return caught.value


def whole(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=MP4)


def test_a_file_is_kept_whole_under_its_own_name_only(tmp_path: Path) -> None:
    target = tmp_path / "new" / "video.mp4"
    assert fetch(whole, target) == MP4
    assert [path.name for path in target.parent.iterdir()] == ["video.mp4"]


def test_size_and_hash_are_those_of_the_file(tmp_path: Path) -> None:
    done = Downloader(loopback=False, transport=httpx.MockTransport(whole)).fetch(URL, tmp_path / "v.mp4", is_video)
    assert (done.bytes, len(done.sha256)) == (len(MP4), 64)


@pytest.mark.parametrize(
    ("url", "loopback", "fetched"),
    [
        ("https://files.test/v.mp4", False, True),
        ("https://files.test/v.mp4", True, True),
        ("http://files.test/v.mp4", True, False),
        ("http://127.0.0.1:8900/v.mp4", True, True),
        ("http://127.0.0.1:8900/v.mp4", False, False),
        ("https://127.0.0.1/v.mp4", False, False),
        ("https://localhost/v.mp4", False, False),
        ("ftp://files.test/v.mp4", False, False),
        ("file:///etc/passwd", True, False),
        ("/etc/passwd", True, False),
        ("", True, False),
        ("https://", False, False),
        ("https://[::1", False, False),
        ("https://files.test:99999/v.mp4", False, False),
        ("https://files.test/\x00\n", False, False),
    ],
)
def test_files_come_over_https_from_public_hosts_or_from_a_heygen_on_loopback(
    tmp_path: Path, url: str, loopback: bool, fetched: bool
) -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return whole(request)

    if fetched:
        assert fetch(handler, tmp_path / "v.mp4", url, loopback=loopback) == MP4
    else:
        refused(handler, tmp_path / "v.mp4", url, loopback=loopback)
        assert asked == []


@pytest.mark.parametrize(
    "inside", ["http://files.test/v", "https://127.0.0.1/v", "http://169.254.169.254/", "file:///x"]
)
def test_a_redirect_leads_nowhere_else(tmp_path: Path, inside: str) -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": inside})

    refused(handler, tmp_path / "v.mp4")
    assert asked == ["files.test"]


def test_a_few_redirects_are_followed_and_a_circle_is_not(tmp_path: Path) -> None:
    def once(request: httpx.Request) -> httpx.Response:
        if request.url.host == "files.test":
            return httpx.Response(307, headers={"Location": "https://cdn.test/v.mp4"})
        return whole(request)

    assert fetch(once, tmp_path / "a" / "v.mp4") == MP4
    refused(lambda request: httpx.Response(302, headers={"Location": str(request.url)}), tmp_path / "b" / "v.mp4")


@pytest.mark.parametrize(
    ("status", "stale"), [(401, True), (403, True), (404, True), (410, True), (500, False), (204, False)]
)
def test_a_bad_answer_says_whether_a_fresh_link_may_help(tmp_path: Path, status: int, stale: bool) -> None:
    error = refused(lambda _request: httpx.Response(status), tmp_path / "v.mp4")
    assert error.stale is stale


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>gone</html>", MP4[:-1], MP4[:50], box(b"moov") + MP4, MP4 + b"x", box(b"ftyp") + box(b"mdat")],
)
def test_a_file_that_is_not_whole_is_not_kept(tmp_path: Path, content: bytes) -> None:
    assert refused(lambda _request: httpx.Response(200, content=content), tmp_path / "v.mp4").stale


@pytest.mark.parametrize("error", [httpx.ConnectError("DNS"), httpx.ConnectTimeout("slow"), httpx.WriteError("reset")])
def test_a_host_that_cannot_be_reached_is_one_sentence(tmp_path: Path, error: Exception) -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        raise error

    assert "cannot be reached" in str(refused(handler, tmp_path / "v.mp4"))


class Breaking(httpx.SyncByteStream):
    """Give some bytes, then break."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self):  # type: ignore[no-untyped-def]  # httpx's own signature
        yield self._content
        raise httpx.ReadError("reset")


def test_a_connection_that_breaks_is_resumed_where_it_broke(tmp_path: Path) -> None:
    large = box(b"ftyp") + box(b"moov") + box(b"mdat", bytes(range(256)) * 4000)
    starts: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked = request.headers.get("range")
        starts.append(int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0)
        if len(starts) == 1:
            return httpx.Response(200, stream=Breaking(large[:600_000]))
        return httpx.Response(206, content=large[starts[-1] :])

    assert fetch(handler, tmp_path / "v.mp4") == large
    assert 500_000 < starts[1] <= 600_000


def test_a_host_that_knows_no_ranges_is_read_from_the_start(tmp_path: Path) -> None:
    calls: list[int] = []

    def handler(_request: httpx.Request) -> httpx.Response:
        calls.append(1)
        return httpx.Response(200, stream=Breaking(MP4[:1000])) if len(calls) == 1 else whole(_request)

    assert fetch(handler, tmp_path / "v.mp4") == MP4


def test_a_connection_that_always_breaks_is_given_up(tmp_path: Path) -> None:
    calls: list[int] = []

    def handler(_request: httpx.Request) -> httpx.Response:
        calls.append(1)
        return httpx.Response(200, stream=Breaking(b"x"))

    refused(handler, tmp_path / "v.mp4")
    assert len(calls) == RESUMES


def test_a_host_that_trickles_does_not_hide_from_the_clock(tmp_path: Path) -> None:
    given: list[bytes] = []

    class Trickle(httpx.SyncByteStream):
        def __iter__(self):  # type: ignore[no-untyped-def]  # httpx's own signature
            for _ in range(9000):
                given.append(b"x")
                yield b"x"

    transport = httpx.MockTransport(lambda _request: httpx.Response(200, stream=Trickle()))
    with pytest.raises(DownloadError, match="too slowly"):
        Downloader(loopback=False, transport=transport, max_s=0.0).fetch(URL, tmp_path / "v.mp4", is_video)
    assert len(given) == 1


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadError, match="cannot be written"):
        fetch(whole, tmp_path / "file" / "v.mp4")


@pytest.mark.parametrize(
    ("content", "video", "picture", "subtitles"),
    [
        (MP4, True, False, False),
        (b"\x1a\x45\xdf\xa3" + b"x" * 20, True, False, False),
        (
            struct.pack(">I4sQ", 1, b"ftyp", 20) + b"isom" + box(b"moov") + struct.pack(">I4s", 0, b"mdat") + b"d" * 9,
            True,
            False,
            False,
        ),
        (b"\xff\xd8\xff\xe0", False, True, False),
        (b"\x89PNG\r\n\x1a\n", False, True, False),
        (b"RIFF0000WEBP", False, True, False),
        (b"1\n00:00:00,000 --> 00:00:01,000\nHola\n", False, False, True),
        ("\ufeff1\n00:00:00,000 --> 00:00:01,000\nAño\n".encode(), False, False, True),
        (b"\xff\xfe-->", False, False, False),
        (b"", False, False, False),
        (b"x" * 5_000_000 + b"-->", False, False, False),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_file_is_known_by_its_bytes(
    tmp_path: Path, content: bytes, video: bool, picture: bool, subtitles: bool
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert (is_video(path), is_picture(path), is_subtitles(path)) == (video, picture, subtitles)
