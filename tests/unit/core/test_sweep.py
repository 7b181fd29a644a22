from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.clock import utcnow
from core.models import Channel, ProcessingMode, Reel, ReelStatus
from core.processor import CHANNEL
from core.schedule import ChannelHealth
from core.sweep import SWEEP, Sweeper, SweepState
from tests.conftest import Build
from tests.factories import NOW, House, refusal

BULK = "GET /v3/videos/statuses"
GET = "GET /v3/videos/{id}"

Sweep = Callable[[House], None]

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def house(build: Build) -> House:
    return build(poll_interval_s=5.0)


def sweep(house: House) -> None:
    Sweeper(house.processor, jitter=lambda: 0.5).turn(utcnow())


def later(frozen: Any, seconds: float = 5) -> None:
    frozen.tick(timedelta(seconds=seconds))


def asked(house: House) -> list[list[str]]:
    return [request.url.params["video_ids"].split(",") for request in house.wire.calls(BULK)]


def state(house: House) -> SweepState:
    return SweepState.from_json(house.store.facts.get(SWEEP))


# One call for all


def test_one_call_asks_for_everything_that_is_in_flight(house: House, frozen: Any) -> None:
    reels = [house.stored() for _ in range(7)]
    for status in ("pending", "completed", "failed", "timed_out"):
        house.stored(status)
    later(frozen)
    sweep(house)
    assert asked(house) == [[reel.video_id for reel in reels]]
    assert len(house.wire.requests) == 1
    assert {house.again(reel).checks for reel in reels} == {1}
    assert {house.again(reel).last_checked_at for reel in reels} == {utcnow()}


def test_no_call_asks_for_more_than_100(house: House, frozen: Any) -> None:
    for _ in range(230):
        house.stored()
    later(frozen)
    sweep(house)
    assert [len(ids) for ids in asked(house)] == [100, 100, 30]


def test_an_end_is_believed_only_from_the_video_itself(house: House, frozen: Any) -> None:
    done, failed, running = house.stored(), house.stored(), house.stored()
    house.wire.finish("v1")
    house.wire.finish("v2", "failed", failure_code="rendering_failed", failure_message="It broke.")
    later(frozen)
    sweep(house)
    assert {request.url.path for request in house.wire.calls(GET)} == {"/v3/videos/v1", "/v3/videos/v2"}
    assert (house.again(done).status, house.again(done).detected_by) == (ReelStatus.COMPLETED, Channel.POLL)
    assert house.again(done).video_url == "https://files.test/v1.mp4"
    assert (house.again(failed).status, house.again(failed).failure_message) == (ReelStatus.FAILED, "It broke.")
    assert house.again(running).status is ReelStatus.PROCESSING


def test_a_bulk_answer_that_the_video_itself_denies_changes_nothing(house: House, frozen: Any) -> None:
    reel = house.stored()
    house.wire.script(BULK, httpx.Response(200, json={"data": [{"video_id": "v1", "status": "completed"}]}))
    later(frozen)
    sweep(house)
    assert house.again(reel).status is ReelStatus.PROCESSING


def test_videos_that_a_bulk_answer_leaves_out_are_asked_for_alone(house: House, frozen: Any) -> None:
    reels = [house.stored() for _ in range(3)]
    house.wire.finish("v3")
    house.wire.script(BULK, httpx.Response(200, json={"data": [{"video_id": "v1", "status": "processing"}]}))
    later(frozen)
    sweep(house)
    assert {request.url.path for request in house.wire.calls(GET)} == {"/v3/videos/v2", "/v3/videos/v3"}
    assert house.again(reels[2]).status is ReelStatus.COMPLETED


def test_rows_of_videos_that_nobody_asked_for_are_ignored(house: House, frozen: Any) -> None:
    rows = [{"video_id": "v1", "status": "processing"}, {"video_id": "v_other", "status": "completed"}]
    house.stored()
    house.wire.script(BULK, httpx.Response(200, json={"data": rows}))
    later(frozen)
    sweep(house)
    assert house.wire.calls(GET) == []


@pytest.mark.parametrize("status", [400, 404, 405])
def test_where_there_is_no_bulk_route_each_video_is_asked_for_alone(house: House, frozen: Any, status: int) -> None:
    reels = [house.stored() for _ in range(3)]
    house.wire.always(BULK, refusal(status, "not_found"))
    house.wire.finish("v2")
    later(frozen)
    sweep(house)
    assert len(house.wire.calls(GET)) == 3
    assert house.again(reels[1]).status is ReelStatus.COMPLETED
    assert state(house).quiet_until is None


def test_where_there_is_no_bulk_route_every_video_has_its_turn(house: House, frozen: Any) -> None:
    reels = [house.stored(at=NOW + timedelta(milliseconds=n)) for n in range(50)]
    house.wire.always(BULK, refusal(404, "not_found"))
    for _ in range(4):
        later(frozen)
        sweep(house)
    assert {request.url.path for request in house.wire.calls(GET)} == {f"/v3/videos/{reel.video_id}" for reel in reels}


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.ReadTimeout("slow"), httpx.Response(200, html="<p>")])
def test_a_video_that_heygen_cannot_tell_of_does_not_hold_up_the_others(house: House, frozen: Any, answer: Any) -> None:
    broken, fine = house.stored(), house.stored(at=NOW + timedelta(milliseconds=1))
    house.wire.finish("v1")
    house.wire.finish("v2")

    def answer_for(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/v1"):
            if isinstance(answer, Exception):
                raise answer
            return httpx.Response(answer.status_code, content=answer.content)
        return house.wire.ordinary(request)

    house.wire.always(GET, answer_for)
    for _ in range(3):
        later(frozen)
        sweep(house)
    assert house.again(fine).status is ReelStatus.COMPLETED
    assert house.again(broken).status is ReelStatus.PROCESSING


# When


def test_sweeps_keep_their_distance(house: House, frozen: Any) -> None:
    house.stored()
    for _ in range(21):
        sweep(house)
        later(frozen, 1)
    assert len(asked(house)) == 4


def test_nothing_is_asked_while_nothing_is_in_flight(house: House, frozen: Any) -> None:
    house.stored("pending")
    later(frozen, 600)
    sweep(house)
    assert house.wire.requests == []


@pytest.mark.parametrize(("mode", "after_s"), [("webhook", None), ("polling", 5), ("hybrid", 60)])
def test_the_modes_begin_to_ask_at_their_own_time(house: House, frozen: Any, mode: str, after_s: float | None) -> None:
    reel = house.stored(mode=ProcessingMode(mode))
    first = None
    for second in range(90):
        sweep(house)
        if first is None and asked(house):
            first = second
        later(frozen, 1)
    assert first == after_s
    assert house.again(reel).status is ReelStatus.PROCESSING


def test_in_hybrid_mode_the_fallback_is_told_once_with_its_reason(build: Build, frozen: Any) -> None:
    house = build("hybrid", poll_interval_s=5.0)
    reel = house.stored()
    later(frozen, 60)
    sweep(house)
    house.wire.finish("v1")
    later(frozen)
    sweep(house)
    entries = house.store.timeline.of(reel.id or 0)
    assert [entry.kind for entry in entries].count("fallback") == 1
    [fallback] = [entry for entry in entries if entry.kind == "fallback"]
    assert fallback.detail == {"reason": "webhook_overdue", "overdue_after_s": 60.0}
    [completed] = [entry for entry in entries if entry.kind == "completed"]
    assert (completed.detail["channel"], completed.detail["reason"]) == ("poll", "fallback")
    assert house.again(reel).fallback_at == NOW + timedelta(seconds=60)


def test_fallbacks_that_begin_together_share_a_sweep_and_later_ones_keep_2_seconds(build: Build, frozen: Any) -> None:
    house = build("hybrid", poll_interval_s=600.0)
    for ms in (0, 0, 500, 1500):
        house.stored(at=NOW + timedelta(milliseconds=ms))
    later(frozen, 60)
    swept = []
    for _ in range(50):
        before = len(asked(house))
        sweep(house)
        swept += [(utcnow() - NOW).total_seconds()] * (len(asked(house)) - before)
        later(frozen, 0.1)
    assert swept == [60, 62]
    assert [len(ids) for ids in asked(house)] == [2, 4]


def test_while_the_breaker_is_open_hybrid_asks_like_polling_and_says_why(build: Build, frozen: Any) -> None:
    house = build("hybrid", poll_interval_s=5.0)
    health = {"open": True, "reason": "webhooks_missed", "misses": 2, "on_time": 0, "totals": {}}
    house.store.facts.put(CHANNEL, health, NOW)
    assert house.processor.channel() == ChannelHealth(open=True, reason="webhooks_missed", misses=2)
    reel = house.stored()
    later(frozen)
    sweep(house)
    assert asked(house) == [["v1"]]
    assert house.store.timeline.of(reel.id or 0)[0].detail["reason"] == "webhooks_missed"


def test_of_several_processes_one_sweeps(house: House, build: Build, frozen: Any) -> None:
    other = build(poll_interval_s=5.0, wire=house.wire)
    house.stored()
    later(frozen)

    def meanwhile(request: httpx.Request) -> httpx.Response:
        sweep(other)
        return house.wire.ordinary(request)

    house.wire.script(BULK, meanwhile)
    sweep(house)
    sweep(other)
    assert len(asked(house)) == 1


def test_a_sweeper_that_died_does_not_stop_the_others(house: House, frozen: Any) -> None:
    house.stored()
    assert house.store.facts.lease(SWEEP, "dead", utcnow(), 90)
    later(frozen, 89)
    sweep(house)
    assert asked(house) == []
    later(frozen, 1)
    sweep(house)
    assert len(asked(house)) == 1


# Quiet


def test_a_wait_that_heygen_asks_for_is_kept(house: House, frozen: Any) -> None:
    house.stored()
    house.wire.script(BULK, refusal(429, "rate_limit_exceeded", **{"Retry-After": "40"}))
    later(frozen)
    sweep(house)
    assert state(house).quiet_until == utcnow() + timedelta(seconds=40)
    for _ in range(39):
        later(frozen, 1)
        sweep(house)
    assert len(asked(house)) == 1
    later(frozen, 1)
    sweep(house)
    assert len(asked(house)) == 2
    assert state(house).strikes == 0


@pytest.mark.parametrize(
    "answer", [httpx.Response(503), httpx.ConnectError("DNS"), httpx.ReadTimeout("slow"), refusal(401, "unauthorized")]
)
def test_while_heygen_does_not_answer_sweeps_come_less_and_less_often(house: House, frozen: Any, answer: Any) -> None:
    reel = house.stored()
    house.wire.always(BULK, answer)
    for _ in range(600):
        later(frozen, 6)
        sweep(house)
    calls = len(house.wire.calls(BULK))
    assert 50 < calls < 100
    assert house.again(reel).checks == 0
    assert house.again(reel).status is ReelStatus.PROCESSING
    house.wire.always(BULK, house.wire.ordinary)
    house.wire.finish("v1")
    later(frozen, 61)
    sweep(house)
    assert house.again(reel).status is ReelStatus.COMPLETED


# Oddities


def test_an_unknown_status_is_counted_and_asked_for_less_and_less_often(house: House, frozen: Any) -> None:
    reel = house.stored()
    house.wire.videos["v1"]["status"] = "melting"
    for _ in range(360):
        later(frozen, 10)
        sweep(house)
    odd = house.again(reel)
    assert odd.status is ReelStatus.PROCESSING
    assert odd.anomalies == len(asked(house))
    assert 8 <= odd.anomalies <= 11


def test_an_oddity_does_not_slow_down_the_others(house: House, frozen: Any) -> None:
    house.stored(anomalies=9, check_after=NOW + timedelta(hours=1))
    fine = house.stored()
    house.wire.finish("v2")
    later(frozen)
    sweep(house)
    assert house.again(fine).status is ReelStatus.COMPLETED
    assert asked(house) == [["v2"]]


def test_a_video_that_vanished_stays_unfinished_until_the_deadline(house: House, frozen: Any) -> None:
    reel = house.stored(deadline_at=NOW + timedelta(hours=1))
    house.wire.videos.clear()
    while utcnow() < NOW + timedelta(hours=1):
        assert house.again(reel).status is ReelStatus.PROCESSING
        later(frozen, 10)
        sweep(house)
    assert house.again(reel).status is ReelStatus.TIMED_OUT


# The deadline


def past_deadline(house: House, mode: str = "polling", **fields: Any) -> Reel:
    return house.stored(mode=ProcessingMode(mode), deadline_at=NOW, **fields)


@pytest.mark.parametrize("mode", list(ProcessingMode))
@pytest.mark.parametrize(
    ("heygen", "becomes"),
    [
        ("processing", ReelStatus.TIMED_OUT),
        ("melting", ReelStatus.TIMED_OUT),
        (None, ReelStatus.TIMED_OUT),
        ("completed", ReelStatus.COMPLETED),
        ("failed", ReelStatus.FAILED),
    ],
)
def test_at_the_deadline_heygen_is_asked_once_more_in_every_mode(
    house: House, mode: str, heygen: str | None, becomes: ReelStatus
) -> None:
    reel = past_deadline(house, mode)
    if heygen is None:
        house.wire.videos.clear()
    else:
        house.wire.finish("v1", heygen)
    sweep(house)
    assert house.again(reel).status is becomes
    assert house.kinds(reel)[-1] == str(becomes)
    assert len(house.wire.calls(GET)) == 1


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.ConnectError("DNS"), refusal(401, "unauthorized")])
def test_a_reel_is_not_given_up_while_heygen_does_not_answer(house: House, frozen: Any, answer: Any) -> None:
    reel = past_deadline(house, "webhook")
    house.wire.always(GET, answer)
    for _ in range(300):
        sweep(house)
        later(frozen, 1)
    assert house.again(reel).status is ReelStatus.PROCESSING
    assert len(house.wire.calls(GET)) == 10
    house.wire.always(GET, house.wire.ordinary)
    later(frozen, 30)
    sweep(house)
    assert house.again(reel).status is ReelStatus.TIMED_OUT


def test_a_wait_that_heygen_asks_for_at_one_deadline_is_kept_for_all(house: House, frozen: Any) -> None:
    reels = [past_deadline(house) for _ in range(5)]
    house.wire.script(GET, refusal(429, "rate_limit_exceeded", **{"Retry-After": "40"}))
    for _ in range(39):
        sweep(house)
        later(frozen, 1)
    assert len(house.wire.requests) == 1
    later(frozen, 1)
    sweep(house)
    assert [house.again(reel).status for reel in reels] == [ReelStatus.TIMED_OUT] * 5


def test_a_reel_that_was_given_up_is_not_asked_for_any_more(house: House, frozen: Any) -> None:
    past_deadline(house)
    sweep(house)
    calls = len(house.wire.requests)
    later(frozen, 3600)
    sweep(house)
    assert len(house.wire.requests) == calls


def test_a_later_success_still_completes_a_reel_that_was_given_up(house: House) -> None:
    reel = past_deadline(house)
    sweep(house)
    house.wire.finish("v1")
    assert house.processor.check(reel).status is ReelStatus.COMPLETED
    assert [kind for kind in house.kinds(reel) if kind in list(ReelStatus)] == ["timed_out", "completed"]


def test_what_is_known_of_the_last_sweep_survives_being_stored() -> None:
    known = SweepState(last_at=NOW, quiet_until=NOW + timedelta(seconds=3), strikes=2, problem="unreachable")
    assert SweepState.from_json(known.to_json()) == known
    assert SweepState.from_json(None) == SweepState()
