from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.clock import utcnow
from core.errors import HeyGenError
from core.gate import Gate
from core.models import Reel, ReelStatus, SendState
from core.submission import LEASE_S
from tests.conftest import Build
from tests.factories import NOW, PUBLIC, House, a_reel, refusal, wait_until

CREATE = "POST /v3/videos"
TIMEOUT = httpx.ReadTimeout("slow")
DAY_S = 24 * 3600

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def house(build: Build) -> House:
    return build()


def send_all(house: House) -> list[Reel]:
    submission = house.processor.submission
    return [submission.send(reel) for reel in submission.claim(utcnow(), 10)]


def send_one(house: House, reel: Reel) -> Reel:
    [sent] = [found for found in send_all(house) if found.id == reel.id]
    return sent


def created_but_unanswered(house: House) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        house.wire.ordinary(request)
        raise httpx.ReadTimeout("the answer was lost", request=request)

    return answer


def gate(house: House) -> Gate:
    return house.processor.submission.gate()


# One sending


def test_an_accepted_reel_is_processing_and_says_since_when(house: House) -> None:
    reel = house.processor.enqueue(a_reel())
    sent = send_one(house, reel)
    assert house.again(reel) == sent
    assert (sent.status, sent.send_state, sent.video_id) == (ReelStatus.PROCESSING, SendState.SENT, "v1")
    assert (sent.submitted_at, sent.deadline_at) == (NOW, NOW + timedelta(seconds=172_800))
    assert house.kinds(reel) == ["pending", "sending", "processing"]


def test_a_reel_is_stored_as_being_sent_before_it_is_sent(house: House) -> None:
    reel = house.processor.enqueue(a_reel())
    seen: list[Any] = []

    def look(request: httpx.Request) -> httpx.Response:
        with closing(sqlite3.connect(house.store.path)) as conn:
            seen.extend(conn.execute("SELECT send_state, idempotency_key FROM reel"))
            seen.extend(conn.execute("SELECT kind FROM timeline"))
        return house.wire.ordinary(request)

    house.wire.script(CREATE, look)
    send_all(house)
    assert seen == [("sending", reel.idempotency_key), ("pending",), ("sending",)]


def test_everything_that_was_asked_for_is_sent(build: Build) -> None:
    house = build("hybrid")
    options = {"resolution": "1080p", "caption": {"file_format": "srt", "style": None}}
    reel = house.processor.enqueue(a_reel(voice_id="voice_9", aspect_ratio="1:1", options=options))
    send_all(house)
    body = house.wire.sent()
    url = body.pop("callback_url")
    assert body == {
        "type": "avatar",
        "avatar_id": "avatar_1",
        "voice_id": "voice_9",
        "script": "Hola a todos.",
        "title": "Launch",
        "aspect_ratio": "1:1",
        "resolution": "1080p",
        "caption": {"file_format": "srt", "style": None},
        "callback_id": reel.idempotency_key,
    }
    assert url.startswith(f"{PUBLIC}/webhooks/heygen/reel/1/")
    assert house.wire.calls(CREATE)[0].headers["Idempotency-Key"] == reel.idempotency_key


@pytest.mark.parametrize(("mode", "called_back"), [("polling", False), ("hybrid", True), ("webhook", True)])
def test_only_modes_that_use_webhooks_ask_to_be_called_back(build: Build, mode: str, called_back: bool) -> None:
    house = build(mode)
    house.processor.enqueue(a_reel(title="", voice_id=""))
    send_all(house)
    assert ("callback_url" in house.wire.sent()) is called_back
    assert "voice_id" not in house.wire.sent()
    assert "title" not in house.wire.sent()


def test_a_base_address_with_a_slash_gives_no_double_slash(build: Build) -> None:
    house = build("webhook", webhook_base_url=f"{PUBLIC}/")
    house.processor.enqueue(a_reel())
    send_all(house)
    assert house.wire.sent()["callback_url"].startswith(f"{PUBLIC}/webhooks/heygen/reel/1/")


def test_each_sending_has_an_unguessable_token_of_which_only_the_hash_is_stored(build: Build) -> None:
    house = build("webhook")
    house.wire.script(CREATE, httpx.Response(500))
    reel = house.processor.enqueue(a_reel())
    send_all(house)
    house.store.reels.save(house.again(reel), send_after=NOW)
    send_all(house)
    tokens = [house.wire.sent(n)["callback_url"].rsplit("/", 1)[1] for n in (0, 1)]
    assert len(set(tokens)) == 2
    house.store.close()
    stored = house.store.path.read_bytes()
    for token in tokens:
        assert len(token) >= 40
        assert token.encode() not in stored
        assert house.store.reels.token_reel(hashlib.sha256(token.encode()).digest()) == reel.id


def test_without_an_avatar_the_accounts_first_is_chosen_once_and_for_all(house: House) -> None:
    house.wire.script(CREATE, TIMEOUT)
    reel = house.processor.enqueue(a_reel(avatar_id=""))
    send_all(house)
    house.wire.looks = [{"id": "look_2", "default_voice_id": "voice_2"}]
    house.store.reels.save(house.again(reel), send_after=NOW)
    send_all(house)
    for n in (0, 1):
        assert (house.wire.sent(n)["avatar_id"], house.wire.sent(n)["voice_id"]) == ("look_1", "voice_1")
    assert house.again(reel).avatar_id == "look_1"


def test_a_voice_that_was_chosen_stays_with_the_first_avatar(house: House) -> None:
    house.processor.enqueue(a_reel(avatar_id="", voice_id="voice_9"))
    send_all(house)
    assert house.wire.sent()["voice_id"] == "voice_9"


def test_a_heygen_without_a_list_of_avatars_says_itself_what_is_missing(house: House) -> None:
    house.wire.script("GET /v3/avatars/looks", httpx.Response(404))
    reel = house.processor.enqueue(a_reel(avatar_id=""))
    assert send_one(house, reel).status is ReelStatus.PROCESSING
    assert "avatar_id" not in house.wire.sent()


def test_an_account_without_avatars_fails_the_reel_with_a_reason(house: House) -> None:
    house.wire.looks = []
    reel = house.processor.enqueue(a_reel(avatar_id=""))
    assert send_one(house, reel).failure_code == "avatar_not_found"
    assert house.wire.calls(CREATE) == []


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.ConnectError("DNS"), httpx.Response(200, html="<p>")])
def test_while_the_avatars_cannot_be_read_nothing_is_sent_and_nothing_lost(house: House, answer: Any) -> None:
    house.wire.script("GET /v3/avatars/looks", answer)
    reel = house.processor.enqueue(a_reel(avatar_id=""))
    assert send_one(house, reel).status is ReelStatus.PENDING
    assert house.wire.calls(CREATE) == []
    house.processor.submission.open_gate(NOW)
    house.store.reels.save(house.again(reel), send_after=NOW)
    assert send_one(house, reel).status is ReelStatus.PROCESSING


def test_enqueueing_one_key_twice_stores_and_sends_one_reel(house: House) -> None:
    reel = a_reel()
    first, second = house.processor.enqueue(reel), house.processor.enqueue(reel)
    assert first == second
    send_all(house)
    third = house.processor.enqueue(reel)
    assert third.status is ReelStatus.PROCESSING
    assert len(house.wire.videos) == 1
    assert house.kinds(first) == ["pending", "sending", "processing"]


def test_many_are_stored_all_or_none(house: House) -> None:
    with pytest.raises(ValueError, match="script is empty"):
        house.processor.enqueue_many([a_reel(), a_reel(script=" ")])
    assert sum(house.store.reels.counts().values()) == 0
    assert len(house.processor.enqueue_many([a_reel() for _ in range(30)])) == 30


# Answers that tell nothing: the same key again


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("slow"),
        httpx.WriteError("reset"),
        httpx.RemoteProtocolError("closed"),
        httpx.Response(500),
        httpx.Response(502, html="<h1>Bad gateway</h1>"),
        httpx.Response(503),
        httpx.Response(504),
        refusal(409, "request_in_progress"),
        refusal(408, "unknown"),
        httpx.Response(200, html="<h1>Maintenance</h1>"),
        httpx.Response(200, json={"data": {"status": "waiting"}}),
        httpx.Response(200, content=b'{"data": {"video_id": "v'),
        httpx.Response(204),
    ],
)
def test_after_an_answer_that_tells_nothing_the_same_key_is_sent_again(house: House, frozen: Any, answer: Any) -> None:
    house.wire.script(CREATE, answer)
    reel = house.processor.enqueue(a_reel())
    sent = send_one(house, reel)
    assert (sent.status, sent.send_state, sent.unsure) == (ReelStatus.PENDING, SendState.UNKNOWN, True)
    assert gate(house).state == "open"
    assert send_all(house) == []
    frozen.tick(2)
    assert send_one(house, reel).status is ReelStatus.PROCESSING
    keys = [request.headers["Idempotency-Key"] for request in house.wire.calls(CREATE)]
    assert keys == [reel.idempotency_key] * 2
    assert house.kinds(reel) == ["pending", "sending", "send_unknown", "sending", "processing"]


def test_a_video_that_was_made_though_the_answer_was_lost_is_not_paid_for_twice(house: House, frozen: Any) -> None:
    house.wire.script(CREATE, created_but_unanswered(house))
    reel = house.processor.enqueue(a_reel())
    send_all(house)
    frozen.tick(2)
    assert send_one(house, reel).video_id == "v1"
    assert list(house.wire.videos) == ["v1"]


def test_waits_grow_while_the_outcome_stays_unknown(house: House, frozen: Any) -> None:
    house.wire.always(CREATE, httpx.Response(500))
    reel, waits = house.processor.enqueue(a_reel()), []
    for _ in range(9):
        sent = send_one(house, reel)
        assert sent.send_after is not None
        waits.append((sent.send_after - utcnow()).total_seconds())
        frozen.tick(waits[-1])
    assert waits == [0.75, 1.5, 3, 6, 12, 24, 45, 45, 45]


def test_a_wait_that_heygen_asks_for_is_kept(house: House) -> None:
    house.wire.script(CREATE, httpx.Response(503, headers={"Retry-After": "33"}))
    sent = send_one(house, house.processor.enqueue(a_reel()))
    assert sent.send_after == NOW + timedelta(seconds=33)


# Clear refusals


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "invalid_parameter"),
        (400, "content_policy_violation"),
        (400, "script_too_short"),
        (403, "forbidden"),
        (403, "voice_not_usable"),
        (404, "avatar_not_found"),
        (413, "payload_too_large"),
        (422, "unprocessable"),
    ],
)
def test_a_clear_refusal_is_final_and_keeps_every_detail(house: House, status: int, code: str) -> None:
    house.wire.script(CREATE, refusal(status, code))
    reel = house.processor.enqueue(a_reel())
    sent = send_one(house, reel)
    assert (sent.status, sent.failure_code, sent.failure_message) == (ReelStatus.FAILED, code, f"words of {code}")
    assert (sent.failure_param, sent.request_id, sent.detected_at) == ("script", "req_1", NOW)
    entry = house.store.timeline.of(reel.id or 0)[-1]
    assert entry.kind == "failed"
    assert entry.detail["http_status"] == status
    assert gate(house).state == "open"
    assert send_all(house) == []


@pytest.mark.parametrize(("status", "code"), [(401, "unauthorized"), (402, "insufficient_credit")])
def test_a_wrong_key_or_an_empty_wallet_stops_the_queue_and_fails_no_reel(
    house: House, frozen: Any, status: int, code: str
) -> None:
    house.wire.always(CREATE, refusal(status, code))
    reels = house.processor.enqueue_many([a_reel() for _ in range(3)])
    submission = house.processor.submission
    [claimed] = submission.claim(NOW, 1)
    submission.send(claimed)
    assert (gate(house).state, gate(house).reason) == ("stopped", code)
    frozen.tick(DAY_S)
    assert send_all(house) == []
    assert {house.again(reel).status for reel in reels} == {ReelStatus.PENDING}
    assert house.kinds(reels[0])[-1] == "queue_stopped"


@pytest.mark.parametrize(("status", "code"), [(401, "unauthorized"), (402, "insufficient_credit")])
def test_a_retry_of_any_waiting_reel_opens_a_stopped_queue(house: House, status: int, code: str) -> None:
    house.wire.script(CREATE, refusal(status, code))
    first, second = house.processor.enqueue_many([a_reel(), a_reel()])
    [claimed] = house.processor.submission.claim(NOW, 1)
    house.processor.submission.send(claimed)
    house.processor.retry(second)
    assert gate(house) == Gate()
    assert {reel.status for reel in send_all(house)} == {ReelStatus.PROCESSING}
    assert len(house.wire.videos) == 2
    assert house.again(first).attempt == 1


def test_too_many_requests_pause_the_queue_for_as_long_as_heygen_says(house: House, frozen: Any) -> None:
    house.wire.script(CREATE, refusal(429, "rate_limit_exceeded", **{"Retry-After": "20"}))
    reel = house.processor.enqueue(a_reel())
    assert send_one(house, reel).status is ReelStatus.PENDING
    house.processor.enqueue(a_reel())
    frozen.tick(19.9)
    assert send_all(house) == []
    frozen.tick(0.1)
    assert {sent.status for sent in send_all(house)} == {ReelStatus.PROCESSING}
    assert gate(house) == Gate()
    assert house.kinds(reel) == ["pending", "sending", "queue_paused", "sending", "processing"]


def test_a_daily_limit_is_not_hammered(house: House, frozen: Any) -> None:
    house.wire.always(CREATE, refusal(429, "quota_exceeded"))
    house.processor.enqueue(a_reel())
    for _ in range(3600 * 3 // 60):
        send_all(house)
        frozen.tick(60)
    assert len(house.wire.calls(CREATE)) == 3


@pytest.mark.parametrize("answer", [refusal(429, "rate_limit_exceeded"), refusal(402, "x"), refusal(401, "x")])
def test_after_a_clear_refusal_a_new_key_is_used_since_heygen_may_replay_errors(house: House, answer: Any) -> None:
    house.wire.script(CREATE, answer)
    reel = house.processor.enqueue(a_reel())
    sent = send_one(house, reel)
    assert sent.idempotency_key != reel.idempotency_key
    assert (sent.send_state, sent.first_sent_at, sent.unsure) == (SendState.QUEUED, None, False)


@pytest.mark.parametrize("answer", [refusal(429, "rate_limit_exceeded"), refusal(402, "x"), refusal(401, "x")])
def test_while_a_sending_of_the_key_is_in_doubt_the_key_stays(house: House, frozen: Any, answer: Any) -> None:
    house.wire.script(CREATE, created_but_unanswered(house), answer)
    reel = house.processor.enqueue(a_reel())
    send_all(house)
    frozen.tick(2)
    sent = send_one(house, reel)
    assert sent.idempotency_key == reel.idempotency_key
    assert (sent.send_state, sent.first_sent_at, sent.unsure) == (SendState.UNKNOWN, NOW, True)
    house.processor.submission.open_gate(NOW)
    frozen.tick(60)
    assert send_one(house, reel).video_id == "v1"
    assert len(house.wire.videos) == 1


def test_without_a_connection_nothing_was_sent_and_the_key_stays(house: House, frozen: Any) -> None:
    house.wire.script(CREATE, httpx.ConnectError("DNS"))
    reel = house.processor.enqueue(a_reel())
    sent = send_one(house, reel)
    assert sent.idempotency_key == reel.idempotency_key
    assert (sent.send_state, sent.unsure, sent.first_sent_at) == (SendState.QUEUED, False, None)
    assert (gate(house).state, gate(house).reason) == ("paused", "unreachable")
    frozen.tick(2)
    assert send_one(house, reel).status is ReelStatus.PROCESSING
    assert gate(house) == Gate()


def test_success_clears_the_reasons_of_earlier_troubles(house: House, frozen: Any) -> None:
    house.wire.script(CREATE, refusal(429, "rate_limit_exceeded"))
    reel = house.processor.enqueue(a_reel())
    assert send_one(house, reel).failure_code == "rate_limit_exceeded"
    frozen.tick(10)
    sent = send_one(house, reel)
    assert (sent.failure_code, sent.failure_message, sent.failure_param) == (None, None, None)


# Keys that HeyGen has forgotten


def unsure_for_a_day(house: House, frozen: Any, **fields: Any) -> Reel:
    house.wire.script(CREATE, TIMEOUT)
    reel = house.processor.enqueue(a_reel(**fields))
    send_one(house, reel)
    frozen.tick(DAY_S)
    return reel


def at_heygen(house: House, video_id: str, title: str = "Launch", after_s: float = 5, **more: Any) -> None:
    created_at = int(NOW.timestamp() + after_s)
    base = {"id": video_id, "status": "processing", "title": title, "created_at": created_at}
    house.wire.videos[video_id] = base | more


def test_within_the_life_of_a_key_it_is_simply_sent_again(house: House, frozen: Any) -> None:
    house.wire.script(CREATE, TIMEOUT)
    reel = house.processor.enqueue(a_reel())
    send_all(house)
    frozen.tick(23.4 * 3600)
    assert send_one(house, reel).status is ReelStatus.PROCESSING
    assert house.wire.calls("GET /v3/videos") == []


def test_after_a_day_the_one_video_that_fits_is_adopted(house: House, frozen: Any) -> None:
    reel = unsure_for_a_day(house, frozen)
    at_heygen(house, "v_mine")
    at_heygen(house, "v_longer", title="Launch party")
    at_heygen(house, "v_older", after_s=-3600)
    sent = send_one(house, reel)
    assert (sent.status, sent.video_id) == (ReelStatus.PROCESSING, "v_mine")
    assert len(house.wire.calls(CREATE)) == 1
    assert house.store.timeline.of(reel.id or 0)[-1].detail["how"] == "found_in_list"


def test_after_a_day_without_a_video_that_fits_a_new_key_is_sent(house: House, frozen: Any) -> None:
    reel = unsure_for_a_day(house, frozen)
    at_heygen(house, "v_other", title="Other")
    sent = send_one(house, reel)
    assert (sent.status, sent.send_state, sent.unsure) == (ReelStatus.PENDING, SendState.QUEUED, False)
    assert sent.idempotency_key != reel.idempotency_key
    assert send_one(house, reel).status is ReelStatus.PROCESSING
    assert len(house.wire.calls(CREATE)) == 2


def test_after_a_day_with_several_that_fit_a_person_decides(house: House, frozen: Any) -> None:
    reel = unsure_for_a_day(house, frozen)
    at_heygen(house, "v_a")
    at_heygen(house, "v_b")
    sent = send_one(house, reel)
    assert (sent.status, sent.send_state) == (ReelStatus.PENDING, SendState.DOUBT)
    assert "2 videos" in (sent.failure_message or "")
    frozen.tick(DAY_S)
    assert send_all(house) == []
    again = house.processor.retry(reel)
    assert (again.attempt, again.send_state) == (2, SendState.QUEUED)
    assert send_one(house, reel).status is ReelStatus.PROCESSING


def test_a_retry_of_one_in_doubt_adopts_the_only_video_that_is_left(house: House, frozen: Any) -> None:
    reel = unsure_for_a_day(house, frozen)
    at_heygen(house, "v_a")
    at_heygen(house, "v_b")
    assert send_one(house, reel).send_state is SendState.DOUBT
    house.stored(video_id="v_a")
    found = house.processor.retry(reel)
    assert (found.status, found.video_id, found.attempt) == (ReelStatus.PROCESSING, "v_b", 1)
    assert len(house.wire.calls(CREATE)) == 1


def test_a_retry_of_one_in_doubt_pays_nothing_while_the_list_does_not_answer(house: House, frozen: Any) -> None:
    reel = unsure_for_a_day(house, frozen)
    at_heygen(house, "v_a")
    at_heygen(house, "v_b")
    doubtful = send_one(house, reel)
    house.wire.always("GET /v3/videos", httpx.ConnectError("DNS"))
    with pytest.raises(HeyGenError):
        house.processor.retry(reel)
    assert house.again(reel) == doubtful


def test_a_video_that_another_reel_has_is_not_adopted(house: House, frozen: Any) -> None:
    reel = unsure_for_a_day(house, frozen)
    at_heygen(house, "v_taken")
    house.stored(video_id="v_taken")
    assert send_one(house, reel).send_state is SendState.QUEUED


def test_a_video_of_an_earlier_attempt_is_not_adopted(house: House, frozen: Any) -> None:
    reel = unsure_for_a_day(house, frozen)
    at_heygen(house, "v_past")
    other = house.stored(video_id="v_past")
    house.store.reels.note_past_video(other)
    house.store.reels.save(other, video_id="v_present")
    assert send_one(house, reel).send_state is SendState.QUEUED


def test_a_video_of_unknown_age_may_be_ours_too(house: House, frozen: Any) -> None:
    reel = unsure_for_a_day(house, frozen)
    at_heygen(house, "v_ageless", created_at=None)
    sent = send_one(house, reel)
    assert sent.video_id == "v_ageless"
    assert len(house.wire.calls(CREATE)) == 1


def test_without_a_title_to_tell_it_by_a_video_is_not_adopted(house: House, frozen: Any) -> None:
    reel = unsure_for_a_day(house, frozen, title="")
    at_heygen(house, "v_untitled", title=None)  # type: ignore[arg-type]  # HeyGen's null
    assert send_one(house, reel).send_state is SendState.DOUBT


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("", "Untitled video"), ("Launch", None), ("Launch  party ", "launch party")],
)
def test_a_video_that_may_be_ours_under_another_title_is_not_paid_for_again(
    house: House, frozen: Any, ours: str, theirs: str | None
) -> None:
    reel = unsure_for_a_day(house, frozen, title=ours)
    row = {"id": "v_whose", "status": "processing", "title": theirs, "created_at": int(NOW.timestamp()) + 5}
    house.wire.always("GET /v3/videos", httpx.Response(200, json={"data": [row]}))
    assert send_one(house, reel).send_state is SendState.DOUBT
    assert len(house.wire.calls(CREATE)) == 1


@pytest.mark.parametrize(("age_s", "state"), [(0, SendState.DOUBT), (7200, SendState.QUEUED)])
def test_a_list_that_was_not_read_to_its_end_shows_nothing_unless_it_reached_older_videos(
    house: House, frozen: Any, age_s: float, state: SendState
) -> None:
    reel = unsure_for_a_day(house, frozen)
    row = {"id": "v_other", "status": "processing", "title": "Launch 2", "created_at": int(NOW.timestamp() - age_s)}
    page = {"data": [row], "has_more": True, "next_token": "again"}
    house.wire.always("GET /v3/videos", httpx.Response(200, json=page))
    assert send_one(house, reel).send_state is state


def test_with_a_rival_of_the_same_title_a_video_is_not_adopted(house: House, frozen: Any) -> None:
    house.wire.script(CREATE, TIMEOUT, TIMEOUT)
    one, two = house.processor.enqueue_many([a_reel(), a_reel()])
    send_all(house)
    frozen.tick(DAY_S)
    at_heygen(house, "v_whose")
    states = {sent.id: sent.send_state for sent in send_all(house)}
    assert states == {one.id: SendState.DOUBT, two.id: SendState.DOUBT}


def test_a_search_that_outlives_its_lease_undoes_nothing(house: House, frozen: Any) -> None:
    reel = unsure_for_a_day(house, frozen)

    def slow(request: httpx.Request) -> httpx.Response:
        frozen.tick(LEASE_S + 1)
        assert send_one(house, reel).send_state is SendState.QUEUED  # another worker was quicker
        assert send_one(house, reel).status is ReelStatus.PROCESSING
        return house.wire.ordinary(request)

    house.wire.script("GET /v3/videos", slow)
    assert send_one(house, reel).status is ReelStatus.PROCESSING
    assert len(house.wire.calls(CREATE)) == 2


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.ConnectError("DNS"), refusal(401), refusal(429)])
def test_while_the_list_cannot_be_read_nothing_is_paid_for_again(house: House, frozen: Any, answer: Any) -> None:
    reel = unsure_for_a_day(house, frozen)
    house.wire.always("GET /v3/videos", answer)
    for _ in range(5):
        sent = send_one(house, reel)
        assert (sent.send_state, sent.idempotency_key) == (SendState.UNKNOWN, reel.idempotency_key)
        frozen.tick(120)
    assert len(house.wire.calls(CREATE)) == 1


# Crashes and competing workers


def test_a_worker_that_dies_between_claim_and_sending_loses_nothing(house: House, frozen: Any) -> None:
    reel = house.processor.enqueue(a_reel())
    assert len(house.processor.submission.claim(NOW, 10)) == 1
    frozen.tick(LEASE_S - 1)
    assert send_all(house) == []
    frozen.tick(1)
    sent = send_one(house, reel)
    assert (sent.status, sent.sends) == (ReelStatus.PROCESSING, 2)
    assert house.wire.calls(CREATE)[0].headers["Idempotency-Key"] == reel.idempotency_key


def test_a_worker_that_dies_after_sending_pays_once(house: House, frozen: Any) -> None:
    def die(request: httpx.Request) -> httpx.Response:
        house.wire.ordinary(request)
        raise KeyboardInterrupt

    house.wire.script(CREATE, die)
    reel = house.processor.enqueue(a_reel())
    with pytest.raises(KeyboardInterrupt):
        send_all(house)
    frozen.tick(LEASE_S)
    assert send_one(house, reel).video_id == "v1"
    assert len(house.wire.videos) == 1


@pytest.mark.parametrize("late", ["the same video", "a refusal", "a time-out", "429"])
def test_an_answer_that_comes_after_its_lease_changes_nothing_that_another_worker_did(
    house: House, build: Build, frozen: Any, late: str
) -> None:
    other = build(wire=house.wire)
    let_go = threading.Event()

    def slow(request: httpx.Request) -> httpx.Response:
        assert let_go.wait(20)
        if late == "a refusal":
            return refusal(400, "invalid_parameter")
        if late == "429":
            return refusal(429, "rate_limit_exceeded")
        if late == "a time-out":
            raise httpx.ReadTimeout("slow", request=request)
        return house.wire.ordinary(request)

    house.wire.script(CREATE, slow)
    reel = house.processor.enqueue(a_reel())
    first = threading.Thread(target=send_all, args=(house,))
    first.start()
    wait_until(lambda: house.wire.calls(CREATE))
    frozen.tick(LEASE_S)
    bound = send_one(other, reel)
    let_go.set()
    first.join(20)
    assert house.again(reel) == bound
    assert bound.video_id == "v1"
    assert len(house.wire.videos) == 1
    assert house.kinds(reel).count("processing") == 1
    assert gate(house).state == "open"


def test_an_answer_that_comes_after_its_lease_is_used_where_none_came_since(
    house: House, build: Build, frozen: Any
) -> None:
    other, reel = build(wire=house.wire), house.processor.enqueue(a_reel())
    [mine] = house.processor.submission.claim(NOW, 1)
    frozen.tick(LEASE_S)
    [theirs] = other.processor.submission.claim(utcnow(), 1)
    assert house.processor.submission.send(mine).status is ReelStatus.PROCESSING
    assert other.processor.submission.send(theirs).status is ReelStatus.PROCESSING
    assert len(house.wire.videos) == 1
    assert house.kinds(reel).count("processing") == 1


@pytest.mark.parametrize("answer", [refusal(400, "invalid_parameter"), httpx.Response(500), refusal(402, "x")])
def test_bad_news_that_comes_after_its_lease_leaves_the_other_sending_alone(
    house: House, build: Build, frozen: Any, answer: httpx.Response
) -> None:
    other, reel = build(wire=house.wire), house.processor.enqueue(a_reel())
    [mine] = house.processor.submission.claim(NOW, 1)
    frozen.tick(LEASE_S)
    [theirs] = other.processor.submission.claim(utcnow(), 1)
    house.wire.script(CREATE, answer)
    house.processor.submission.send(mine)
    assert (house.again(reel).send_state, house.again(reel).lease_epoch) == (SendState.SENDING, 2)
    assert house.processor.submission.claim(utcnow(), 1) == []
    assert other.processor.submission.send(theirs).status is ReelStatus.PROCESSING


def test_bad_news_for_a_reel_that_was_bound_by_a_late_answer_changes_nothing(
    house: House, build: Build, frozen: Any
) -> None:
    other, reel = build(wire=house.wire), house.processor.enqueue(a_reel())
    [mine] = house.processor.submission.claim(NOW, 1)
    frozen.tick(LEASE_S)
    [theirs] = other.processor.submission.claim(utcnow(), 1)
    bound = house.processor.submission.send(mine)
    house.wire.script(CREATE, refusal(400, "invalid_parameter"))
    other.processor.submission.send(theirs)
    assert house.again(reel).status is ReelStatus.PROCESSING
    assert house.again(reel).video_id == bound.video_id


def test_an_answer_for_an_earlier_attempt_is_not_bound_to_the_present_one(house: House, frozen: Any) -> None:
    reel = house.processor.enqueue(a_reel())
    [claimed] = house.processor.submission.claim(NOW, 1)
    house.store.reels.save(claimed, send_state=SendState.DOUBT)
    again = house.processor.retry(reel)
    assert house.processor.submission.send(claimed).video_id is None
    assert house.again(reel) == again


def test_a_video_that_another_reel_has_is_never_bound_twice(house: House) -> None:
    house.stored(video_id="v1")
    reel = house.processor.enqueue(a_reel())
    sent = send_one(house, reel)
    assert (sent.send_state, sent.video_id) == (SendState.DOUBT, None)
    assert "v1" in (sent.failure_message or "")


def test_no_more_than_the_limit_are_in_flight(build: Build) -> None:
    house = build(max_concurrent=3)
    house.processor.enqueue_many([a_reel() for _ in range(8)])
    assert len(send_all(house)) == 3
    assert send_all(house) == []
    house.wire.finish("v1")
    house.processor.check(1)
    assert len(send_all(house)) == 1


def test_the_body_is_plain_json_in_utf_8(house: House) -> None:
    house.processor.enqueue(a_reel(script="Año nuevo 🎬 <b>&amp;</b>\n“comillas”"))
    send_all(house)
    assert json.loads(house.wire.calls(CREATE)[0].content)["script"] == "Año nuevo 🎬 <b>&amp;</b>\n“comillas”"


def test_a_key_that_a_caller_chose_is_used(house: House) -> None:
    house.processor.enqueue(replace(a_reel(), idempotency_key="campaign:7.a_b-c"))
    send_all(house)
    assert house.wire.calls(CREATE)[0].headers["Idempotency-Key"] == "campaign:7.a_b-c"


@pytest.mark.parametrize("key", ["", "ñ", "a b", "a\nb", "x" * 256])
def test_a_key_that_heygen_does_not_allow_is_refused_before_it_is_stored(house: House, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        house.processor.enqueue(replace(a_reel(), idempotency_key=key))
    assert sum(house.store.reels.counts().values()) == 0


def test_what_was_sent_stands_in_the_timeline_but_for_words_and_secrets(build: Build) -> None:
    house = build("webhook")
    made = httpx.Response(200, json={"data": {"video_id": "v1"}}, headers={"X-Request-Id": "req_7"})
    house.wire.script(CREATE, made)
    reel = house.processor.enqueue(a_reel(script="Palabras.", title="Título", options={"fit": "cover"}))
    send_all(house)
    sent = house.wire.sent()
    entries = {entry.kind: entry.detail for entry in house.store.timeline.of(reel.id or 0)}
    body = entries["sending"]["body"]
    assert body == {key: sent[key] for key in sent if key not in {"title", "script"}} | {
        "callback_url": f"{PUBLIC}/webhooks/heygen/reel/{reel.id}/***"
    }
    assert sent["callback_url"] not in json.dumps(body)
    assert entries["sending"]["key"] == reel.idempotency_key
    assert entries["processing"]["request_id"] == "req_7"
