"""The product keeps a reel's files in a bucket, hands them through with ranges, moves older ones, and deletes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import httpx
import pytest

from core.files import file_path
from core.places import beside
from core.shelf import Shelving
from tests.support.buckets import S3Server, keys, s3_server
from tests.support.programs import Fake, Serve
from tests.support.waiting import wait_for

POLLING = {"mode": "polling", "HEYGEN_POLL_INTERVAL_S": "2"}
SCRIPT = "Hola [[sim: render=1s]]"


@pytest.fixture(scope="module")
def bucket() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


def is_kept(server: Serve, reel_id: int) -> bool:
    return "kept" in [entry.kind for entry in server.store.timeline.of(reel_id)]


@pytest.mark.long
def test_a_reels_files_live_in_the_bucket(fake: Fake, serve: Callable[..., Serve], bucket: S3Server) -> None:
    first = serve(fake.url, **POLLING)
    older = first.submit(SCRIPT, "older")
    wait_for(lambda: is_kept(first, older), timeout_s=40, what="the files to be kept beside the database")
    first.stop()

    settings = bucket.settings()
    server = serve(fake.url, **POLLING, **settings)
    reel_id = server.submit(SCRIPT, "in-the-bucket")
    wait_for(lambda: is_kept(server, reel_id), timeout_s=40, what="the files to be kept")
    rows = server.store.archive.files(reel_id)
    assert keys(settings) == sorted(f"{reel_id}/{row.name}" for row in rows.values())
    assert not beside(server.store.path).workbench(reel_id).exists()

    video = rows["video"]
    address = server.url + file_path(reel_id, video)
    whole = httpx.get(address, trust_env=False).content
    assert (len(whole), hashlib.sha256(whole).hexdigest()) == (video.bytes, video.sha256)
    part = httpx.get(address, headers={"Range": "bytes=100-299"}, trust_env=False)
    assert (part.status_code, part.content) == (206, whole[100:300])

    kept_before = server.store.archive.files(older)["video"]
    address_before = server.url + file_path(older, kept_before)
    before = httpx.get(address_before, trust_env=False)
    assert hashlib.sha256(before.content).hexdigest() == kept_before.sha256
    assert server.core("move-files")["reels"] == 1
    assert not beside(server.store.path).workbench(older).exists()
    assert httpx.get(address_before, trust_env=False).content == before.content

    for each in (older, reel_id):
        Shelving(server.store).delete(each)
    wait_for(lambda: keys(settings) == [], timeout_s=30, what="the objects to be deleted")
    assert httpx.get(address, trust_env=False).status_code == 404
    secret = settings["AWS_SECRET_ACCESS_KEY"]
    said = [server.output, *(path.read_text(errors="replace") for path in server.store.path.parent.glob("reels.db*"))]
    assert not any(secret in text for text in said)


@pytest.mark.long
def test_a_bucket_that_is_away_gets_the_files_when_it_is_back(
    fake: Fake, serve: Callable[..., Serve], bucket: S3Server
) -> None:
    settings = bucket.settings()
    server = serve(fake.url, **POLLING, **(settings | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}))
    reel_id = server.submit(SCRIPT, "away")
    wait_for(lambda: "cannot be used (no connection)" in server.output, timeout_s=40, what="the problem to be told")
    assert server.store.archive.files(reel_id) == {}
    server.stop()
    second = serve(fake.url, **POLLING, **settings)
    wait_for(lambda: is_kept(second, reel_id), timeout_s=60, what="the files to be kept after all")
    assert len(keys(settings)) == len(second.store.archive.files(reel_id)) >= 2
