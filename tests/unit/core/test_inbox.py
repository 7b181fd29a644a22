from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.clock import utcnow
from core.inbox import LEASE_S, POISON_AFTER, UNCONFIRMED_AFTER, Inbox
from core.models import (
    Channel,
    Delivery,
    Observation,
    Reel,
    ReelStatus,
    RemoteStatus,
    RemoteVideo,
    SendState,
    Verdict,
)
from core.store import DeliveryFilter
from tests.conftest import Build
from tests.factories import NOW, House, a_body, a_delivery, a_reel, refusal

GET = "GET /v3/videos/{id}"
CREATE = "POST /v3/videos"


@pytest.fixture
def house(build: Build, frozen: Any) -> House:
    return build("hybrid")


def work(house: House) -> None:
    inbox = Inbox(house.processor)
    for delivery in inbox.claim(utcnow(), 50):
        inbox.work(delivery)


def latest(house: House) -> Delivery:
    return house.store.deliveries.page(DeliveryFilter(), 1)[0]


def deliver(house: House, body: bytes | None = None, **fields: Any) -> Delivery:
    house.store.deliveries.record([a_delivery(body, received_at=utcnow(), **fields)])
    work(house)
    return latest(house)


def verdicts(house: House) -> list[str]:
    return [str(delivery.verdict) for delivery in reversed(house.store.deliveries.page(DeliveryFilter(), 99))]


# Applied


@pytest.mark.parametrize(
    ("event", "heygen", "becomes"),
    [
        ("avatar_video.success", "completed", ReelStatus.COMPLETED),
        ("avatar_video.fail", "failed", ReelStatus.FAILED),
        ("avatar_video.fail", "completed", ReelStatus.COMPLETED),
        ("avatar_video.success", "failed", ReelStatus.FAILED),
    ],
)
def test_a_delivery_is_news_and_heygens_own_answer_is_the_truth(
    house: House, event: str, heygen: str, becomes: ReelStatus
) -> None:
    reel = house.stored()
    house.wire.finish("v1", heygen)
    told = deliver(house, a_body(event))
    assert told.verdict is Verdict.APPLIED
    assert (told.reel_id, told.video_id, told.attempts) == (reel.id, "v1", 1)
    assert (house.again(reel).status, house.again(reel).detected_by) == (becomes, Channel.WEBHOOK)
    agrees = (event == "avatar_video.success") is (heygen == "completed")
    assert told.note == (None if agrees else f"HeyGen itself says {heygen}")
    assert told.note_told == (None if agrees else ["HeyGen itself says {word}", {"word": heygen}])


def test_the_link_of_a_delivery_is_never_believed(house: House) -> None:
    reel = house.stored()
    house.wire.finish("v1", video_url="https://files.test/true.mp4")
    deliver(house, a_body(url="https://evil.test/malware.exe"))
    assert house.again(reel).video_url == "https://files.test/true.mp4"


@pytest.mark.parametrize(
    "body",
    [
        {"event": "avatar_video.success", "data": {"video_id": "v1", "video_url": "https://files.test/v1.mp4"}},
        {"event_type": "avatar_video.success", "event_data": {"id": "v1"}},
        {
            "event_id": "evt_1",
            "event_type": "avatar_video.success",
            "event_data": {"video_id": "v1", "folder_id": None},
        },
    ],
)
def test_older_bodies_are_worked_off_as_well(house: House, body: dict[str, Any]) -> None:
    reel = house.stored()
    house.wire.finish("v1")
    assert deliver(house, json.dumps(body).encode()).verdict is Verdict.APPLIED
    assert house.again(reel).status is ReelStatus.COMPLETED


def test_without_a_video_id_the_reel_of_the_address_is_asked_for(house: House) -> None:
    reel = house.stored()
    house.wire.finish("v1")
    assert deliver(house, a_body(video_id=None), reel_id=reel.id, auth="token").verdict is Verdict.APPLIED
    assert house.again(reel).status is ReelStatus.COMPLETED


def test_a_reel_that_was_given_up_still_completes(house: House) -> None:
    reel = house.stored("timed_out")
    house.wire.finish("v1")
    assert deliver(house).verdict is Verdict.APPLIED
    assert house.again(reel).status is ReelStatus.COMPLETED


def test_the_timeline_shows_the_delivery_with_its_verdict(house: House, frozen: Any) -> None:
    reel = house.stored()
    house.wire.finish("v1")
    house.store.deliveries.record([a_delivery(reel_id=reel.id, auth="token")])
    frozen.tick(0.001)
    work(house)
    webhook, completed = house.store.timeline.of(reel.id or 0)
    assert (webhook.kind, webhook.detail["event_type"], webhook.detail["verdict"]) == (
        "webhook",
        "avatar_video.success",
        "applied",
    )
    assert (completed.kind, completed.detail["channel"]) == ("completed", "webhook")


# Nothing changes


def test_a_duplicate_delivery_changes_nothing(house: House) -> None:
    reel = house.stored()
    house.wire.finish("v1")
    deliver(house)
    done, kinds = house.again(reel), house.kinds(reel)
    for _ in range(3):
        deliver(house)
    assert latest(house).seen == 4
    assert deliver(house, a_body(event_id="evt_2")).verdict is Verdict.DUPLICATE
    assert house.again(reel) == done
    assert [kind for kind in house.kinds(reel) if kind != "webhook"] == [kind for kind in kinds if kind != "webhook"]
    assert len(house.wire.calls(GET)) == 1


@pytest.mark.parametrize(
    ("status", "event", "verdict"),
    [
        ("completed", "avatar_video.success", Verdict.DUPLICATE),
        ("completed", "avatar_video.fail", Verdict.CONTRADICTION),
        ("failed", "avatar_video.fail", Verdict.DUPLICATE),
        ("failed", "avatar_video.success", Verdict.CONTRADICTION),
    ],
)
def test_after_the_end_news_is_a_duplicate_or_a_contradiction(
    house: House, status: str, event: str, verdict: Verdict
) -> None:
    reel = house.stored(status)
    assert deliver(house, a_body(event)).verdict is verdict
    assert house.again(reel) == reel
    assert house.wire.requests == []


DOWN = {"open": True, "misses": 2, "on_time": 0, "totals": {"missed": 2}, "reason": "webhooks_missed"}


def found_by_a_sweep(house: House, n: int) -> list[Reel]:
    reels = [house.stored() for _ in range(n)]
    for reel in reels:
        video = RemoteVideo(
            video_id=reel.video_id or "", status=RemoteStatus.COMPLETED, raw_status="completed", video_url="https://f/v"
        )
        house.processor.apply(Observation(video=video, channel=Channel.POLL, at=utcnow()))
    return reels


@pytest.mark.parametrize(("after_s", "is_open"), [(5, False), (59, False), (61, True)])
def test_webhooks_on_time_close_the_breaker_though_sweeps_were_faster(
    house: House, frozen: Any, after_s: float, is_open: bool
) -> None:
    house.store.facts.put("channel", DOWN, NOW)
    reels = found_by_a_sweep(house, 3)
    frozen.tick(after_s)
    for reel in reels:
        assert house.processor.channel().open
        assert deliver(house, a_body(video_id=reel.video_id)).verdict is Verdict.DUPLICATE
    assert house.processor.channel().open is is_open


def test_one_webhook_counts_once_for_the_breaker_however_often_it_comes(house: House, frozen: Any) -> None:
    house.store.facts.put("channel", DOWN, NOW)
    [reel] = found_by_a_sweep(house, 1)
    for n in range(3):
        deliver(house, a_body(video_id=reel.video_id, folder_id=n))
    house.store.deliveries.replay(latest(house).id, utcnow())
    work(house)
    assert (house.processor.channel().open, house.processor.channel().on_time) == (True, 1)


@pytest.mark.parametrize(
    "event",
    ["avatar_video_caption.success", "avatar_video_gif.success", "avatar_video_gif.fail", "batch.finished", "x", "🎬"],
)
@pytest.mark.parametrize("status", ["processing", "completed"])
def test_an_event_that_we_do_not_know_changes_nothing(house: House, event: str, status: str) -> None:
    reel = house.stored(status)
    house.wire.finish("v1")
    told = deliver(house, a_body(event))
    assert (told.verdict, told.reel_id, told.work_after) == (Verdict.UNKNOWN_EVENT, reel.id, None)
    assert house.again(reel) == reel


def test_somebody_elses_video_on_the_account_changes_nothing(house: House) -> None:
    reel = house.stored()
    told = deliver(house, a_body(video_id="v_somebody_elses"))
    assert (told.verdict, told.reel_id, told.work_after) == (Verdict.UNKNOWN_REEL, None, None)
    assert house.again(reel) == reel
    assert house.wire.requests == []


def test_another_reels_video_under_a_right_token_changes_neither(house: House) -> None:
    mine, other = house.stored(), house.stored()
    house.wire.finish("v2")
    told = deliver(house, a_body(video_id="v2"), reel_id=mine.id, auth="token")
    assert told.verdict is Verdict.OTHER_VIDEO
    assert (house.again(mine), house.again(other)) == (mine, other)
    assert house.wire.requests == []


def test_an_unknown_video_under_a_right_token_changes_nothing(house: House) -> None:
    reel = house.stored()
    assert deliver(house, a_body(video_id="v_x"), reel_id=reel.id, auth="token").verdict is Verdict.OTHER_VIDEO
    assert house.again(reel) == reel


def test_news_of_an_earlier_attempt_changes_nothing(house: House) -> None:
    reel = house.stored("failed")
    house.wire.finish("v1", "failed")
    again = house.processor.retry(reel)
    told = deliver(house, a_body(), reel_id=reel.id, auth="token")
    assert (told.verdict, told.note) == (Verdict.OTHER_VIDEO, "an earlier attempt of reel 1")
    assert house.again(reel) == again


# Early


def sending(house: House) -> Reel:
    reel = house.processor.enqueue(a_reel())
    [claimed] = house.processor.submission.claim(utcnow(), 1)
    assert claimed.id == reel.id
    return claimed


@pytest.mark.parametrize("route", ["token", "account with callback_id", "account without callback_id"])
def test_a_webhook_before_the_answer_of_the_post_waits_for_it(house: House, frozen: Any, route: str) -> None:
    reel = sending(house)
    callback_id = reel.idempotency_key if route == "account with callback_id" else None
    body = a_body(callback_id=callback_id)
    early = deliver(house, body, reel_id=reel.id if route == "token" else None)
    assert (early.verdict, early.attempts) == (Verdict.EARLY, 0)
    assert house.again(reel).status is ReelStatus.PENDING
    house.processor.submission.send(reel)
    house.wire.finish("v1")
    frozen.tick(1)
    work(house)
    assert latest(house).verdict is Verdict.APPLIED
    assert house.again(reel).status is ReelStatus.COMPLETED


@pytest.mark.parametrize("route", ["token", "account with callback_id"])
def test_early_news_waits_as_long_as_the_sending_of_its_reel_is_in_doubt(house: House, frozen: Any, route: str) -> None:
    reel = sending(house)
    house.store.reels.save(reel, send_state=SendState.UNKNOWN, unsure=True, send_after=utcnow() + timedelta(days=9))
    house.wire.always(GET, refusal(500))
    body = a_body(callback_id=reel.idempotency_key)
    reel_id = reel.id if route == "token" else None
    house.store.deliveries.record([a_delivery(body, reel_id=reel_id, received_at=utcnow())])
    for _ in range(30):
        work(house)
        assert latest(house).verdict is Verdict.EARLY
        frozen.tick(3600)


def lost_answer(house: House, request: httpx.Request) -> httpx.Response:
    """Make the video, and lose the answer."""
    house.wire.ordinary(request)
    raise httpx.ReadTimeout("the answer was lost", request=request)


def unanswered(house: House) -> Reel:
    """Return a reel whose video HeyGen makes, without our knowing which it is."""
    house.wire.script(CREATE, lambda request: lost_answer(house, request))
    reel = house.processor.submission.send(sending(house))
    assert (reel.send_state, reel.video_id) == (SendState.UNKNOWN, None)
    house.wire.finish("v1")
    return reel


@pytest.mark.parametrize("route", ["token", "account"])
def test_a_webhook_that_names_the_key_answers_for_the_post(house: House, route: str) -> None:
    reel = unanswered(house)
    body = a_body(callback_id=reel.idempotency_key)
    told = deliver(house, body, reel_id=reel.id if route == "token" else None)
    assert (told.verdict, told.reel_id) == (Verdict.APPLIED, reel.id)
    assert (house.again(reel).status, house.again(reel).video_id) == (ReelStatus.COMPLETED, "v1")
    assert house.kinds(reel) == ["pending", "sending", "send_unknown", "processing", "completed", "webhook"]
    assert len(house.wire.calls(CREATE)) == 1, "nothing is sent again"


@pytest.mark.parametrize("lie", ["another title", "no such video", "another reel's video", "another key", "no answer"])
def test_a_webhook_that_heygen_does_not_bear_out_answers_for_nothing(house: House, lie: str) -> None:
    reel = unanswered(house)
    video_id, key = "v1", reel.idempotency_key
    if lie == "another title":
        house.wire.videos["v1"]["title"] = "Somebody else's"
    if lie == "no such video":
        video_id = "v_x"
    if lie == "another reel's video":
        video_id = house.stored("processing", video_id="v9", title=reel.title).video_id or ""
        house.wire.videos["v9"]["title"] = reel.title
    if lie == "another key":
        key = "reel-of-nobody"
    if lie == "no answer":
        house.wire.script(GET, refusal(500))
    told = deliver(house, a_body(video_id=video_id, callback_id=key), reel_id=reel.id)
    assert told.verdict is (Verdict.OTHER_VIDEO if lie == "another reel's video" else Verdict.EARLY)
    assert (house.again(reel).status, house.again(reel).video_id) == (ReelStatus.PENDING, None)


def test_an_answer_of_the_post_that_comes_between_two_looks_is_seen(house: House) -> None:
    reel = sending(house)

    class Interrupted(Inbox):
        """Let the answer come just after the first look at the store."""

        def _unknown_video(self, *args: Any) -> Any:
            house.processor.submission.send(reel)
            house.wire.finish("v1")
            return super()._unknown_video(*args)

    house.store.deliveries.record([a_delivery(a_body(), reel_id=reel.id, received_at=utcnow())])
    inbox = Interrupted(house.processor)
    [delivery] = inbox.claim(utcnow(), 1)
    inbox.work(delivery)
    assert latest(house).verdict is Verdict.APPLIED


def test_news_of_nobodys_video_does_not_wait_for_ever_for_others_that_are_being_sent(house: House, frozen: Any) -> None:
    sending(house)
    assert deliver(house, a_body(video_id="v_x")).verdict is Verdict.EARLY
    frozen.tick(900)
    work(house)
    assert latest(house).verdict is Verdict.UNKNOWN_REEL


def test_waits_grow_with_the_age_of_the_delivery_and_stay_bounded(house: House, frozen: Any) -> None:
    sending(house)
    waits = []
    house.store.deliveries.record([a_delivery(reel_id=1, received_at=utcnow())])
    for _ in range(20):
        work(house)
        again_at = latest(house).work_after
        assert again_at is not None
        waits.append((again_at - utcnow()).total_seconds())
        frozen.tick(waits[-1])
    assert waits[0] == 0.5
    assert waits == sorted(waits)
    assert waits[-1] == 60


# Unconfirmed


@pytest.mark.parametrize("heygen", ["processing", "waiting", "melting", None])
def test_news_that_heygen_does_not_confirm_yet_waits(house: House, frozen: Any, heygen: str | None) -> None:
    reel = house.stored()
    if heygen is None:
        video = house.wire.videos.pop("v1")
    else:
        video = house.wire.videos["v1"]
        video["status"] = heygen
    told = deliver(house)
    assert (told.verdict, told.attempts) == (Verdict.UNCONFIRMED, 1)
    assert house.again(reel).status is ReelStatus.PROCESSING
    house.wire.videos["v1"] = video
    house.wire.finish("v1")
    frozen.tick(1)
    work(house)
    assert latest(house).verdict is Verdict.APPLIED
    assert house.again(reel).detected_by is Channel.WEBHOOK


def test_what_waits_for_a_confirmation_is_settled_as_soon_as_the_end_is_known(house: House, frozen: Any) -> None:
    reel = house.stored()
    for _ in range(8):
        told = deliver(house) if not verdicts(house) else latest(house)
        frozen.tick(20)
        work(house)
    assert told.verdict is Verdict.UNCONFIRMED
    house.wire.finish("v1")
    house.processor.check(reel)
    work(house)
    assert latest(house).verdict is Verdict.DUPLICATE


def test_success_without_a_link_waits_for_the_link(house: House, frozen: Any) -> None:
    reel = house.stored()
    house.wire.videos["v1"]["status"] = "completed"
    assert deliver(house).verdict is Verdict.UNCONFIRMED
    house.wire.finish("v1")
    frozen.tick(1)
    work(house)
    assert house.again(reel).status is ReelStatus.COMPLETED


def test_news_that_is_never_confirmed_is_set_aside_after_a_bound(house: House, frozen: Any) -> None:
    house.stored()
    deliver(house)
    for _ in range(UNCONFIRMED_AFTER + 10):
        frozen.tick(61)
        work(house)
    told = latest(house)
    assert (told.verdict, told.set_aside, told.attempts) == (Verdict.UNCONFIRMED, True, UNCONFIRMED_AFTER)
    assert len(house.wire.calls(GET)) == UNCONFIRMED_AFTER


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(503),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("DNS"),
        httpx.Response(200, html="<h1>Maintenance</h1>"),
        refusal(401, "unauthorized"),
        refusal(403, "forbidden"),
        refusal(429, "rate_limit_exceeded"),
    ],
)
def test_what_is_no_answer_is_no_fault_of_the_delivery(house: House, frozen: Any, answer: Any) -> None:
    reel = house.stored()
    house.wire.always(GET, answer)
    deliver(house)
    for _ in range(UNCONFIRMED_AFTER + 10):
        frozen.tick(61)
        work(house)
    told = latest(house)
    assert (told.verdict, told.set_aside, told.attempts) == (Verdict.UNCONFIRMED, False, 0)
    assert house.again(reel).status is ReelStatus.PROCESSING
    house.wire.finish("v1")
    house.wire.always(GET, house.wire.ordinary)
    frozen.tick(61)
    work(house)
    assert latest(house).verdict is Verdict.APPLIED


def test_after_days_without_any_answer_a_delivery_is_set_aside(house: House, frozen: Any) -> None:
    house.stored()
    house.wire.always(GET, httpx.Response(503))
    deliver(house)
    frozen.tick(3 * 86_400 + 1)
    work(house)
    assert latest(house).set_aside


@pytest.mark.parametrize(("asked_s", "waited_s"), [("30", 30), ("100000", 300), ("0", 0.5)])
def test_a_wait_that_heygen_asks_for_is_kept_within_reason(house: House, asked_s: str, waited_s: float) -> None:
    house.stored()
    house.wire.script(GET, refusal(429, "rate_limit_exceeded", **{"Retry-After": asked_s}))
    assert deliver(house).work_after == utcnow() + timedelta(seconds=waited_s)


# Poison and replay


@pytest.mark.parametrize("body", [b"not JSON", b"[]", b"{}", b"\xff"])
def test_poison_is_tried_a_bounded_number_of_times_and_set_aside(house: House, frozen: Any, body: bytes) -> None:
    first = deliver(house, body)
    assert (first.verdict, first.set_aside) == (Verdict.POISON, False)
    for _ in range(POISON_AFTER + 5):
        frozen.tick(61)
        work(house)
    last = latest(house)
    assert (last.verdict, last.set_aside, last.attempts) == (Verdict.POISON, True, POISON_AFTER)
    assert "ValueError" in (last.note or "")


def test_poison_does_not_hold_up_what_comes_after_it(house: House) -> None:
    reel = house.stored()
    house.wire.finish("v1")
    house.store.deliveries.record([a_delivery(b"poison"), a_delivery()])
    work(house)
    assert verdicts(house) == ["poison", "applied"]
    assert house.again(reel).status is ReelStatus.COMPLETED


def test_what_was_set_aside_can_be_replayed(house: House, frozen: Any) -> None:
    reel = house.stored()
    deliver(house)
    for _ in range(UNCONFIRMED_AFTER):
        frozen.tick(61)
        work(house)
    assert latest(house).set_aside
    house.wire.finish("v1")
    assert house.store.deliveries.replay(latest(house).id, utcnow())
    work(house)
    assert latest(house).verdict is Verdict.APPLIED
    assert house.again(reel).status is ReelStatus.COMPLETED


# Crashes and competition


def test_a_delivery_whose_worker_died_is_taken_up_by_the_next(house: House, build: Build, frozen: Any) -> None:
    reel = house.stored()
    house.wire.finish("v1")
    house.store.deliveries.record([a_delivery()])
    assert len(Inbox(house.processor).claim(utcnow(), 9)) == 1
    restarted = build("hybrid", wire=house.wire)
    work(restarted)
    assert house.again(reel).status is ReelStatus.PROCESSING
    frozen.tick(LEASE_S)
    work(restarted)
    assert latest(restarted).verdict is Verdict.APPLIED
    assert house.again(reel).status is ReelStatus.COMPLETED


def test_a_restart_between_any_two_steps_loses_nothing(house: House, build: Build, frozen: Any) -> None:
    reel = house.processor.enqueue(a_reel())
    house.store.close()
    second = build("hybrid", wire=house.wire)
    second.processor.process_reel(reel)
    second.store.close()
    third = build("hybrid", wire=house.wire)
    third.wire.finish("v1")
    third.store.deliveries.record([a_delivery()])
    third.store.close()
    frozen.tick(0.001)
    fourth = build("hybrid", wire=house.wire)
    work(fourth)
    assert fourth.again(reel).status is ReelStatus.COMPLETED
    assert fourth.kinds(reel) == ["pending", "sending", "processing", "webhook", "completed"]


def test_many_workers_on_the_news_of_one_reel_finish_it_once(house: House) -> None:
    reel = house.stored()
    house.wire.finish("v1")
    house.store.deliveries.record([a_delivery(a_body(event_id=f"evt_{n}")) for n in range(12)])
    inbox = Inbox(house.processor)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(inbox.work, inbox.claim(utcnow(), 50)))
    assert sorted(set(verdicts(house))) == ["applied", "duplicate"]
    assert verdicts(house).count("applied") == 1
    assert house.kinds(reel).count("completed") == 1


def test_a_worker_that_stood_still_past_its_lease_leaves_the_delivery_to_the_next(house: House, frozen: Any) -> None:
    reel = house.stored()
    house.store.deliveries.record([a_delivery(received_at=utcnow())])
    (late,) = Inbox(house.processor).claim(utcnow(), 1)
    frozen.tick(LEASE_S + 1)
    work(house)  # the next finds the render unfinished
    assert latest(house).verdict is Verdict.UNCONFIRMED
    house.wire.finish("v1")
    Inbox(house.processor).work(late)
    assert house.again(reel).status is ReelStatus.PROCESSING
    frozen.tick(120)
    work(house)
    assert (house.again(reel).detected_by, latest(house).verdict) == (Channel.WEBHOOK, Verdict.APPLIED)
