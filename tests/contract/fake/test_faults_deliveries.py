"""Faults of deliveries: when they come, how often, and until when they are repeated."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest


def moments(fake: Any, video_id: str) -> list[float]:
    """Return the attempts of a video, in seconds after its end."""
    ended = fake.ledger(video_id)["created_at"] + 10
    return [round(attempt["at"] - ended, 3) for attempt in fake.attempts(video_id)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("webhook=duplicate:3", [0, 0, 0]),
        ("webhook=spaced:3:20s", [0, 20, 40]),
        ("webhook=volley:3", [0, 0, 0]),
        ("webhook=delay:90s", [90]),
        ("webhook=redelivered:2d", [0, 172_800]),
        ("webhook=unheard:2 retry=usual", [0, 30, 90]),
        ("webhook=delay:5s webhook=spaced:2:10s", [5, 15]),
    ],
)
def test_events_come_when_and_as_often_as_the_fault_says(
    fake: Any, receiver: Any, words: str, expected: list[float]
) -> None:
    video_id = fake.finish(words, receiver.url, after_s=200_000)
    assert moments(fake, video_id) == expected
    assert len({event["event_id"] for event in receiver.events()}) == 1


def test_drawn_delays_lie_within_their_bounds_and_differ_from_video_to_video(fake: Any, receiver: Any) -> None:
    uniform = [fake.finish("webhook=uniform:60s:20s", receiver.url, after_s=100) for _ in range(5)]
    late = [moments(fake, video_id)[0] for video_id in uniform]
    assert all(20 <= moment <= 60 for moment in late)
    assert len(set(late)) == 5
    lognormal = [fake.finish("webhook=lognormal:60s", receiver.url, after_s=20_000) for _ in range(5)]
    assert len({moments(fake, video_id)[0] for video_id in lognormal}) == 5


def test_reorder_turns_the_events_of_a_video_round(fake: Any, receiver: Any) -> None:
    fake.finish("webhook=caption:12s webhook=reorder", receiver.url, after_s=30)
    assert [event["event_type"] for event in receiver.events()] == [
        "avatar_video_caption.success",
        "avatar_video.success",
    ]


def test_reorder_holds_a_single_event_back_for_a_drawn_time(fake: Any, receiver: Any) -> None:
    held = [moments(fake, fake.finish("webhook=reorder:60s", receiver.url, after_s=70))[0] for _ in range(3)]
    assert all(0 < moment <= 60 for moment in held)
    assert len(set(held)) == 3


def test_burst_brings_all_of_a_window_at_once(fake: Any, receiver: Any) -> None:
    for seconds in (1, 2, 3):
        fake.video(f"render={seconds}s webhook=burst:1000s", callback_url=receiver.url)
    fake.advance(1010)
    arrivals = {attempt["at"] for attempt in fake.rows("/_sim/journal", kind="attempt")}
    assert len(receiver.events()) == 3
    assert len(arrivals) <= 2
    assert all(moment % 1000 == 0 for moment in arrivals)


def test_volley_is_on_the_wire_at_the_same_moment_even_step_by_step(fake: Any, receiver: Any) -> None:
    receiver.barrier(4)
    video_id = fake.finish("webhook=volley:4", receiver.url)
    assert [attempt["error"] for attempt in fake.attempts(video_id)] == [None] * 4


def test_dropped_volley_is_sent_to_nobody(fake: Any, receiver: Any) -> None:
    fake.finish("webhook=drop webhook=volley:4", receiver.url, after_s=1000)
    assert receiver.requests == []


@pytest.mark.parametrize(
    ("words", "gaps", "tail"),
    [
        ("retry=usual", [30, 60, 120, 240], None),
        ("retry=eager", [1, 1, 1], 60),
        ("retry=patient", [3600, 3600, 3600], 24),
        ("retry=svix", [5, 300, 1800, 7200, 18_000, 36_000, 36_000], 7),
        ("retry=stripe", [60, 120, 240], None),
        ("retry=never", [], 0),
    ],
)
def test_named_schedules_repeat_at_their_moments_and_end(
    fake: Any, words: str, gaps: list[int], tail: int | None
) -> None:
    video_id = fake.finish(f"{words} wire=refused:100", "http://127.0.0.1:9/x", after_s=5 * 86_400)
    seen = [round(b - a, 3) for a, b in pairwise(moments(fake, video_id))]
    assert seen[: len(gaps)] == gaps
    assert tail is None or len(seen) == tail
    (delivery,) = fake.rows("/_sim/deliveries", video_id=video_id)
    assert delivery["state"] == "abandoned"
    assert words != "retry=stripe" or max(seen) == 43_200
    longest = {"retry=stripe": 3 * 86_400, "retry=usual": 86_400}.get(words)
    assert longest is None or longest / 2 < sum(seen) <= longest


def test_endpoint_is_disabled_after_failures_in_a_row_until_it_is_changed(fake: Any, receiver: Any) -> None:
    endpoint = fake.register(receiver.url + "/account")
    receiver.statuses = [500] * 3
    fake.finish("endpoint=disabled:3", after_s=1000)
    (listed,) = fake.rows("/v3/webhooks/endpoints")
    assert listed["status"] == "disabled"
    assert len(receiver.posts()) == 3
    fake.finish("", after_s=1000)
    assert len(receiver.posts()) == 3
    changed = fake.api.patch(f"/v3/webhooks/endpoints/{endpoint['endpoint_id']}", json={"url": receiver.url}).json()
    assert changed["data"]["status"] == "enabled"
    fake.finish("", after_s=10)
    assert len(receiver.posts()) == 4


def test_success_in_between_keeps_an_endpoint_enabled(fake: Any, receiver: Any) -> None:
    fake.play(name="mine", disable_after=2, concurrency=50)
    fake.register(receiver.url + "/account")
    receiver.statuses = [500, 200, 500, 200]
    for _ in range(2):
        fake.finish("", after_s=1000)
    assert fake.rows("/v3/webhooks/endpoints")[0]["status"] == "enabled"


def test_pending_deliveries_of_a_disabled_endpoint_are_given_up(fake: Any, receiver: Any) -> None:
    fake.register(receiver.url + "/account")
    receiver.statuses = [500] * 2
    first = fake.video("render=10s")
    fake.finish("endpoint=disabled:2", after_s=500)
    (delivery,) = fake.rows("/_sim/deliveries", video_id=first)
    assert (delivery["state"], delivery["last_error"]) == ("abandoned", "the endpoint is disabled")
