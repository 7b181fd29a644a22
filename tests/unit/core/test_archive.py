from __future__ import annotations

import struct
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.archive import LEASE_S, TRIES, Archivist, kept_file
from core.clock import utcnow
from core.download import Downloader
from core.models import Reel, ReelStatus
from core.places import beside
from tests.conftest import Build
from tests.factories import House, an_observation


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


FILES = {
    ".mp4": box(b"ftyp") + box(b"moov") + box(b"mdat", b"d" * 100),
    ".jpg": b"\xff\xd8\xff\xe0 picture",
    ".srt": b"1\n00:00:00,000 --> 00:00:01,000\nHola\n",
}

pytestmark = pytest.mark.usefixtures("frozen")


class FileHost:
    """Serve files by the end of their address; `gone` are those whose link has expired."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if request.url.path in self.gone:
            return httpx.Response(403)
        return httpx.Response(200, content=FILES[Path(request.url.path).suffix])


@pytest.fixture
def house(build: Build) -> House:
    return build()


@pytest.fixture
def host() -> FileHost:
    return FileHost()


@pytest.fixture
def archivist(house: House, host: FileHost) -> Archivist:
    return Archivist(house.processor, Downloader(loopback=False, transport=httpx.MockTransport(host)))


def completed(house: House, **links: str) -> Reel:
    reel = house.stored()
    fields = {"thumbnail_url": "https://files.test/t.jpg", "subtitle_url": "https://files.test/s.srt"} | links
    house.processor.apply(an_observation(video_id=reel.video_id, **fields))
    house.wire.finish(reel.video_id or "", **fields)
    return house.again(reel)


def work(archivist: Archivist) -> int:
    jobs = archivist.claim(utcnow(), 10)
    for job in jobs:
        archivist.keep(job)
    return len(jobs)


def test_the_files_of_a_completed_reel_are_kept_beside_the_database(house: House, archivist: Archivist) -> None:
    reel = completed(house)
    assert house.store.archive.waiting() == 1
    assert work(archivist) == 1
    place = beside(house.store.path).workbench(reel.id or 0)
    assert place.parent.parent == house.store.path.parent
    assert {path.name for path in place.iterdir()} == {"video.mp4", "thumbnail.jpg", "subtitles.srt"}
    found = kept_file(house.processor, reel.id or 0, "video")
    assert found is not None
    assert found.path == place / "video.mp4"
    assert kept_file(house.processor, reel.id or 0, "captioned") is None
    assert house.kinds(reel)[-1] == "kept"
    assert house.store.archive.waiting() == 0
    assert work(archivist) == 0


def test_a_list_is_given_the_pictures_of_its_reels_alone(house: House, archivist: Archivist) -> None:
    shown, other, bare = completed(house), completed(house), house.stored()
    work(archivist)
    found = house.store.archive.pictures([shown.id or 0, bare.id or 0])
    assert found == {shown.id: house.store.archive.files(shown.id or 0)["thumbnail"]}
    assert house.store.archive.pictures([other.id or 0]).keys() == {other.id}


def test_only_completed_reels_are_kept(house: House, archivist: Archivist) -> None:
    reel = house.stored()
    house.processor.apply(an_observation("failed", video_id=reel.video_id))
    assert work(archivist) == 0


def test_an_expired_link_is_replaced_by_a_fresh_one_without_moving_the_reel(
    house: House, archivist: Archivist, host: FileHost, frozen: Any
) -> None:
    reel = completed(house)
    host.gone.add("/v1.mp4")
    house.wire.finish("v1", video_url="https://files.test/fresh.mp4")
    work(archivist)
    assert house.again(reel).video_url == "https://files.test/fresh.mp4"
    frozen.tick(2)
    work(archivist)
    assert kept_file(house.processor, reel.id or 0, "video") is not None
    after = house.again(reel)
    assert (after.status, after.detected_at, after.detected_by) == (
        ReelStatus.COMPLETED,
        reel.detected_at,
        reel.detected_by,
    )


def test_what_is_kept_is_not_downloaded_again(house: House, archivist: Archivist, host: FileHost, frozen: Any) -> None:
    completed(house)
    host.gone.add("/s.srt")
    work(archivist)
    frozen.tick(2)
    work(archivist)
    assert host.asked.count("/v1.mp4") == 1
    assert host.asked.count("/s.srt") == 2


def test_a_file_that_never_comes_is_given_up_and_told(
    house: House, archivist: Archivist, host: FileHost, frozen: Any
) -> None:
    reel = completed(house)
    host.gone.add("/v1.mp4")
    tries = 0
    for _ in range(400):
        tries += work(archivist)
        frozen.tick(timedelta(hours=1))
    assert tries == TRIES
    assert house.kinds(reel)[-1] == "keep_failed"
    assert house.store.archive.waiting() == 0


def test_without_an_answer_of_heygen_the_old_links_stay(house: House, archivist: Archivist, host: FileHost) -> None:
    reel = completed(house)
    host.gone.add("/v1.mp4")
    house.wire.always("GET /v3/videos/{id}", httpx.Response(503))
    work(archivist)
    assert house.again(reel).video_url == reel.video_url
    assert house.store.archive.waiting() == 1


def test_a_worker_that_dies_while_downloading_leaves_its_job_to_the_next(
    house: House, archivist: Archivist, frozen: Any
) -> None:
    reel = completed(house)
    assert len(archivist.claim(utcnow(), 10)) == 1
    place = beside(house.store.path).workbench(reel.id or 0)
    place.mkdir(parents=True)
    (place / ".video.mp4.1.2.part").write_bytes(b"half")
    frozen.tick(LEASE_S - 1)
    assert work(archivist) == 0
    frozen.tick(1)
    assert work(archivist) == 1
    assert {path.name for path in place.iterdir()} == {"video.mp4", "thumbnail.jpg", "subtitles.srt"}


@pytest.mark.parametrize("url", ["https://[::1", "https://files.test:99999/v.mp4", "http://files.test/v.mp4", "v.mp4"])
def test_a_link_that_leads_nowhere_is_a_problem_and_no_crash(house: House, archivist: Archivist, url: str) -> None:
    completed(house, video_url=url)
    work(archivist)
    assert house.store.archive.waiting() == 1
    assert archivist.claim(utcnow(), 10) == []
