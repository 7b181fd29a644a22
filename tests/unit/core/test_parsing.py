from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import parsing
from core.errors import BadAnswer
from core.models import RemoteStatus
from core.parsing import WebhookEvent, webhook_event


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", RemoteStatus.RUNNING),
        ("waiting", RemoteStatus.RUNNING),
        ("pending", RemoteStatus.RUNNING),
        ("processing", RemoteStatus.RUNNING),
        ("completed", RemoteStatus.COMPLETED),
        ("failed", RemoteStatus.FAILED),
        ("not_found", RemoteStatus.MISSING),
        ("melting", RemoteStatus.UNKNOWN),
        ("COMPLETED", RemoteStatus.UNKNOWN),
    ],
)
def test_each_status_word_means_one_thing(word: str, status: RemoteStatus) -> None:
    video = parsing.video({"id": "v1", "status": word})
    assert (video.status, video.raw_status) == (status, word)


def test_id_and_status_are_enough() -> None:
    video = parsing.video({"id": "v1", "status": "processing"})
    assert video.video_id == "v1"
    assert (video.video_url, video.duration_s, video.created_at, video.failure_code) == (None, None, None, None)


def test_a_video_may_name_itself_as_the_answer_to_its_making_does() -> None:
    assert parsing.video({"video_id": "v1", "status": "waiting"}).video_id == "v1"
    assert parsing.video({"video_id": "v2", "id": "v1", "status": "waiting"}).video_id == "v1"


def test_a_whole_video_is_read() -> None:
    video = parsing.video(
        {
            "id": "v1",
            "status": "completed",
            "title": "Launch",
            "created_at": 1_795_500_000,
            "completed_at": 1_795_500_060.5,
            "video_url": "https://files.test/v.mp4",
            "captioned_video_url": "https://files.test/c.mp4",
            "subtitle_url": "https://files.test/s.srt",
            "thumbnail_url": "https://files.test/t.jpg",
            "duration": 12.25,
            "folder_id": None,
            "something_new": {"deep": [1, 2]},
        },
        "req_1",
    )
    assert video.created_at == datetime.fromtimestamp(1_795_500_000, UTC)
    assert video.completed_at == datetime.fromtimestamp(1_795_500_060.5, UTC)
    assert video.captioned_video_url == "https://files.test/c.mp4"
    assert video.subtitle_url == "https://files.test/s.srt"
    assert video.thumbnail_url == "https://files.test/t.jpg"
    assert (video.title, video.duration_s, video.request_id) == ("Launch", 12.25, "req_1")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": "v1"},
        {"status": "completed"},
        {"id": "", "status": "completed"},
        {"id": 7, "status": "completed"},
        {"id": "v1", "status": None},
        {"id": "v1", "status": ""},
        {"id": "v1", "status": ["completed"]},
    ],
)
def test_a_video_without_id_or_status_is_no_answer(data: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer):
        parsing.video(data)


NO_NUMBERS = [None, "soon", True, [], {}, float("nan"), float("inf"), -float("inf"), 10**400]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: str(value)[:8])
def test_a_number_that_makes_no_sense_is_left_out(value: object) -> None:
    odd = {"duration": value, "created_at": value, "completed_at": value}
    video = parsing.video({"id": "v1", "status": "completed", **odd})
    assert (video.duration_s, video.created_at, video.completed_at) == (None, None, None)


@pytest.mark.parametrize("value", [1e300, -1e300, 10**15])
def test_a_time_that_no_calendar_has_is_left_out(value: float) -> None:
    assert parsing.video({"id": "v1", "status": "completed", "created_at": value}).created_at is None


def test_half_an_emoji_in_heygens_words_does_not_break_the_store() -> None:
    video = parsing.video({"id": "v1", "status": "failed", "failure_message": "cut \ud83d"})
    assert video.failure_message == "cut ?"


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"failure_code": "rendering_failed", "failure_message": "It broke."}, "rendering_failed", "It broke."),
        ({"failure_code": "rendering_failed"}, "rendering_failed", None),
        ({"failure_message": "It broke."}, None, "It broke."),
        ({"error": "It broke."}, None, "It broke."),
        ({"error": {"code": "internal", "message": "It broke."}}, "internal", "It broke."),
        ({"error": {"code": 40119, "detail": "It broke."}}, None, "It broke."),
        ({"msg": "It broke."}, None, "It broke."),
        ({"message": "It broke."}, None, "It broke."),
        ({"failure_code": "a", "failure_message": "first", "error": {"code": "b", "message": "second"}}, "a", "first"),
        ({"error": None, "failure_code": None, "failure_message": ""}, None, None),
        ({"error": []}, None, None),
        ({}, None, None),
    ],
)
def test_the_reason_is_found_in_every_place_it_was_seen(
    fields: dict[str, Any], code: str | None, message: str | None
) -> None:
    video = parsing.video({"id": "v1", "status": "failed", **fields})
    assert (video.failure_code, video.failure_message) == (code, message)


def test_a_row_of_the_bulk_statuses_names_its_video_otherwise() -> None:
    row = parsing.status_row({"video_id": "v1", "status": "failed", "error": "It broke.", "batch_id": None})
    assert (row.video_id, row.status, row.failure_message) == ("v1", RemoteStatus.FAILED, "It broke.")
    with pytest.raises(BadAnswer):
        parsing.status_row({"status": "failed"})


@pytest.mark.parametrize(
    ("data", "name", "balance", "currency"),
    [
        (
            {"username": "ana", "billing_type": "wallet", "wallet": {"remaining_balance": 5, "currency": "usd"}},
            "ana",
            5.0,
            "usd",
        ),
        ({"email": "ana@reels.test", "wallet": None}, "ana@reels.test", None, None),
        ({"wallet": {"remaining_balance": float("nan")}}, "", None, None),
        ({"wallet": "full"}, "", None, None),
        ({}, "", None, None),
    ],
)
def test_an_account_is_read_however_little_it_says(
    data: dict[str, Any], name: str, balance: float | None, currency: str | None
) -> None:
    account = parsing.account(data)
    assert (account.name, account.balance, account.currency) == (name, balance, currency)


def event(kind: str = "avatar_video.success", **known: str | None) -> WebhookEvent:
    fields: dict[str, Any] = {"event_id": None, "video_id": None, "callback_id": None} | known
    return WebhookEvent(event_type=kind, **fields)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {
                "event_type": "avatar_video.success",
                "event_data": {
                    "video_id": "v1",
                    "url": "https://files.test/v.mp4",
                    "gif_download_url": None,
                    "folder_id": None,
                    "callback_id": "reel-1",
                },
            },
            event(video_id="v1", callback_id="reel-1"),
        ),
        (
            {"event_type": "avatar_video.fail", "event_data": {"video_id": "v1", "msg": "It broke."}},
            event("avatar_video.fail", video_id="v1"),
        ),
        (
            {"event_id": "evt_1", "event_type": "avatar_video.success", "event_data": {"id": "v1"}, "created_at": 3},
            event(event_id="evt_1", video_id="v1"),
        ),
        ({"event": "avatar_video.success", "data": {"video_id": "v1", "video_url": "u"}}, event(video_id="v1")),
        (
            {"event": "avatar_video.fail", "data": {"video_id": "v1", "error": "x"}},
            event("avatar_video.fail", video_id="v1"),
        ),
        ({"event_type": "batch.finished"}, event("batch.finished")),
        ({"event_type": "a", "event_data": None, "data": {"video_id": "v2"}}, event("a", video_id="v2")),
        ({"event_type": "a", "event_data": ["v1"]}, event("a")),
        ({"event_type": "a", "event_data": {"video_id": 7, "callback_id": {}}}, event("a")),
        ({"event_type": None, "event": "b"}, event("b")),
        ({"event_type": "a" * 200}, event("a" * 200)),
        ({"event_type": "ñandú 🎬", "event_data": {}}, event("ñandú 🎬")),
    ],
)
def test_every_documented_shape_of_a_delivery_is_read(data: dict[str, Any], expected: WebhookEvent) -> None:
    assert webhook_event(json.dumps(data).encode()) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'"avatar_video.success"',
        b"7",
        b"{}",
        b'{"event_type": ""}',
        b'{"event_type": null}',
        b'{"event_type": 7}',
        b'{"event_type": ["avatar_video.success"]}',
        b'{"event_data": {"video_id": "v1"}}',
        b'{"event_type": "' + b"a" * 201 + b'"}',
        b'{"event_type": "a"',
        b'{"event_type": "a"} trailing',
        b'{"event_type": "a"}{"event_type": "b"}',
        b"{'event_type': 'a'}",
        b'{"event_type": NaN}',
        b'{"event_type": "a", "x": NaN}',
        b'{"event_type": "a", "x": Infinity}',
        b'{"event_type": "a", "x": 01}',
        b'{"event_type": "\xff\xfe"}',
        b'\xff\xfe{\x00"\x00',
        b'{"event_type": "a\x00b"}',
        b"<html>",
        b"event_type=avatar_video.success",
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    ],
)
def test_what_is_not_an_object_with_an_event_type_is_refused_in_one_way(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"^not JSON$|^not a JSON object$|^no event type$"):
        webhook_event(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"event_type": "a", "x": 1e999}',
        b'{"event_type": "a", "x": ' + b"9" * 5000 + b"}",
        b'{"event_type": "a", "x": "\\ud800"}',
        b'{"event_type": "\\ud800"}',
        b'{"event_type": "a", "event_type": "b"}',
        b'\xef\xbb\xbf{"event_type": "a"}',
        b'{"event_type": "a\\u0000b"}',
    ],
)
def test_odd_json_is_either_read_or_refused(body: bytes) -> None:
    try:
        read = webhook_event(body)
    except ValueError:
        return
    assert read.event_type
    read.event_type.encode()


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading(body: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert webhook_event(body).event_type


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = ["event_type", "event", "event_data", "data", "event_id", "video_id", "callback_id", "id"]


@given(st.dictionaries(st.sampled_from(NAMES), json_values | st.dictionaries(st.sampled_from(NAMES), json_values)))
def test_no_shape_breaks_the_reading(data: dict[str, Any]) -> None:
    try:
        body = json.dumps(data).encode()
        read = webhook_event(body)
    except ValueError:
        return
    assert read.event_type in (data.get("event_type"), data.get("event"))


ANSWER = ["id", "video_id", "status", "duration", "created_at", "completed_at", "error", "failure_code", "video_url"]


@given(st.dictionaries(st.sampled_from(ANSWER), json_values))
def test_no_answer_of_heygen_raises_anything_but_bad_answer(data: dict[str, Any]) -> None:
    try:
        parsing.video(data)
    except BadAnswer:
        has_status = isinstance(data.get("status"), str) and data["status"]
        has_id = any(isinstance(data.get(name), str) and data[name] for name in ("id", "video_id"))
        assert not (has_status and has_id)
