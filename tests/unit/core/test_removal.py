"""Deleting leaves no hole: nothing is sent or paid again, news still finds its reel, and no words are left."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.archive import Archivist
from core.clock import utcnow
from core.errors import Refused, UnknownReel
from core.models import Reel, ReelStatus, SendState
from core.places import beside
from core.removal import SEARCHES, TRIES, Remover
from core.shelf import Shelving
from core.store import ReelFilter
from core.store.archive import KeptFile
from core.submission import LEASE_S
from tests.conftest import Build
from tests.factories import House, a_delivery, a_reel, an_observation, refusal

DELETE = "DELETE /v3/videos/{id}"
CREATE = "POST /v3/videos"
GONE = httpx.Response(200, json={"data": {"id": "v1", "deleted": True}})

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def house(build: Build) -> House:
    made = build()
    made.wire.always(DELETE, GONE)
    return made


def delete(house: House, reel: Reel, **how: Any) -> Reel:
    return Shelving(house.store).delete(reel.id or 0, **how)


def work(house: House, frozen: Any, turns: int = 1, step_s: float = 61.0) -> None:
    remover = Remover(house.processor)
    for _ in range(turns):
        remover.turn(utcnow())
        frozen.tick(timedelta(seconds=step_s))


def kept_file(house: House, reel: Reel) -> None:
    place = beside(house.store.path).workbench(reel.id or 0)
    place.mkdir(parents=True)
    (place / "video.mp4").write_bytes(b"film")
    file = KeptFile(kind="video", name="video.mp4", bytes=4, sha256="ab" * 32)
    house.store.archive.add(reel.id or 0, file, utcnow())


def wiped(house: House, reel: Reel) -> bool:
    row = house.again(reel)
    return house.store.removals.is_done(reel.id or 0) and (row.title, row.script, row.video_url) == ("", "", None)


# Putting away


def test_a_finished_reel_is_put_away_and_brought_back(house: House) -> None:
    reel, shelving = house.stored("completed"), Shelving(house.store)
    assert shelving.archive(reel.id or 0).archived_at == utcnow()
    assert house.store.reels.page(ReelFilter(), 9) == []
    shelving.archive(reel.id or 0)
    assert shelving.restore(reel.id or 0).archived_at is None
    shelving.restore(reel.id or 0)
    assert house.kinds(reel) == ["archived", "restored"]


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_what_is_still_to_come_is_not_put_away(house: House, status: str) -> None:
    reel = house.stored(status)
    with pytest.raises(Refused, match="is not finished"):
        Shelving(house.store).archive(reel.id or 0)
    assert house.again(reel) == reel


def test_nothing_more_is_done_with_a_deleted_reel(house: House) -> None:
    reel = house.stored("failed")
    delete(house, reel)
    for act in (Shelving(house.store).archive, Shelving(house.store).restore, house.processor.check):
        with pytest.raises(UnknownReel, match="was deleted"):
            act(reel.id or 0)  # type: ignore[operator]
    with pytest.raises(UnknownReel, match="was deleted"):
        house.processor.retry(reel.id or 0)


# Deleting, by how far the reel has come


def test_a_completed_reel_loses_its_video_files_and_words(house: House, frozen: Any) -> None:
    reel = house.stored("completed", options={"fit": "cover"})
    kept_file(house, reel)
    delete(house, reel)
    assert house.store.reels.page(ReelFilter(), 9) == house.store.reels.page(ReelFilter(text="hola"), 9) == []
    work(house, frozen)
    assert [request.url.path for request in house.wire.calls(DELETE)] == [f"/v3/videos/{reel.video_id}"]
    assert not beside(house.store.path).workbench(reel.id or 0).exists()
    assert house.store.archive.files(reel.id or 0) == {}
    assert wiped(house, reel)
    assert house.kinds(reel) == ["deleted", "removed"]
    assert house.again(reel).options == {}


def test_a_video_at_heygen_stays_where_that_is_wanted(house: House, frozen: Any) -> None:
    reel = house.stored("completed")
    delete(house, reel, at_heygen=False)
    work(house, frozen)
    assert house.wire.calls(DELETE) == []
    assert wiped(house, reel)


def test_a_waiting_reel_is_never_sent(house: House, frozen: Any) -> None:
    reel = house.processor.enqueue(a_reel())
    deleted = delete(house, reel)
    assert (deleted.status, deleted.failure_code) == (ReelStatus.FAILED, "deleted")
    assert house.processor.submission.claim(utcnow(), 10) == []
    work(house, frozen)
    assert house.wire.requests == []
    assert wiped(house, reel)


def test_a_reel_in_the_making_is_awaited_and_then_taken_away(house: House, frozen: Any) -> None:
    reel = house.stored("processing")
    delete(house, reel)
    work(house, frozen, turns=3)
    assert house.wire.calls(DELETE) == []
    assert house.store.reels.processing() == [house.again(reel)]  # its slot at HeyGen is taken until its end is known
    house.processor.apply(an_observation(video_id=reel.video_id, at=utcnow()))
    work(house, frozen)
    assert len(house.wire.calls(DELETE)) == 1
    assert wiped(house, reel)
    assert house.store.archive.waiting() == 0


def test_the_answer_to_a_sending_still_binds_its_video(house: House, frozen: Any) -> None:
    reel = house.processor.enqueue(a_reel())
    [claimed] = house.processor.submission.claim(utcnow(), 1)
    delete(house, reel)
    work(house, frozen)
    sent = house.processor.submission.send(claimed)
    assert (sent.status, sent.video_id) == (ReelStatus.PROCESSING, "v1")
    work(house, frozen)
    house.processor.apply(an_observation(video_id="v1", at=utcnow()))
    work(house, frozen)
    assert wiped(house, reel)


@pytest.mark.parametrize("answer", [refusal(429), refusal(402), httpx.ConnectError("no route")])
def test_a_sending_that_was_put_back_is_not_made_again(house: House, frozen: Any, answer: Any) -> None:
    reel = house.processor.enqueue(a_reel())
    [claimed] = house.processor.submission.claim(utcnow(), 1)
    delete(house, reel)
    house.wire.script(CREATE, answer)
    house.processor.submission.send(claimed)
    house.processor.submission.open_gate(utcnow())
    house.processor.enqueue(a_reel(title="Another"))
    assert [found.title for found in house.processor.submission.claim(utcnow(), 10)] == ["Another"]
    assert not house.store.reels.may_send(utcnow())
    work(house, frozen, turns=2)
    assert wiped(house, reel)


def lost(house: House, reel: Reel) -> None:
    """Let a worker die while it sends the reel; HeyGen has it all the same."""
    [claimed] = house.processor.submission.claim(utcnow(), 1)
    body = {"title": reel.title, "script": reel.script}
    video_id = house.client.create_video(body, claimed.idempotency_key)
    house.wire.videos[video_id]["created_at"] = int(utcnow().timestamp())


def test_a_reel_that_heygen_may_have_is_looked_for_and_not_sent_again(house: House, frozen: Any) -> None:
    reel = house.processor.enqueue(a_reel())
    lost(house, reel)
    delete(house, reel)
    work(house, frozen, turns=4, step_s=LEASE_S)
    assert house.again(reel).video_id == "v1"
    house.processor.apply(an_observation(video_id="v1", at=utcnow()))
    work(house, frozen)
    assert len(house.wire.calls(CREATE)) == 1
    assert len(house.wire.calls(DELETE)) == 1
    assert wiped(house, reel)


def test_a_reel_that_heygen_never_shows_is_let_go_with_a_note(house: House, frozen: Any) -> None:
    reel = house.processor.enqueue(a_reel())
    house.processor.submission.claim(utcnow(), 1)
    delete(house, reel)
    work(house, frozen, turns=SEARCHES + 4, step_s=LEASE_S)
    assert [entry.detail for entry in house.store.timeline.of(reel.id or 0) if entry.kind == "note"] == [
        {"what": "perhaps_at_heygen"}
    ]
    assert house.again(reel).send_state is SendState.QUEUED
    assert wiped(house, reel)
    assert house.wire.calls(CREATE) == []


# What comes afterwards


def test_later_news_is_recorded_and_changes_nothing(build: Build, frozen: Any) -> None:
    house = build("webhook")
    house.wire.always(DELETE, GONE)
    reel = house.processor.enqueue(a_reel())
    [claimed] = house.processor.submission.claim(utcnow(), 1)
    house.processor.submission.send(claimed)
    house.processor.apply(an_observation(video_id="v1", at=utcnow()))
    delete(house, reel)
    work(house, frozen)
    assert house.store.reels.exists(reel.id or 0)
    before = house.again(reel)
    house.store.deliveries.record([a_delivery(reel_id=reel.id, auth="token")])
    assert house.processor.apply(an_observation(video_id="v1", video_url="https://files.test/new.mp4")) is not None
    assert house.again(reel) == before


def test_an_archivist_under_way_leaves_nothing_behind(house: House, frozen: Any) -> None:
    reel = house.stored("completed")
    house.store.archive.queue(reel.id or 0, utcnow())
    archivist = Archivist(house.processor)
    [job] = archivist.claim(utcnow(), 1)
    delete(house, reel)
    work(house, frozen)
    assert not house.store.removals.is_done(reel.id or 0)
    archivist.keep(job)
    work(house, frozen)
    assert wiped(house, reel)
    assert house.kinds(reel) == ["deleted", "removed"]


# What goes wrong


def test_heygen_is_asked_again_and_in_the_end_the_rest_goes(house: House, frozen: Any) -> None:
    reel = house.stored("completed")
    kept_file(house, reel)
    house.wire.always(DELETE, httpx.Response(503))
    delete(house, reel)
    work(house, frozen)
    assert house.store.removals.waiting() == 1
    assert beside(house.store.path).workbench(reel.id or 0).exists()
    work(house, frozen, turns=TRIES, step_s=3601)
    assert house.kinds(reel) == ["deleted", "remove_failed"]
    assert wiped(house, reel)


def test_a_video_that_is_gone_already_is_no_trouble(house: House, frozen: Any) -> None:
    reel = house.stored("completed")
    house.wire.always(DELETE, refusal(404, "video_not_found"))
    delete(house, reel)
    work(house, frozen)
    assert house.kinds(reel) == ["deleted", "removed"]


def test_the_videos_of_earlier_attempts_go_too(house: House, frozen: Any) -> None:
    reel = house.stored("failed")
    house.wire.finish(reel.video_id or "", "failed")
    again = house.processor.retry(reel.id or 0)
    delete(house, again)
    work(house, frozen)
    assert [request.url.path for request in house.wire.calls(DELETE)] == [f"/v3/videos/{reel.video_id}"]


def test_a_removal_that_was_killed_is_taken_up_again(house: House, frozen: Any) -> None:
    reel = house.stored("completed")
    kept_file(house, reel)
    delete(house, reel)
    house.store.removals.claim(now=utcnow(), lease_s=300, limit=9)  # and its process dies
    work(house, frozen)
    assert not wiped(house, reel)
    frozen.tick(timedelta(seconds=300))
    work(house, frozen)
    assert wiped(house, reel)


def test_no_word_of_the_script_is_left_in_the_store(house: House, frozen: Any) -> None:
    reel = house.processor.enqueue(a_reel(script="Palabras secretas.", title="Título secreto"))
    [claimed] = house.processor.submission.claim(utcnow(), 1)
    house.processor.submission.send(claimed)
    house.processor.apply(an_observation("failed", video_id="v1", at=utcnow()))
    delete(house, reel)
    work(house, frozen)
    row = house.again(reel)
    entries = [dict(entry.detail) for entry in house.store.timeline.of(reel.id or 0)]
    assert "secret" not in json.dumps([row.title, row.script, dict(row.options), entries], default=str)
