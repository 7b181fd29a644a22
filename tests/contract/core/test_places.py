"""One suite for every place for files: a folder, and a bucket of a real S3 server on the loopback."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import io
import os
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from core import doctor
from core.archive import LEASE_S, Archivist, kept_file
from core.bundle import Listing, zipped
from core.check import Result
from core.clock import utcnow
from core.config import Settings
from core.download import Downloader
from core.errors import PlaceError, SettingsError
from core.files import file_path, file_routes, wanted_part
from core.place import Place, write_whole
from core.places import beside, move, open_place, place_at
from core.product import open_product
from core.removal import Remover
from core.shelf import Shelving
from core.store.archive import KeptFile
from tests.conftest import Build
from tests.factories import House, an_observation
from tests.support.buckets import S3Server, keys, s3_server
from tests.unit.core.test_archive import FileHost, box, completed, work

KINDS = ("folder", "bucket")
BODY = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


@pytest.fixture(params=KINDS)
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Return the settings of a place that is not beside the database."""
    if request.param == "folder":
        return {"ARCHIVE_URL": f"file://{tmp_path}/kept%20files"}
    return request.getfixturevalue("server").settings()


@pytest.fixture
def place(environ: dict[str, str], tmp_path: Path) -> Place:
    return open_place(Settings.from_env(environ), tmp_path / "reels.db")


@pytest.fixture
def house(build: Build, environ: dict[str, str]) -> House:
    house = build()
    house.processor.settings = dataclasses.replace(house.processor.settings, **_places(environ))
    return house


def _places(environ: dict[str, str]) -> dict[str, Any]:
    settings = Settings.from_env(environ)
    names = [f.name for f in dataclasses.fields(settings) if f.name.startswith(("archive_", "aws_"))]
    return {name: getattr(settings, name) for name in names}


def put(place: Place, reel_id: int, name: str, body: bytes = BODY) -> None:
    with place.taking(reel_id, name) as path:
        write_whole(path, iter([body]))


def read(place: Place, reel_id: int, name: str) -> bytes | None:
    found = place.find(reel_id, name)
    return None if found is None else b"".join(found.chunks())


def remember(house: House, reel_id: int, body: bytes = BODY) -> KeptFile:
    file = KeptFile(kind="video", name="video.mp4", bytes=len(body), sha256=hashlib.sha256(body).hexdigest())
    house.store.archive.add(reel_id, file, utcnow())
    return file


# What every place does


def test_what_is_taken_is_found_whole_and_in_parts(place: Place) -> None:
    put(place, 1, "video.mp4")
    found = place.find(1, "video.mp4")
    assert found is not None
    assert (found.size, b"".join(found.chunks())) == (len(BODY), BODY)
    assert b"".join(found.read(100, 200)) == BODY[100:200]
    assert abs((utcnow() - found.at).total_seconds()) < 60


def test_a_file_larger_than_a_part_is_kept_whole(place: Place) -> None:
    body = os.urandom(9 * 1024 * 1024)
    put(place, 1, "video.mp4", body)
    assert read(place, 1, "video.mp4") == body
    assert place.find(1, "thumbnail.jpg") is None


def test_what_is_broken_off_is_not_kept_and_leaves_nothing(place: Place) -> None:
    def chunks() -> Iterator[bytes]:
        yield BODY
        raise ConnectionError("the host is gone")

    with pytest.raises(ConnectionError), place.taking(1, "video.mp4") as path:
        write_whole(path, chunks())
    assert place.find(1, "video.mp4") is None
    assert not list(place.workbench(1).glob("*")), "nothing is left to fill the disk"


def test_taking_again_replaces_the_file(place: Place) -> None:
    put(place, 1, "video.mp4", b"first")
    put(place, 1, "video.mp4", b"second")
    assert read(place, 1, "video.mp4") == b"second"


def test_clearing_takes_all_files_of_one_reel_and_no_others(place: Place) -> None:
    for reel_id in (1, 10, 11):
        put(place, reel_id, "video.mp4")
        put(place, reel_id, "thumbnail.jpg")
    place.clear(1)
    place.clear(1)
    assert [place.find(1, name) for name in ("video.mp4", "thumbnail.jpg")] == [None, None]
    assert all(place.find(reel_id, "video.mp4") for reel_id in (10, 11))


def test_a_probe_leaves_nothing(place: Place, environ: dict[str, str], tmp_path: Path) -> None:
    place.probe()
    assert [str(path) for path in tmp_path.rglob("*") if path.is_file()] == []
    if environ["ARCHIVE_URL"].startswith("s3://"):
        assert keys(environ) == []


def test_files_that_were_kept_beside_the_database_are_still_found_and_deleted(place: Place, tmp_path: Path) -> None:
    put(beside(tmp_path / "reels.db"), 7, "video.mp4")
    assert read(place, 7, "video.mp4") == BODY
    place.clear(7)
    assert place.find(7, "video.mp4") is None


# How the product uses it


@pytest.fixture
def archivist(house: House) -> Archivist:
    return Archivist(house.processor, Downloader(loopback=False, transport=httpx.MockTransport(FileHost())))


def test_the_files_of_a_completed_reel_are_kept(house: House, archivist: Archivist) -> None:
    reel = completed(house)
    assert work(archivist) == 1
    rows = house.store.archive.files(reel.id or 0)
    assert set(rows) == {"video", "thumbnail", "subtitles"}
    for kind, row in rows.items():
        found = kept_file(house.processor, reel.id or 0, kind)
        assert found is not None
        assert hashlib.sha256(b"".join(found.chunks())).hexdigest() == row.sha256
    assert house.kinds(reel)[-1] == "kept"
    assert not beside(house.store.path).workbench(reel.id or 0).exists()


def test_what_is_no_video_is_not_kept(house: House) -> None:
    reel = completed(house)
    half = httpx.MockTransport(lambda _: httpx.Response(200, content=box(b"ftyp") + b"\0\0\1\0mdat"))
    work(Archivist(house.processor, Downloader(loopback=False, transport=half)))
    assert house.store.archive.files(reel.id or 0) == {}
    assert house.processor.files.find(reel.id or 0, "video.mp4") is None
    assert house.store.archive.waiting() == 1


def test_what_a_killed_worker_left_is_swept_and_fetched_by_the_next(
    house: House, archivist: Archivist, frozen: Any
) -> None:
    reel = completed(house)
    assert len(archivist.claim(utcnow(), 10)) == 1
    bench = house.processor.files.workbench(reel.id or 0)
    bench.mkdir(parents=True)
    (bench / ".video.mp4.1.2.part").write_bytes(b"half")
    frozen.tick(LEASE_S)
    assert work(archivist) == 1
    assert len(house.store.archive.files(reel.id or 0)) == 3
    assert not list(bench.glob(".*"))


def test_the_files_of_a_deleted_reel_go(house: House, archivist: Archivist) -> None:
    reel = completed(house)
    work(archivist)
    Shelving(house.store).delete(reel.id or 0, at_heygen=False)
    Remover(house.processor).turn(utcnow())
    assert house.store.archive.files(reel.id or 0) == {}
    assert house.processor.files.find(reel.id or 0, "video.mp4") is None
    assert house.kinds(reel)[-1] == "removed"


LISTING = Listing(name="list.csv", head=("Reel", "Title", "State", "File"), kept="kept", missing=str)


def packed(house: House, body: bytes) -> Iterator[bytes]:
    """Yield the ZIP of a campaign with one kept file."""
    house.store.campaigns.add("Otoño", "draft-1", "token", utcnow())
    reel = house.stored("completed", campaign_id=1)
    remember(house, reel.id or 0, body)
    put(house.processor.files, reel.id or 0, "video.mp4", body)
    del body
    return zipped(house.store, house.processor.files, 1, LISTING, ",")


def test_a_campaigns_files_come_as_one_zip(house: House) -> None:
    package = zipfile.ZipFile(io.BytesIO(b"".join(packed(house, BODY))))
    [name] = [name for name in package.namelist() if name.endswith(".mp4")]
    assert package.read(name) == BODY
    assert abs(package.getinfo(name).date_time[0] - utcnow().year) <= 1


def test_a_zip_holds_no_whole_file_in_memory(house: House) -> None:
    chunks = packed(house, os.urandom(12 * 1024 * 1024))
    tracemalloc.start()
    try:
        size = sum(len(chunk) for chunk in chunks)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 12 * 1024 * 1024
    assert peak < 6 * 1024 * 1024


# How it is served


@pytest.fixture
def get(house: House) -> Callable[..., httpx.Response]:
    """Ask for a kept file of 10 KiB."""
    reel = house.stored()
    file = remember(house, reel.id or 0)
    put(house.processor.files, reel.id or 0, file.name)
    app = Starlette(routes=file_routes(house.store, house.processor.files))

    def ask(method: str = "GET", query: str = "", **headers: str) -> httpx.Response:
        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await http.request(method, file_path(reel.id or 0, file) + query, headers=named)

        return asyncio.run(asking())

    return ask


def test_a_kept_file_is_served_whole(get: Callable[..., httpx.Response]) -> None:
    answer = get()
    assert (answer.status_code, answer.content) == (200, BODY)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(BODY))
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-0", 0, 1), ("bytes=100-199", 100, 200), ("bytes=10000-", 10000, 10240), ("bytes=-5", 10235, 10240)],
)
def test_a_part_of_a_kept_file_is_served(get: Callable[..., httpx.Response], asked: str, start: int, stop: int) -> None:
    answer = get(Range=asked)
    assert (answer.status_code, answer.content) == (206, BODY[start:stop])
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(BODY)}"
    assert answer.headers["content-length"] == str(stop - start)


def test_a_part_that_is_not_there_is_refused(get: Callable[..., httpx.Response]) -> None:
    answer = get(Range="bytes=10240-")
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(BODY)}")


def test_a_part_of_another_file_is_not_mixed_in(get: Callable[..., httpx.Response]) -> None:
    etag = get().headers["etag"]
    assert get(Range="bytes=1-2", If_Range=etag).status_code == 206
    assert get(Range="bytes=1-2", If_Range='"another"').content == BODY


def test_head_says_the_size_and_sends_nothing(get: Callable[..., httpx.Response]) -> None:
    answer = get("HEAD")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, str(len(BODY)), b"")


def test_a_file_for_downloading_says_its_name(get: Callable[..., httpx.Response]) -> None:
    assert get(query="?download=1").headers["content-disposition"] == 'attachment; filename="reel-1-video.mp4"'


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-9", (0, 10)),
        ("bytes=5-", (5, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=9-5", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("lines=1-2", None),
        ("bytes=٣-٥", None),
        ("", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_a_range_is_read_as_the_standard_says(header: str, part: tuple[int, int] | None) -> None:
    found = wanted_part(header, 100)
    assert (None if found is None else (found.start, found.stop)) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_past_the_end_is_none(header: str) -> None:
    with pytest.raises(ValueError, match="no such part"):
        wanted_part(header, 100)


# What goes wrong with a bucket


def wrong(server: S3Server, **changes: str) -> Place:
    return place_at("s3://reels-test/x", Settings.from_env(server.settings(**changes)), Path("/nowhere/reels.db"))


def test_a_wrong_secret_is_one_plain_sentence_without_it(server: S3Server) -> None:
    secret = "NotTheSecret" * 3
    with pytest.raises(PlaceError) as told:
        wrong(server, AWS_SECRET_ACCESS_KEY=secret).probe()
    assert str(told.value) == (
        "s3://reels-test/x refuses us (SignatureDoesNotMatch): check the credentials and their rights."
    )
    assert told.value.__suppress_context__, "the library's own text holds what was signed"


def test_a_key_that_is_not_known_is_told(server: S3Server) -> None:
    with pytest.raises(PlaceError, match=r"^s3://reels-test/x (refuses us|cannot be used) \(\w+\)"):
        wrong(server, AWS_ACCESS_KEY_ID="AKIANOBODY").clear(1)
    with pytest.raises(PlaceError, match=r"refuses us \(403\)"):  # the answer to HEAD has no words
        wrong(server, AWS_SECRET_ACCESS_KEY="wrong").find(1, "video.mp4")


def test_an_empty_variable_is_as_good_as_none(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    wrong(server).probe()
    with pytest.raises(PlaceError, match=r"needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        place_at("s3://reels-test", Settings(), Path("/nowhere/reels.db"))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    amazon = Settings.from_env({"ARCHIVE_URL": "s3://reels-test", "AWS_REGION": "eu-west-1"})
    place = place_at("s3://reels-test", amazon, Path("/nowhere/reels.db"))
    assert place._store.config["endpoint"] == "https://s3.eu-west-1.amazonaws.com"


def test_a_bucket_that_is_not_there_is_told(server: S3Server) -> None:
    settings = Settings.from_env(server.settings(ARCHIVE_URL="s3://nosuch-bucket/x"))
    place = place_at("s3://nosuch-bucket/x", settings, Path("/nowhere/reels.db"))
    with pytest.raises(PlaceError, match="There is no bucket for s3://nosuch-bucket/x: create it"):
        place.probe()


def test_a_service_that_does_not_answer_is_told(server: S3Server) -> None:
    with pytest.raises(PlaceError, match=r"s3://reels-test/x cannot be used \(no connection\)"):
        wrong(server, AWS_ENDPOINT_URL="http://127.0.0.1:9").probe()


def test_a_bucket_that_refuses_is_tried_again_later(build: Build, server: S3Server, frozen: Any) -> None:
    house = build()
    places = _places(server.settings())
    house.processor.settings = dataclasses.replace(
        house.processor.settings, **places | {"aws_secret_access_key": "wrong"}
    )
    archivist = Archivist(house.processor, Downloader(loopback=False, transport=httpx.MockTransport(FileHost())))
    reel = completed(house)
    work(archivist)
    assert house.store.archive.files(reel.id or 0) == {}
    assert house.store.archive.waiting() == 1
    assert not list(house.processor.files.workbench(reel.id or 0).glob("*"))
    house.processor.settings = dataclasses.replace(house.processor.settings, **places)
    del house.processor.files
    frozen.tick(2)
    work(archivist)
    assert len(house.store.archive.files(reel.id or 0)) == 3


def test_files_of_a_deleted_reel_wait_for_a_bucket_that_refuses(build: Build, server: S3Server) -> None:
    house = build()
    places = _places(server.settings()) | {"aws_secret_access_key": "wrong"}
    house.processor.settings = dataclasses.replace(house.processor.settings, **places)
    reel = house.stored()
    house.processor.apply(an_observation(video_id=reel.video_id))
    Shelving(house.store).delete(reel.id or 0, at_heygen=False)
    Remover(house.processor).turn(utcnow())
    assert "removed" not in house.kinds(reel)


def test_a_file_that_cannot_be_read_now_is_an_answer_to_ask_again(build: Build, server: S3Server) -> None:
    house = build()
    reel = house.stored()
    file = remember(house, reel.id or 0)
    app = Starlette(routes=file_routes(house.store, wrong(server, AWS_SECRET_ACCESS_KEY="wrong")))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
            return await http.get(file_path(reel.id or 0, file))

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.text == "the file cannot be read now"


def test_without_the_library_the_start_says_what_to_install(
    server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "core.bucket", None)
    with pytest.raises(SettingsError, match=r"^ARCHIVE_URL names an S3 bucket.*`pip install -r requirements-s3\.txt`"):
        open_place(Settings.from_env(server.settings()), tmp_path / "reels.db")


# The doctor


def checked(environ: dict[str, str], tmp_path: Path) -> doctor.Check:
    product = open_product(Settings.from_env({**environ, "DATABASE_URL": f"sqlite:///{tmp_path}/reels.db"}))
    [check] = [check for check in doctor.examine(product) if check.name == "files"]
    product.store.close()
    product.client.close()
    return check


def test_the_doctor_tries_the_place(environ: dict[str, str], tmp_path: Path) -> None:
    check = checked(environ, tmp_path)
    assert check.result is Result.PASS
    assert str(check.seen).endswith(" can be written and read")


def test_the_doctor_says_what_is_wrong_with_the_bucket(server: S3Server, tmp_path: Path) -> None:
    check = checked(server.settings(AWS_SECRET_ACCESS_KEY="wrong"), tmp_path)
    assert check.result is Result.FAIL
    assert "refuses us" in str(check.seen)
    assert "ARCHIVE_URL" in str(check.advice)


def test_the_doctor_says_that_a_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder")
    check = checked({"ARCHIVE_URL": f"file://{tmp_path}/taken"}, tmp_path)
    assert (check.result, str(check.seen)) == (Result.FAIL, f"{tmp_path}/taken cannot be used (File exists).")


# Moving


def test_kept_files_are_moved_and_the_old_place_is_empty(house: House) -> None:
    old, new = beside(house.store.path), house.processor.files._place
    reels = [house.stored().id or 0 for _ in range(3)]
    for reel_id in reels:
        remember(house, reel_id)
        put(old, reel_id, "video.mp4")
    moved = list(move(house.store, old, new))
    assert [m.reel_id for m in moved] == reels
    assert all(read(new, reel_id, "video.mp4") == BODY for reel_id in reels)
    assert not any(old.workbench(reel_id).exists() for reel_id in reels)
    assert list(move(house.store, old, new)) == []
    assert len(list(move(house.store, new, old))) == 3, "and back again"
    assert all(read(old, reel_id, "video.mp4") == BODY for reel_id in reels)


def test_a_move_that_is_cut_short_goes_on(house: House) -> None:
    old, new = beside(house.store.path), house.processor.files._place
    reels = [house.stored().id or 0 for _ in range(3)]
    for reel_id in reels:
        remember(house, reel_id)
        put(old, reel_id, "video.mp4")
    put(new, reels[0], "video.mp4")  # it was killed before it took the old one away
    put(new, reels[1], "video.mp4", b"half of it")
    next(move(house.store, old, new))
    assert all(read(house.processor.files, reel_id, "video.mp4") == BODY for reel_id in reels), "all are there midway"
    assert len(list(move(house.store, old, new))) == 2
    assert all(read(new, reel_id, "video.mp4") == BODY for reel_id in reels)


def test_a_file_that_has_changed_is_not_moved(house: House) -> None:
    old, new = beside(house.store.path), house.processor.files._place
    reel_id = house.stored().id or 0
    remember(house, reel_id)
    put(old, reel_id, "video.mp4", BODY[::-1])
    with pytest.raises(PlaceError, match=r"video\.mp4 in .* is not the file that was kept"):
        list(move(house.store, old, new))
    assert read(old, reel_id, "video.mp4") == BODY[::-1]
    assert new.find(reel_id, "video.mp4") is None


def test_a_reel_that_is_deleted_while_it_is_moved_leaves_nothing(house: House) -> None:
    old, new = beside(house.store.path), house.processor.files._place
    reel_id = house.stored().id or 0
    remember(house, reel_id)
    put(old, reel_id, "video.mp4")
    Shelving(house.store).delete(reel_id, at_heygen=False)
    list(move(house.store, old, new))
    assert (old.find(reel_id, "video.mp4"), new.find(reel_id, "video.mp4")) == (None, None)
