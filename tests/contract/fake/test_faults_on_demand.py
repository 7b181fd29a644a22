"""An event that is asked for may be struck by any fault of deliveries, whenever it is asked for."""

from __future__ import annotations

from typing import Any

import pytest

URL = "/hook"


def trigger(fake: Any, video_id: str, words: str | None, event_type: str = "avatar_video.success") -> Any:
    body = {"video_id": video_id, "event_type": event_type, "words": words}
    return fake.api.post("/_sim/trigger", json=body)


def test_words_strike_the_event_that_is_asked_for_and_no_other(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=60s", callback_url=receiver.url + URL)
    fake.advance(30)
    (sent,) = trigger(fake, video_id, "body=list").json()["data"]
    assert (sent["attempts"], sent["fault"]) == (1, "body=list")
    assert isinstance(receiver.posts(URL)[0].event, list)
    fake.advance(30)
    assert receiver.events(URL)[1]["event_type"] == "avatar_video.success"


def test_the_videos_own_faults_do_not_strike_it(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=60s body=broken", callback_url=receiver.url + URL)
    assert trigger(fake, video_id, None).status_code == 200
    assert receiver.events(URL)[0]["event_data"]["video_id"] == video_id


def test_what_is_held_back_comes_at_its_moment(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=600s", callback_url=receiver.url + URL)
    assert trigger(fake, video_id, "webhook=delay:20s body=extra").json()["data"] == []
    fake.advance(19)
    assert receiver.posts(URL) == []
    fake.advance(1)
    assert fake.attempts(video_id)[0]["fault"] == "webhook=delay:20s body=extra"


def test_a_volley_that_is_asked_for_is_on_the_wire_at_once(fake: Any, receiver: Any) -> None:
    receiver.barrier(4)  # nobody is answered before all four are there
    video_id = fake.video("render=60s", callback_url=receiver.url + URL)
    assert len(trigger(fake, video_id, "webhook=volley:4").json()["data"]) == 4
    assert {attempt["response"]["status"] for attempt in fake.attempts(video_id)} == {200}


def test_a_volley_before_the_answer_is_on_the_wire_at_once(fake: Any, receiver: Any) -> None:
    receiver.barrier(3)
    video_id = fake.video("webhook=early webhook=volley:3", callback_url=receiver.url + URL)
    assert {attempt["response"]["status"] for attempt in fake.attempts(video_id)} == {200}


def test_a_struck_attempt_is_repeated_as_any_other(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=600s", callback_url=receiver.url + URL)
    trigger(fake, video_id, "wire=refused:1 retry=svix")
    assert receiver.posts(URL) == []
    fake.advance(5)
    assert len(receiver.posts(URL)) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("get=500", "get=500 strikes no delivery"), ("sign=loud", "unknown value 'loud' for sign"), ("noise", "read")],
)
def test_other_words_are_refused_with_a_sentence(fake: Any, words: str, sentence: str) -> None:
    refused = trigger(fake, fake.video(), words)
    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == "words"
    assert sentence in refused.json()["error"]["message"]


def test_a_forgery_that_is_asked_for_comes_alone(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=60s", callback_url=receiver.url + URL)
    fake.advance(30)
    assert len(trigger(fake, video_id, "forge=fail").json()["data"]) == 1
    assert [event["event_type"] for event in receiver.events(URL)] == ["avatar_video.fail"]
    assert fake.api.get("/v3/webhooks/events").json()["data"] == []  # HeyGen knows nothing of it
