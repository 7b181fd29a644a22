"""Faults of content: what a delivery says, down to its bytes."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest


def came(fake: Any, receiver: Any, words: str, **fields: Any) -> Any:
    fake.finish(words, receiver.url, **fields)
    (got,) = receiver.posts()
    return got


def test_unknown_event_comes_before_the_true_one(fake: Any, receiver: Any) -> None:
    fake.finish("event=unknown", receiver.url)
    assert [event["event_type"] for event in receiver.events()] == ["avatar_video.restyled", "avatar_video.success"]
    assert len(fake.rows("/v3/webhooks/events")) == 2


def test_unsubscribed_event_comes_all_the_same(fake: Any, receiver: Any) -> None:
    fake.register(receiver.url, events=["avatar_video.success"])
    fake.finish("event=unsubscribed", after_s=11)
    assert [event["event_type"] for event in receiver.events()] == ["avatar_video.success", "avatar_video_gif.success"]


def test_null_and_missing_fields(fake: Any, receiver: Any) -> None:
    data = came(fake, receiver, "body=null").event["event_data"]
    assert data["video_id"]
    assert {key for key, value in data.items() if value is None} >= {"callback_id", "folder_id", "video_page_url"}
    receiver.requests.clear()
    assert set(came(fake, receiver, "body=missing").event["event_data"]) == {"video_id", "url"}
    receiver.requests.clear()
    anonymous = came(fake, receiver, "body=anonymous").event["event_data"]
    assert "video_id" not in anonymous
    assert anonymous["callback_id"] == "7"


def test_extra_older_and_bare_shapes(fake: Any, receiver: Any) -> None:
    for words in ("body=extra", "body=older", "body=bare", "outcome=failed body=flat", "outcome=failed body=older"):
        fake.finish(words, receiver.url)
    extra, older, bare, flat, older_failure = receiver.events()
    assert {"tenant", "api_version"} <= set(extra)
    assert "quality" in extra["event_data"]
    assert (older["event"], older["data"]["video_url"][:4]) == ("avatar_video.success", "http")
    assert set(bare) == {"event_type", "event_data"}
    assert {"error", "message", "failure_code", "failure_message"} <= set(flat["event_data"])
    assert "msg" not in flat["event_data"]
    assert older_failure["data"]["error"] == "Video rendering failed"


@pytest.mark.parametrize(
    "words", ["body=broken", "body=empty", "body=latin1", "body=utf16", "body=gzip", "body=gzip-bomb"]
)
def test_bytes_that_are_no_json_in_utf8(fake: Any, receiver: Any, words: str) -> None:
    got = came(fake, receiver, words)
    with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)):
        json.loads(got.body.decode("utf-8"))


def test_latin1_and_utf16_can_be_read_by_who_knows(fake: Any, receiver: Any) -> None:
    latin1 = came(fake, receiver, "body=latin1")
    assert latin1.headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(latin1.body.decode("latin-1"))["note"] == "señal simulada"
    receiver.requests.clear()
    assert json.loads(came(fake, receiver, "body=utf16").body.decode("utf-16"))["event_type"]


def test_compressed_bodies_say_so_and_a_bomb_is_a_thousand_times_larger(fake: Any, receiver: Any) -> None:
    packed = came(fake, receiver, "body=gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.body))["event_type"] == "avatar_video.success"
    receiver.requests.clear()
    bomb = came(fake, receiver, "body=gzip-bomb")
    assert len(bomb.body) < 64 * 1024
    assert json.loads(zlib.decompressobj(31).decompress(bomb.body, 10_000))["event_data"]
    assert len(gzip.decompress(bomb.body)) > 32 * 1024 * 1024


def test_list_huge_deep_and_doubled(fake: Any, receiver: Any) -> None:
    assert isinstance(came(fake, receiver, "body=list").event, list)
    receiver.requests.clear()
    huge = came(fake, receiver, "body=huge:3")
    assert len(huge.body) > 3 * 1024 * 1024
    assert huge.event["event_type"] == "avatar_video.success"
    assert len(fake.rows("/_sim/journal", kind="attempt")[-1]["request"]["body"]) < 40_000
    receiver.requests.clear()
    assert b"[" * 10_000 in came(fake, receiver, "body=deep").body
    receiver.requests.clear()
    doubled = came(fake, receiver, "body=doubled").body
    assert doubled.startswith(b'{"event_type":"avatar_video.fail","event_type":"avatar_video.success"')


def test_faults_of_content_go_together_and_are_signed_as_sent(fake: Any, receiver: Any) -> None:
    fake.finish("body=older body=extra body=gzip", receiver.url)
    document = json.loads(gzip.decompress(receiver.posts()[0].body))
    assert {"event", "data", "tenant"} <= set(document)


def test_inner_url_stands_in_the_event_alone(fake: Any, receiver: Any) -> None:
    fake.finish("url=ssrf", receiver.url)
    (event,) = receiver.events()
    assert event["event_data"]["url"].startswith("http://169.254.169.254/")
    video_id = event["event_data"]["video_id"]
    assert "169.254" not in fake.get(video_id)["video_url"]
