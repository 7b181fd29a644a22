from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lifecycle import ANOMALY_BACKOFF_CAP_S, Effect, decide
from core.models import Channel, Observation, Reel, ReelStatus, RemoteStatus
from tests.factories import NOW, a_reel, a_video, an_observation

AUTOMATIC = [Channel.WEBHOOK, Channel.POLL, Channel.RECOVERY]


def in_state(status: str, **fields: Any) -> Reel:
    reel = a_reel(id=1, status=ReelStatus(status), video_id="v1", submitted_at=NOW)
    if status == "completed":
        reel = replace(reel, video_url="https://files.test/first.mp4", detected_by=Channel.WEBHOOK, detected_at=NOW)
    if status == "failed":
        reel = replace(reel, failure_code="rendering_failed", failure_message="It broke.", detected_at=NOW)
    return replace(reel, **fields)


@pytest.mark.parametrize(
    ("status", "remote", "effect", "becomes"),
    [
        ("processing", "completed", Effect.FINISHED, "completed"),
        ("processing", "failed", Effect.FINISHED, "failed"),
        ("processing", "processing", Effect.RUNNING, "processing"),
        ("processing", "waiting", Effect.ANOMALY, "processing"),
        ("processing", "not_found", Effect.ANOMALY, "processing"),
        ("processing", "melting", Effect.ANOMALY, "processing"),
        ("timed_out", "completed", Effect.FINISHED, "completed"),
        ("timed_out", "failed", Effect.FINISHED, "failed"),
        ("timed_out", "processing", Effect.RUNNING, "timed_out"),
        ("timed_out", "not_found", Effect.ANOMALY, "timed_out"),
        ("timed_out", "melting", Effect.ANOMALY, "timed_out"),
        ("completed", "completed", Effect.SAME, "completed"),
        ("completed", "failed", Effect.CONTRADICTION, "completed"),
        ("completed", "processing", Effect.CONTRADICTION, "completed"),
        ("completed", "not_found", Effect.CONTRADICTION, "completed"),
        ("completed", "melting", Effect.CONTRADICTION, "completed"),
        ("failed", "failed", Effect.SAME, "failed"),
        ("failed", "completed", Effect.CONTRADICTION, "failed"),
        ("failed", "processing", Effect.CONTRADICTION, "failed"),
        ("failed", "not_found", Effect.CONTRADICTION, "failed"),
        ("failed", "melting", Effect.CONTRADICTION, "failed"),
    ],
)
@pytest.mark.parametrize("channel", AUTOMATIC)
def test_each_state_meets_each_news(status: str, remote: str, effect: Effect, becomes: str, channel: Channel) -> None:
    transition = decide(in_state(status), an_observation(remote, channel))
    assert transition.effect is effect
    assert transition.changes.get("status", status) == becomes


@pytest.mark.parametrize(
    ("status", "remote", "becomes"),
    [
        ("failed", "completed", "completed"),
        ("failed", "processing", "failed"),
        ("failed", "failed", "failed"),
        ("completed", "failed", "completed"),
        ("completed", "processing", "completed"),
    ],
)
def test_a_person_who_asks_may_find_a_failed_reel_completed_and_nothing_else(
    status: str, remote: str, becomes: str
) -> None:
    transition = decide(in_state(status), an_observation(remote, Channel.MANUAL))
    assert transition.changes.get("status", status) == becomes


def test_completion_takes_everything_that_heygen_says() -> None:
    seen = an_observation(
        captioned_video_url="https://files.test/c.mp4",
        thumbnail_url="https://files.test/t.jpg",
        subtitle_url="https://files.test/s.srt",
        completed_at=NOW - timedelta(seconds=9),
        request_id="req_9",
    )
    changes = decide(in_state("processing", failure_message="older words", check_after=NOW), seen).changes
    assert changes["status"] is ReelStatus.COMPLETED
    assert changes["video_url"] == "https://files.test/v1.mp4"
    assert changes["captioned_video_url"] == "https://files.test/c.mp4"
    assert changes["thumbnail_url"] == "https://files.test/t.jpg"
    assert changes["subtitle_url"] == "https://files.test/s.srt"
    assert changes["duration_s"] == 12.5
    assert changes["completed_at"] == NOW - timedelta(seconds=9)
    assert changes["detected_at"] == NOW
    assert changes["detected_by"] is Channel.POLL
    assert changes["request_id"] == "req_9"
    assert changes["failure_message"] is None
    assert changes["check_after"] is None


def test_completion_without_heygens_time_takes_ours() -> None:
    assert decide(in_state("processing"), an_observation(completed_at=None)).changes["completed_at"] == NOW


def test_failure_keeps_code_and_words_in_reel_and_timeline() -> None:
    transition = decide(in_state("processing"), an_observation("failed"))
    assert transition.changes["failure_code"] == "rendering_failed"
    assert transition.changes["failure_message"] == "It broke."
    [(kind, detail)] = transition.entries
    assert kind == "failed"
    assert detail["failure_code"] == "rendering_failed"


def test_failure_without_any_detail_is_still_a_failure() -> None:
    seen = an_observation("failed", failure_code=None, failure_message=None)
    changes = decide(in_state("processing"), seen).changes
    assert changes["status"] is ReelStatus.FAILED
    assert changes["completed_at"] is None


def test_completed_without_a_link_is_not_completed() -> None:
    transition = decide(in_state("processing"), an_observation(video_url=None))
    assert transition.effect is Effect.ANOMALY
    assert "status" not in transition.changes


def test_completed_with_an_error_is_completed_and_said_to_be_odd() -> None:
    seen = an_observation(failure_code="MOVIO_PAYMENT_INSUFFICIENT_CREDIT")
    transition = decide(in_state("processing"), seen)
    assert transition.changes["status"] is ReelStatus.COMPLETED
    assert [kind for kind, _ in transition.entries] == ["completed", "anomaly"]
    assert transition.entries[1][1]["failure_code"] == "MOVIO_PAYMENT_INSUFFICIENT_CREDIT"


def test_a_completed_reel_takes_a_fresh_link_silently() -> None:
    transition = decide(in_state("completed"), an_observation(video_url="https://files.test/fresh.mp4"))
    assert transition.changes["video_url"] == "https://files.test/fresh.mp4"
    assert "detected_at" not in transition.changes
    assert transition.entries == ()


def test_an_unknown_status_is_counted_and_looked_at_later_and_later_never_for_ever() -> None:
    reel, waits = in_state("processing"), []
    for n in range(1, 30):
        transition = decide(reel, an_observation("melting"))
        reel = replace(reel, **transition.changes)
        assert reel.anomalies == n
        assert reel.check_after is not None
        waits.append((reel.check_after - NOW).total_seconds())
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) == ANOMALY_BACKOFF_CAP_S


def test_the_deadline_does_not_wait_for_the_next_look_after_an_oddity() -> None:
    deadline = NOW + timedelta(seconds=60)
    reel = in_state("processing", anomalies=9, deadline_at=deadline)
    assert decide(reel, an_observation("melting")).changes["check_after"] == deadline


def test_news_that_the_video_runs_ends_the_waiting_after_oddities() -> None:
    reel = in_state("processing", anomalies=7, check_after=NOW + timedelta(hours=1))
    changes = decide(reel, an_observation("processing")).changes
    assert changes["anomalies"] == 0
    assert changes["check_after"] is None


def test_the_same_running_word_again_writes_no_timeline() -> None:
    first = decide(in_state("processing"), an_observation("processing"))
    assert [kind for kind, _ in first.entries] == ["check"]
    again = decide(replace(in_state("processing"), **first.changes), an_observation("processing"))
    assert again.entries == ()


def test_the_same_contradiction_twice_is_told_once() -> None:
    reel = in_state("completed")
    first = decide(reel, an_observation("failed"))
    assert [kind for kind, _ in first.entries] == ["anomaly"]
    again = decide(replace(reel, **first.changes), an_observation("failed"))
    assert again.effect is Effect.CONTRADICTION
    assert again.entries == ()
    assert again.changes == {}


observations = st.builds(
    lambda status, channel, url, minutes: Observation(
        video=a_video(status, video_url=url if status == "completed" else None),
        channel=channel,
        at=NOW + timedelta(minutes=minutes),
    ),
    st.sampled_from(["completed", "failed", "processing", "waiting", "not_found", "melting"]),
    st.sampled_from(list(Channel)),
    st.sampled_from(["https://files.test/a.mp4", "https://files.test/b.mp4", None]),
    st.integers(-10_000, 10_000),
)


@given(
    seen=st.lists(observations, max_size=12).flatmap(lambda some: st.permutations(some + some)),
    start=st.sampled_from(["processing", "timed_out"]),
)
def test_no_order_of_news_breaks_what_is_promised(seen: list[Observation], start: str) -> None:
    reel = in_state(start)
    for observation in seen:
        transition = decide(reel, observation)
        after = replace(reel, **transition.changes)
        moved = after.status is not reel.status
        told = [kind for kind, _ in transition.entries if kind in list(ReelStatus)]
        assert told == ([str(after.status)] if moved else [])
        assert (after.detected_at != reel.detected_at) <= moved
        if moved:
            assert transition.effect is Effect.FINISHED
            assert after.detected_at == observation.at
            assert after.detected_by is observation.channel
            assert observation.video.status in {RemoteStatus.COMPLETED, RemoteStatus.FAILED}
        if reel.status is ReelStatus.COMPLETED:
            assert after.status is ReelStatus.COMPLETED
        if after.status is ReelStatus.COMPLETED:
            assert after.video_url
            assert after.failure_code is None
        if reel.status is ReelStatus.FAILED and moved:
            assert (after.status, observation.channel) == (ReelStatus.COMPLETED, Channel.MANUAL)
        reel = after
