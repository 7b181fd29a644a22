from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import utcnow
from core.errors import HeyGenError, Refused, UnknownReel, Unreachable
from core.lifecycle import Effect
from core.models import Channel, Observation, ProcessingMode, Reel, ReelStatus, SendState
from core.processor import CHANNEL, HeyGenVideoProcessor
from core.schedule import PRIOR
from tests.conftest import Build
from tests.factories import NOW, PUBLIC, House, a_reel, a_video, an_observation, refusal

GET = "GET /v3/videos/{id}"


@pytest.fixture
def house(build: Build, frozen: Any) -> House:
    return build("hybrid")


def tell(house: House, status: str, channel: Channel = Channel.POLL, **fields: Any) -> Any:
    return house.processor.apply(an_observation(status, channel, **fields))


# Making one


def test_an_unknown_mode_names_the_three() -> None:
    with pytest.raises(ValueError, match=r"'push'.*webhook, polling, hybrid"):
        HeyGenVideoProcessor("k", "push")


@pytest.mark.parametrize("url", [None, ""])
def test_webhook_mode_needs_an_address(url: str | None) -> None:
    with pytest.raises(ValueError, match=r"^webhook_base_url requerido para modo webhook$"):
        HeyGenVideoProcessor("k", "webhook", url)


@pytest.mark.parametrize(
    ("requested", "url", "mode", "polls", "hooks"),
    [
        ("polling", None, "polling", True, False),
        ("polling", PUBLIC, "polling", True, False),
        ("webhook", PUBLIC, "webhook", False, True),
        ("hybrid", PUBLIC, "hybrid", True, True),
        ("hybrid", None, "polling", True, False),
    ],
)
def test_the_mode_tells_what_it_uses(requested: str, url: str | None, mode: str, polls: bool, hooks: bool) -> None:
    processor = HeyGenVideoProcessor("k", requested, url)
    info = processor.get_processing_mode_info()
    assert (info["mode"], info["requested_mode"]) == (mode, requested)
    assert (info["uses_polling"], info["uses_webhooks"], info["webhook_url"]) == (polls, hooks, url)
    assert processor.should_use_polling() is polls


def test_making_one_touches_neither_network_nor_disk(bare_environment: Path) -> None:
    processor = HeyGenVideoProcessor("k", "hybrid", PUBLIC)
    processor.get_processing_mode_info()
    processor.should_use_polling()
    assert list(bare_environment.iterdir()) == []


def test_its_repr_tells_no_key() -> None:
    assert "secret" not in repr(HeyGenVideoProcessor("secret-key"))


def test_hybrid_without_an_address_is_queued_as_polling_and_remembers_the_wish(build: Build) -> None:
    house = build("hybrid", webhook_base_url=None)
    reel = house.processor.enqueue(a_reel())
    assert (reel.mode, reel.requested_mode) == (ProcessingMode.POLLING, ProcessingMode.HYBRID)


def test_a_reel_may_choose_its_own_mode(house: House) -> None:
    reel = house.processor.enqueue(a_reel(mode=ProcessingMode.POLLING))
    assert (reel.mode, reel.requested_mode) == (ProcessingMode.POLLING, ProcessingMode.POLLING)


def test_a_reel_cannot_choose_webhooks_where_there_is_no_address(build: Build) -> None:
    house = build("polling", webhook_base_url=None)
    with pytest.raises(Refused, match="webhook_base_url requerido"):
        house.processor.enqueue(a_reel(mode=ProcessingMode.WEBHOOK))


# process_reel


def test_a_new_reel_is_stored_and_sent(house: House) -> None:
    reel = a_reel()
    assert house.processor.process_reel(reel)
    stored = house.store.reels.get(1)
    assert (stored.status, stored.idempotency_key) == (ReelStatus.PROCESSING, reel.idempotency_key)


def test_the_same_new_reel_again_is_not_sent_again(house: House) -> None:
    reel = a_reel()
    assert house.processor.process_reel(reel)
    assert house.processor.process_reel(reel)
    assert len(house.wire.calls("POST /v3/videos")) == 1


@pytest.mark.parametrize("by", ["id", "reel"])
def test_a_stored_reel_is_sent_by_its_id_or_itself(house: House, by: str) -> None:
    other, stored = house.processor.enqueue_many([a_reel(), a_reel()])
    assert stored.id is not None
    assert house.processor.process_reel(stored.id if by == "id" else stored)
    assert house.again(stored).status is ReelStatus.PROCESSING
    assert house.again(other).status is ReelStatus.PENDING


def test_a_reel_that_cannot_be_sent_now_is_safely_queued(house: House) -> None:
    house.wire.script("POST /v3/videos", httpx.Response(500))
    assert house.processor.process_reel(a_reel())
    assert house.store.reels.get(1).send_state is SendState.UNKNOWN


def test_a_reel_without_room_is_safely_queued(build: Build) -> None:
    house = build(max_concurrent=1)
    assert house.processor.process_reel(a_reel())
    assert house.processor.process_reel(a_reel())
    assert house.store.reels.get(2).send_state is SendState.QUEUED


def test_a_reel_that_heygen_refuses_is_not_accepted(house: House) -> None:
    house.wire.script("POST /v3/videos", refusal(400, "invalid_parameter"))
    assert not house.processor.process_reel(a_reel())
    assert not house.processor.process_reel(1)


@pytest.mark.parametrize(("status", "accepted"), [("processing", True), ("completed", True), ("failed", False)])
def test_a_reel_that_was_sent_before_is_not_sent_again(house: House, status: str, accepted: bool) -> None:
    house.stored(status)
    assert house.processor.process_reel(1) is accepted
    assert house.wire.requests == []


def test_an_unknown_reel_is_said_so(house: House) -> None:
    with pytest.raises(UnknownReel, match="7"):
        house.processor.process_reel(7)
    with pytest.raises(UnknownReel, match="never stored"):
        house.processor.check_video_status(a_reel())


# should_use_polling(reel)


@pytest.mark.parametrize(
    ("mode", "age_s", "checked_s_ago", "due"),
    [
        ("webhook", 10_000, None, False),
        ("polling", 0, None, True),
        ("polling", 100, 0, False),
        ("polling", 100, 59, False),
        ("polling", 100, 60, True),
        ("hybrid", 59, None, False),
        ("hybrid", 60, None, True),
        ("hybrid", 1000, 1, False),
        ("hybrid", 1000, 60, True),
    ],
)
def test_a_check_is_due_by_the_reels_own_mode(
    house: House, frozen: Any, mode: str, age_s: float, checked_s_ago: float | None, due: bool
) -> None:
    checked = None if checked_s_ago is None else NOW - timedelta(seconds=checked_s_ago)
    at = NOW - timedelta(seconds=age_s)
    reel = house.stored(mode=ProcessingMode(mode), at=at, last_checked_at=checked)
    assert house.processor.should_use_polling(reel) is due
    assert house.processor.should_use_polling(reel.id) is due


@pytest.mark.parametrize("status", ["pending", "completed", "failed", "timed_out"])
def test_no_check_is_due_for_a_reel_that_heygen_is_not_making(house: House, status: str) -> None:
    reel = house.stored(status, mode=ProcessingMode.POLLING, at=NOW - timedelta(hours=1))
    assert not house.processor.should_use_polling(reel)


def test_a_fixed_interval_decides_when_a_check_is_due(build: Build, frozen: Any) -> None:
    house = build("polling", poll_interval_s=5.0)
    reel = house.stored(at=NOW - timedelta(seconds=100), last_checked_at=NOW - timedelta(seconds=5))
    assert house.processor.should_use_polling(reel)


# apply: what is learned


def test_news_of_a_video_that_nobody_has_changes_nothing(house: House) -> None:
    reel = house.stored()
    assert tell(house, "completed", video_id="v_unknown") is None
    assert house.again(reel) == reel


def test_news_is_written_to_reel_and_timeline_at_once(house: House) -> None:
    reel = house.stored()
    transition = tell(house, "completed", Channel.WEBHOOK)
    assert transition.effect is Effect.FINISHED
    done = house.again(reel)
    assert (done.status, done.detected_by, done.video_url) == (
        ReelStatus.COMPLETED,
        Channel.WEBHOOK,
        "https://files.test/v1.mp4",
    )
    assert house.kinds(reel) == ["completed"]


news = st.builds(
    lambda status, channel, minutes: Observation(
        video=a_video(status), channel=channel, at=NOW + timedelta(minutes=minutes)
    ),
    st.sampled_from(["completed", "failed", "processing", "waiting", "not_found", "melting"]),
    st.sampled_from(list(Channel)),
    st.integers(-500, 500),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seen=st.lists(news, max_size=8).flatmap(lambda some: st.permutations(some + some)))
def test_whatever_the_order_of_news_the_store_tells_one_story(house: House, seen: list[Observation]) -> None:
    with house.store.transaction() as conn:
        conn.execute("UPDATE reel SET video_id = NULL")
    reel = house.stored(video_id="v1")
    statuses = [str(reel.status)]
    for observation in seen:
        house.processor.apply(observation)
        if (now := str(house.again(reel).status)) != statuses[-1]:
            statuses.append(now)
    told = [entry.kind for entry in house.store.timeline.of(reel.id or 0) if entry.kind in list(ReelStatus)]
    assert sorted(told) == sorted(statuses[1:])
    assert statuses in (
        ["processing"],
        ["processing", "completed"],
        ["processing", "failed"],
        ["processing", "failed", "completed"],
    )
    assert bool(house.again(reel).video_url) is (statuses[-1] == "completed")


def test_missed_webhooks_open_the_breaker_and_webhooks_on_time_close_it(house: House, frozen: Any) -> None:
    reels = [house.stored() for _ in range(6)]
    late = NOW + timedelta(seconds=61)
    for reel in reels[:2]:
        tell(house, "completed", Channel.POLL, video_id=reel.video_id, at=late)
    assert house.processor.channel().open
    assert house.kinds(reels[1]) == ["completed", "breaker_open"]
    for reel in reels[2:5]:
        tell(house, "completed", Channel.WEBHOOK, video_id=reel.video_id, at=late)
    assert not house.processor.channel().open
    assert house.kinds(reels[4]) == ["completed", "breaker_closed"]
    assert house.processor.channel().totals == {"missed": 2, "on_time": 3}


@pytest.mark.parametrize(
    ("mode", "channel", "after_s", "totals"),
    [
        ("polling", Channel.POLL, 1000, {}),
        ("hybrid", Channel.MANUAL, 1000, {}),
        ("hybrid", Channel.RECOVERY, 1000, {}),
        ("hybrid", Channel.POLL, 59, {}),
        ("hybrid", Channel.POLL, 60, {"missed": 1}),
        ("hybrid", Channel.WEBHOOK, 60, {"on_time": 1}),
        ("hybrid", Channel.WEBHOOK, 61, {"late": 1}),
        ("webhook", Channel.POLL, 1000, {"missed": 1}),
    ],
)
def test_only_webhooks_and_the_lack_of_them_judge_the_channel(
    house: House, mode: str, channel: Channel, after_s: float, totals: dict[str, int]
) -> None:
    reel = house.stored(mode=ProcessingMode(mode))
    tell(house, "completed", channel, video_id=reel.video_id, at=NOW + timedelta(seconds=after_s))
    assert house.processor.channel().totals == totals


def test_the_fallback_is_learned_from_past_renders_unless_it_is_set(build: Build) -> None:
    learned, fixed = build(fallback_after_s=None), build(fallback_after_s=77.0)
    assert learned.processor.fallback_after_s() == pytest.approx(PRIOR.quantile(0.9))
    assert fixed.processor.fallback_after_s() == 77
    for _ in range(25):
        learned.stored(
            "completed", at=NOW, **dict.fromkeys(("completed_at", "detected_at"), NOW + timedelta(seconds=100))
        )
    assert 90 < learned.processor.fallback_after_s() < 130


# check


@pytest.mark.parametrize(
    ("before", "heygen", "after", "finished"),
    [
        ("processing", "processing", "processing", False),
        ("processing", "waiting", "processing", False),
        ("processing", "melting", "processing", False),
        ("processing", "completed", "completed", True),
        ("processing", "failed", "failed", True),
        ("processing", None, "processing", False),
        ("timed_out", "processing", "timed_out", False),
        ("timed_out", "completed", "completed", True),
        ("timed_out", "failed", "failed", True),
        ("timed_out", None, "timed_out", False),
        ("failed", "completed", "completed", True),
        ("failed", "processing", "failed", True),
        ("failed", None, "failed", True),
        ("completed", "failed", "completed", True),
        ("completed", "processing", "completed", True),
        ("completed", None, "completed", True),
    ],
)
def test_a_manual_check_asks_heygen_and_believes_it(
    house: House, before: str, heygen: str | None, after: str, finished: bool
) -> None:
    reel = house.stored(before)
    if heygen is None:
        house.wire.videos.clear()
    else:
        house.wire.finish("v1", heygen)
    checked = house.processor.check(reel)
    assert checked.status == after
    assert (checked.checks, checked.last_checked_at) == (1, NOW)
    assert house.kinds(reel)[0] == "manual_check"
    assert (checked.status in {ReelStatus.COMPLETED, ReelStatus.FAILED}) is finished
    if before != after:
        assert checked.detected_by is Channel.MANUAL


def test_a_manual_check_of_a_completed_reel_brings_a_fresh_link(house: House) -> None:
    reel = house.stored("completed")
    house.wire.finish("v1", video_url="https://files.test/fresh.mp4")
    assert house.processor.check(reel).video_url == "https://files.test/fresh.mp4"
    assert house.again(reel).detected_at == reel.detected_at


def test_a_reel_that_heygen_does_not_have_cannot_be_checked(house: House) -> None:
    reel = house.stored("pending")
    with pytest.raises(Refused, match="not reached HeyGen yet"):
        house.processor.check(reel)
    house.store.reels.save(reel, failure_message="words of insufficient_credit")
    with pytest.raises(Refused, match="words of insufficient_credit"):
        house.processor.check(reel)
    assert not house.processor.check_video_status(reel)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("DNS"),
        httpx.ReadTimeout("slow"),
        httpx.Response(500),
        httpx.Response(503),
        httpx.Response(200, html="<h1>Maintenance</h1>"),
        refusal(401, "unauthorized"),
        refusal(429, "rate_limit_exceeded"),
    ],
)
def test_without_an_answer_a_check_changes_nothing(house: House, answer: Any) -> None:
    reel = house.stored()
    house.wire.always(GET, answer)
    with pytest.raises(HeyGenError):
        house.processor.check(reel)
    assert not house.processor.check_video_status(reel)
    assert house.again(reel) == reel
    assert house.kinds(reel) == []


def test_check_video_status_asks_only_while_the_end_is_unknown(house: House) -> None:
    done, failed, running = house.stored("completed"), house.stored("failed"), house.stored()
    assert house.processor.check_video_status(done)
    assert house.processor.check_video_status(failed.id)
    assert house.wire.requests == []
    assert not house.processor.check_video_status(running)
    house.wire.finish(running.video_id or "")
    assert house.processor.check_video_status(running)


# retry


@pytest.mark.parametrize("before", ["failed", "timed_out"])
@pytest.mark.parametrize("heygen", ["failed", None])
def test_a_retry_starts_a_new_attempt_where_heygen_says_that_there_is_no_video(
    house: House, before: str, heygen: str | None
) -> None:
    reel = house.stored(
        before, failure_code="x", failure_message="y", deadline_at=NOW, anomalies=3, detected_at=NOW, sends=4
    )
    if heygen is None:
        house.wire.videos.clear()
    else:
        house.wire.finish("v1", heygen)
    again = house.processor.retry(reel)
    assert (again.status, again.attempt, again.send_state) == (ReelStatus.PENDING, 2, SendState.QUEUED)
    assert again.idempotency_key != reel.idempotency_key
    assert (again.video_id, again.failure_code, again.failure_message, again.detected_at) == (None, None, None, None)
    assert (again.submitted_at, again.deadline_at, again.anomalies, again.sends) == (None, None, 0, 0)
    assert house.again(reel) == again
    assert house.kinds(reel) == ["retry", "pending"]
    past = house.store.reels.by_past_video("v1")
    assert past is not None
    assert past.id == reel.id
    assert house.processor.process_reel(again)
    assert house.again(reel).status is ReelStatus.PROCESSING


@pytest.mark.parametrize("before", ["failed", "timed_out"])
def test_a_retry_never_pays_again_for_a_reel_that_succeeded(house: House, before: str) -> None:
    reel = house.stored(before)
    house.wire.finish("v1")
    again = house.processor.retry(reel)
    assert (again.status, again.attempt, again.detected_by) == (ReelStatus.COMPLETED, 1, Channel.MANUAL)
    assert house.wire.calls("POST /v3/videos") == []


@pytest.mark.parametrize("before", ["failed", "timed_out"])
@pytest.mark.parametrize("heygen", ["processing", "waiting", "pending", "melting"])
def test_a_retry_is_refused_while_heygen_may_still_be_making_the_video(house: House, before: str, heygen: str) -> None:
    reel = house.stored(before)
    house.wire.finish("v1", heygen)
    with pytest.raises(Refused, match="pay for it twice"):
        house.processor.retry(reel)
    assert house.again(reel) == reel


def test_a_retry_is_refused_where_heygen_says_completed_but_gives_no_link(house: House) -> None:
    reel = house.stored("failed")
    house.wire.videos["v1"] = {"id": "v1", "status": "completed"}
    with pytest.raises(Refused):
        house.processor.retry(reel)
    assert house.again(reel).attempt == 1


@pytest.mark.parametrize("listed", ["completed", "processing", "melting"])
def test_a_retry_is_refused_where_the_list_knows_a_video_that_is_not_found(house: House, listed: str) -> None:
    reel = house.stored("timed_out")
    house.wire.finish("v1", listed)
    house.wire.always(GET, refusal(404, "video_not_found"))
    with pytest.raises(Refused, match="does not show the video of reel 1 just now"):
        house.processor.retry(reel)
    assert house.again(reel) == reel


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_retry_needs_no_list_where_there_is_none(house: House, status: int) -> None:
    reel = house.stored("timed_out")
    house.wire.always(GET, refusal(404, "video_not_found"))
    house.wire.always("GET /v3/videos/statuses", refusal(status, "not_found"))
    house.wire.always("GET /v3/videos", refusal(status, "not_found"))
    assert house.processor.retry(reel).attempt == 2


@pytest.mark.parametrize(
    "states",
    [refusal(404, "video_not_found"), {"data": []}, {"data": [{"video_id": "v1", "status": "not_found"}]}],
    ids=["refused", "left out", "not found"],
)
def test_a_retry_is_refused_while_only_the_list_of_videos_still_shows_it(house: House, states: Any) -> None:
    reel = house.stored("timed_out")
    house.wire.finish("v1", title=reel.title)
    house.wire.always(GET, refusal(404, "video_not_found"))
    answer = states if isinstance(states, httpx.Response) else httpx.Response(200, json=states)
    house.wire.always("GET /v3/videos/statuses", answer)
    with pytest.raises(Refused, match="does not show the video of reel 1 just now"):
        house.processor.retry(reel)
    assert house.again(reel) == reel


def test_a_retry_changes_nothing_while_the_list_does_not_answer(house: House) -> None:
    reel = house.stored("timed_out")
    house.wire.always(GET, refusal(404, "video_not_found"))
    house.wire.always("GET /v3/videos/statuses", httpx.Response(500))
    with pytest.raises(HeyGenError):
        house.processor.retry(reel)
    assert house.again(reel) == reel


@pytest.mark.parametrize(("before", "match"), [("processing", "pay for it twice"), ("completed", "is completed")])
def test_a_retry_is_refused_for_a_reel_that_runs_or_is_done(house: House, before: str, match: str) -> None:
    reel = house.stored(before)
    with pytest.raises(Refused, match=match):
        house.processor.retry(reel)
    assert house.wire.requests == []
    assert house.again(reel) == reel


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.ConnectError("DNS"), Unreachable),
        (httpx.Response(500), HeyGenError),
        (httpx.Response(200, html="<p>"), HeyGenError),
        (refusal(401, "unauthorized"), HeyGenError),
    ],
)
def test_a_retry_changes_nothing_while_heygen_does_not_answer(
    house: House, answer: Any, error: type[Exception]
) -> None:
    reel = house.stored("failed")
    house.wire.always(GET, answer)
    with pytest.raises(error):
        house.processor.retry(reel)
    assert house.again(reel) == reel
    assert house.kinds(reel) == []


def test_a_reel_that_never_reached_heygen_is_retried_without_asking(house: House) -> None:
    house.wire.script("POST /v3/videos", refusal(400, "invalid_parameter"))
    house.processor.process_reel(a_reel())
    asked = len(house.wire.requests)
    assert house.processor.retry(1).status is ReelStatus.PENDING
    assert len(house.wire.requests) == asked


def test_a_waiting_reel_needs_no_retry(house: House) -> None:
    reel = house.stored("pending")
    with pytest.raises(Refused, match="already waits"):
        house.processor.retry(reel)


def test_two_retries_at_once_start_one_attempt(house: House) -> None:
    reel = house.stored("failed")
    house.wire.finish("v1", "failed")

    def meanwhile(request: httpx.Request) -> httpx.Response:
        house.processor.retry(reel)
        return house.wire.ordinary(request)

    house.wire.script(GET, meanwhile)
    with pytest.raises(Refused, match="just changed"):
        house.processor.retry(reel)
    assert house.again(reel).attempt == 2


def test_news_of_an_earlier_attempt_does_not_touch_the_present_one(house: House) -> None:
    reel = house.stored("failed")
    house.wire.finish("v1", "failed")
    again = house.processor.retry(reel)
    assert tell(house, "completed", Channel.WEBHOOK, video_id="v1") is None
    assert house.again(reel) == again


# time_out


def test_giving_up_at_the_deadline_is_told_and_later_news_still_counts(house: House) -> None:
    reel = house.stored()
    house.processor.time_out(reel, NOW)
    given_up = house.again(reel)
    assert (given_up.status, given_up.detected_at) == (ReelStatus.TIMED_OUT, NOW)
    house.processor.time_out(reel, NOW)
    assert house.kinds(reel) == ["timed_out"]
    tell(house, "completed", Channel.WEBHOOK, at=NOW + timedelta(days=1))
    assert house.again(reel).status is ReelStatus.COMPLETED
    assert house.kinds(reel) == ["timed_out", "completed"]


def test_a_reel_that_has_just_ended_is_not_given_up(house: House) -> None:
    reel = house.stored()
    tell(house, "completed")
    house.processor.time_out(reel, utcnow())
    assert house.again(reel).status is ReelStatus.COMPLETED


def test_a_slow_hand_does_not_give_up_the_next_attempt(house: House) -> None:
    seen = house.stored()
    house.store.reels.save(seen, attempt=2, video_id="v2")  # given up, retried and sent again in the meantime
    house.processor.time_out(seen, utcnow())
    assert house.again(seen).status is ReelStatus.PROCESSING


def test_the_health_of_the_channel_outlives_the_process(house: House, build: Build) -> None:
    house.store.facts.put(CHANNEL, {"open": True, "reason": "x", "misses": 2, "on_time": 0, "totals": {}}, NOW)
    assert build("hybrid").processor.channel().open


def test_a_reel_of_the_callers_own_making_is_found_by_its_key(house: House) -> None:
    reel: Reel = a_reel()
    house.processor.process_reel(reel)
    house.wire.finish("v1")
    assert house.processor.check_video_status(reel)
