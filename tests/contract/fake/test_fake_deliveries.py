"""Deliveries over real HTTP: receivers, signatures, retries, faults, and deliveries on demand."""

from __future__ import annotations

import hashlib
import hmac
import re
from itertools import pairwise
from typing import Any

import pytest


def register(fake: Any, receiver: Any, **fields: Any) -> dict[str, Any]:
    response = fake.api.post("/v3/webhooks/endpoints", json={"url": receiver.url + "/account"} | fields)
    assert response.status_code == 200, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


def finished(fake: Any, receiver: Any, words: str = "render=10s", after_s: float = 10, **fields: Any) -> str:
    video_id: str = fake.video(words, callback_url=receiver.url + "/reel", callback_id="7", **fields)
    fake.advance(after_s)
    return video_id


def signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_success_goes_unsigned_to_the_callback_url(fake: Any, receiver: Any) -> None:
    video_id = finished(fake, receiver)
    (got,) = receiver.requests
    assert (got.method, got.path, got.headers["Content-Type"]) == ("POST", "/reel", "application/json")
    assert not [name for name in got.headers if "ignature" in name]
    event = got.event
    assert event["event_type"] == "avatar_video.success"
    assert (event["event_data"]["video_id"], event["event_data"]["callback_id"]) == (video_id, "7")
    assert re.fullmatch(r"evt_[0-9a-f]{32}", event["event_id"])
    assert event["created_at"].endswith("Z")
    assert fake.api.head(event["event_data"]["url"]).status_code == 200


def test_nothing_is_sent_before_the_render_ends(fake: Any, receiver: Any) -> None:
    finished(fake, receiver, after_s=9.999)
    assert receiver.requests == []


def test_failure_carries_the_message(fake: Any, receiver: Any) -> None:
    finished(fake, receiver, 'render=10s outcome=failed message="sin audio"')
    (event,) = receiver.events()
    assert event["event_type"] == "avatar_video.fail"
    assert event["event_data"]["msg"] == "sin audio"


def test_registered_endpoint_gets_the_same_event_signed_in_both_headers(fake: Any, receiver: Any) -> None:
    endpoint = register(fake, receiver)
    finished(fake, receiver)
    callback, account = (one for one in receiver.requests if one.method == "POST")
    assert callback.event["event_id"] == account.event["event_id"]
    expected = signature(endpoint["secret"], account.body)
    assert account.headers["Heygen-Signature"] == account.headers["Signature"] == expected
    assert account.headers["Heygen-Event-Id"] == account.event["event_id"]
    assert account.headers["Heygen-Timestamp"].isdigit()


@pytest.mark.parametrize(
    ("words", "present"),
    [
        ("header=plain", {"Signature"}),
        ("header=v3", {"Heygen-Signature"}),
        ("header=both", {"Signature", "Heygen-Signature"}),
        ("sign=none", set()),
    ],
)
def test_signature_stands_where_the_fault_says(fake: Any, receiver: Any, words: str, present: set[str]) -> None:
    register(fake, receiver)
    fake.video(f"render=1s {words}")
    fake.advance(1)
    (got,) = (one for one in receiver.requests if one.method == "POST")
    assert {name for name in got.headers if name in ("Signature", "Heygen-Signature")} == present


def test_rotated_secret_is_used_at_once_and_the_old_one_is_a_fault(fake: Any, receiver: Any) -> None:
    old = register(fake, receiver)
    new = fake.api.post(f"/v3/webhooks/endpoints/{old['endpoint_id']}/rotate-secret").json()["data"]
    assert set(new) == {"endpoint_id", "secret"}
    for words in ("render=1s", "render=2s sign=old", "render=3s sign=bad"):
        fake.video(words)
    fake.advance(3)
    posts = [one for one in receiver.requests if one.method == "POST"]
    right = [one.headers["Signature"] == signature(new["secret"], one.body) for one in posts]
    former = [one.headers["Signature"] == signature(old["secret"], one.body) for one in posts]
    assert right == [True, False, False]
    assert former == [False, True, False]


def test_endpoint_is_probed_listed_changed_and_deleted(fake: Any, receiver: Any) -> None:
    endpoint = register(fake, receiver, events=["avatar_video.success"])
    assert receiver.requests[0].method == "OPTIONS"
    assert re.fullmatch(r"whsec_[0-9a-f]{48}", endpoint["secret"])
    (listed,) = fake.rows("/v3/webhooks/endpoints")
    assert listed == endpoint | {"secret": None}
    path = f"/v3/webhooks/endpoints/{endpoint['endpoint_id']}"
    changed = fake.api.patch(path, json={"events": ["avatar_video.fail"]}).json()["data"]
    assert (changed["events"], changed["url"]) == (["avatar_video.fail"], endpoint["url"])
    fake.video("render=1s")
    fake.video("render=1s outcome=failed")
    fake.advance(1)
    assert [event["event_type"] for event in receiver.events()] == ["avatar_video.fail"]
    assert fake.api.delete(path).json() == {"data": {}}
    assert fake.api.delete(path).json()["error"]["code"] == "webhook_not_found"


def test_endpoint_that_fails_the_probe_is_refused_unless_the_scenario_asks_for_none(fake: Any, receiver: Any) -> None:
    receiver.options_status = 405
    url = receiver.url + "/account"
    refused = fake.api.post("/v3/webhooks/endpoints", json={"url": url})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "url")
    fake.play(name="mine", probe=False)
    assert fake.api.post("/v3/webhooks/endpoints", json={"url": url}).status_code == 200


@pytest.mark.parametrize("fields", [{"url": "http://example.com"}, {"url": ""}, {"events": ["a.b"]}, {"events": []}])
def test_wrong_registration_is_refused(fake: Any, receiver: Any, fields: dict[str, Any]) -> None:
    response = fake.api.post("/v3/webhooks/endpoints", json={"url": receiver.url} | fields)
    assert (response.status_code, response.json()["error"]["param"]) == (400, next(iter(fields)))


def test_dropped_webhook_is_never_sent_but_stands_in_the_history(fake: Any, receiver: Any) -> None:
    video_id = finished(fake, receiver, "render=10s webhook=drop", after_s=200_000)
    assert receiver.requests == []
    assert fake.ledger(video_id)["deliveries"] == 0
    (event,) = fake.rows("/v3/webhooks/events")
    assert (event["event_type"], event["event_data"]["video_id"]) == ("avatar_video.success", video_id)
    assert [row["state"] for row in fake.rows("/_sim/deliveries")] == ["dropped"]


def test_duplicates_are_four_in_all_with_one_event_id(fake: Any, receiver: Any) -> None:
    video_id = finished(fake, receiver, "render=10s webhook=duplicate:4")
    assert len(receiver.events()) == 4
    assert len({event["event_id"] for event in receiver.events()}) == 1
    assert fake.ledger(video_id)["deliveries"] == 4
    assert {attempt["fault"] for attempt in fake.attempts(video_id)} == {"webhook=duplicate:4"}


def test_delayed_webhook_comes_after_the_delay(fake: Any, receiver: Any) -> None:
    video_id = finished(fake, receiver, "render=10s webhook=delay:300s", after_s=309)
    assert receiver.requests == []
    assert fake.get(video_id)["status"] == "completed"
    fake.advance(1)
    assert len(receiver.events()) == 1


def test_early_webhook_arrives_before_the_create_call_is_answered(fake: Any, receiver: Any) -> None:
    video_id = fake.video("webhook=early", callback_url=receiver.url)
    assert [event["event_data"]["video_id"] for event in receiver.events()] == [video_id]
    assert fake.get(video_id)["status"] == "completed"


def test_contradiction_forgery_and_caption_are_news_that_get_does_not_confirm(fake: Any, receiver: Any) -> None:
    video_id = finished(fake, receiver, "render=10s outcome=contradiction webhook=caption:7s forge=success", after_s=5)
    assert [event["event_type"] for event in receiver.events()] == ["avatar_video.success"]
    assert fake.get(video_id)["status"] == "processing"
    fake.advance(60)
    assert [event["event_type"].removeprefix("avatar_video") for event in receiver.events()[1:]] == [
        ".success",
        ".fail",
        "_caption.success",
    ]
    assert fake.get(video_id)["status"] == "completed"
    assert len(fake.rows("/v3/webhooks/events")) == 3


def test_missing_url_is_left_out_of_the_event(fake: Any, receiver: Any) -> None:
    video_id = finished(fake, receiver, "render=10s url=missing:20s")
    assert "url" not in receiver.events()[0]["event_data"]
    assert fake.get(video_id)["video_url"] is None
    fake.advance(20)
    assert fake.get(video_id)["video_url"]


def test_failed_attempts_are_repeated_with_growing_gaps_and_one_event_id(fake: Any, receiver: Any) -> None:
    receiver.statuses = [500, 302, 404]
    video_id = finished(fake, receiver, after_s=10_000)
    attempts = fake.attempts(video_id)
    assert [attempt["response"]["status"] for attempt in attempts] == [500, 302, 404, 200]
    assert [attempt["attempt"] for attempt in attempts] == [1, 2, 3, 4]
    gaps = [round(b["at"] - a["at"], 3) for a, b in pairwise(attempts)]
    assert gaps == [30, 60, 120]
    assert len({attempt["event_id"] for attempt in attempts}) == 1
    assert [one.path for one in receiver.requests] == ["/reel"] * 4


def test_unreachable_receiver_is_given_up_after_a_day(fake: Any) -> None:
    video_id = fake.video("render=10s", callback_url="http://127.0.0.1:9/closed")
    fake.advance(3 * 86_400)
    attempts = fake.attempts(video_id)
    assert 10 <= len(attempts) <= 20
    assert attempts[-1]["at"] - attempts[0]["at"] <= 86_400
    assert all(attempt["response"] is None and "ConnectionRefused" in attempt["error"] for attempt in attempts)
    assert [row["state"] for row in fake.rows("/_sim/deliveries")] == ["abandoned"]


def test_slow_receiver_holds_nobody_else_up(fake: Any, receiver: Any, eventually: Any) -> None:
    receiver.blocks = lambda path: path == "/slow"
    for number in range(20):
        fake.video("render=1s", callback_url=receiver.url + ("/slow" if number % 2 else "/quick"))
    fake.clock(frozen=False, speed=1000)
    assert eventually(lambda: len(receiver.events("/quick")) == 10)
    assert eventually(lambda: len(receiver.events("/slow")) == 10)
    receiver.blocked.set()
    assert eventually(lambda: len(fake.rows("/_sim/deliveries", state="delivered")) == 20)


def test_trigger_sends_an_event_now_even_when_time_is_frozen(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=99s webhook=drop", callback_url=receiver.url)
    answer = fake.api.post("/_sim/trigger", json={"video_id": video_id, "event_type": "avatar_video.fail"})
    assert [row["state"] for row in answer.json()["data"]] == ["delivered"]
    assert [event["event_type"] for event in receiver.events()] == ["avatar_video.fail"]
    assert fake.api.post("/_sim/trigger", json={"video_id": "nobody"}).status_code == 404
    assert fake.api.post("/_sim/trigger", json={"video_id": video_id, "event_type": "x"}).status_code == 400


def test_resend_attempts_a_delivery_again_with_its_event_id(fake: Any, receiver: Any) -> None:
    video_id = finished(fake, receiver, "render=10s webhook=drop")
    (delivery,) = fake.rows("/_sim/deliveries", video_id=video_id)
    again = fake.api.post(f"/_sim/deliveries/{delivery['delivery_id']}/resend").json()
    assert (again["state"], again["attempts"]) == ("delivered", 1)
    fake.api.post(f"/_sim/deliveries/{delivery['delivery_id']}/resend")
    assert len({event["event_id"] for event in receiver.events()}) == 1
    assert len(receiver.events()) == 2
    assert fake.api.post("/_sim/deliveries/nothing/resend").status_code == 404


def test_resent_delivery_is_not_repeated_by_its_earlier_plan(fake: Any, receiver: Any) -> None:
    receiver.statuses = [500]
    video_id = finished(fake, receiver)
    (delivery,) = fake.rows("/_sim/deliveries", video_id=video_id)
    fake.api.post(f"/_sim/deliveries/{delivery['delivery_id']}/resend")
    fake.advance(3600)
    assert [attempt["response"]["status"] for attempt in fake.attempts(video_id)] == [500, 200]


def test_deleted_video_sends_nothing(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=10s", callback_url=receiver.url)
    fake.api.delete(f"/v3/videos/{video_id}")
    fake.advance(60)
    assert receiver.requests == []


def test_event_types_and_history_can_be_filtered(fake: Any, receiver: Any) -> None:
    finished(fake, receiver, "render=1s")
    finished(fake, receiver, "render=1s outcome=failed")
    types = [row["event_type"] for row in fake.rows("/v3/webhooks/event-types")]
    assert {"avatar_video.success", "avatar_video.fail", "batch.finished"} <= set(types)
    assert len(fake.rows("/v3/webhooks/events")) == 2
    assert [row["event_type"] for row in fake.rows("/v3/webhooks/events", event_type="avatar_video.fail")] == [
        "avatar_video.fail"
    ]


@pytest.mark.parametrize(
    "event_type",
    ["video_agent.success", "video_translate.fail", "instant_avatar.success", "photo_avatar_generation.fail"],
)
def test_documented_events_that_are_not_imitated_can_be_subscribed_to(
    fake: Any, receiver: Any, event_type: str
) -> None:
    assert event_type in {row["event_type"] for row in fake.rows("/v3/webhooks/event-types")}
    assert fake.register(receiver.url, events=[event_type])["events"] == [event_type]
    fake.finish("")
    assert receiver.posts() == []
