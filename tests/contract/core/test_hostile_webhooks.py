"""Send what an outsider could send: no answer but a refusal or a recorded 200, and no reel changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.signature import sign
from tests.conftest import Build
from tests.contract.core.receiving import ACCOUNT, Receiving, receiving
from tests.factories import SECRET, House, a_body

ALLOWED = {200, 400, 401, 404, 405, 413, 415, 503}
GOOD = a_body(video_id="v_x")
Hostile = tuple[str, bytes, list[tuple[bytes, bytes]]]

BODIES: list[bytes] = [
    b"",
    b"\x00",
    b"\xff" * 100,
    b"\xef\xbb\xbf" + GOOD,
    b"\xff\xfe" + GOOD.decode().encode("utf-16-le"),
    b"null",
    b"true",
    b"-",
    b"1e999",
    b"NaN",
    b'{"event_type": NaN}',
    b'{"event_type": Infinity}',
    b"[" * 65_000,
    b'{"a":' * 13_000,
    b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    b'"' + b"a" * 65_000,
    b'{"event_type": "' + b"a" * 65_000 + b'"}',
    b'{"event_type": "a", "n": ' + b"9" * 65_000 + b"}",
    b'{"event_type": "a", "n": -1e-99999}',
    b'{"event_type": "avatar_video.success", "event_data": {"video_id": "' + b"v" * 65_000 + b'"}}',
    b'{"event_type": "\\ud800"}',
    b'{"event_type": "\\udfff\\ud800"}',
    b'{"event_type": "a\\u0000b"}',
    b'{"event_type": "avatar_video.success", "event_data": {"video_id": "\\u0000"}}',
    b'{"event_type": "avatar_video.success", "event_data": {"video_id": "v1\\u0000"}}',
    b'{"event_type": "avatar_video.success", "event_type": "avatar_video.fail"}',
    b'{"event_type": "avatar_video.success", "event_data": [{"video_id": "v1"}]}',
    b'{"event_type": "avatar_video.success", "event_data": "v1"}',
    b'{"event_type": "avatar_video.success", "event_data": {"video_id": {"$ne": null}}}',
    b'{"event_type": "avatar_video.success", "event_data": {"video_id": ["v1"]}}',
    b'{"event_type": "avatar_video.success", "event_data": {"video_id": 1}}',
    b'{"event_type": {"a": 1}}',
    b'{"event_type": "<script>alert(1)</script>"}',
    b'{"event_type": "\'; DROP TABLE reel; --"}',
    b'{"event_type": "avatar_video.success", "event_data": {"video_id": "v1\' OR \'1\'=\'1"}}',
    b'{"event_type": "{0.__class__}", "event_data": {"video_id": "%s%n{x}"}}',
    b'{"event_type": "' + "🎬".encode() * 60 + b'"}',
    b'{"__proto__": {"event_type": "avatar_video.success"}}',
    b"event_type=avatar_video.success&video_id=v1",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    b"\x1f\x8b\x08\x00" + b"\x00" * 50,
    GOOD + b"\x00",
    GOOD + GOOD,
    GOOD.replace(b'"', b"'"),
    b" " * 65_000 + GOOD,
]
PATHS: list[str] = [
    f"{ACCOUNT}/reel/1/%00",
    f"{ACCOUNT}/reel/1/%ff%fe",
    f"{ACCOUNT}/reel/1/..%2f..%2fetc%2fpasswd",
    f"{ACCOUNT}/reel/1/" + "t" * 5000,
    f"{ACCOUNT}/reel/1/%F0%9F%8E%AC",
    f"{ACCOUNT}/reel/1/' OR '1'='1",
    f"{ACCOUNT}/reel/1/a/b",
    f"{ACCOUNT}/reel/-1/token",
    f"{ACCOUNT}/reel/1e9/token",
    f"{ACCOUNT}/reel/" + "9" * 400 + "/token",
    f"{ACCOUNT}/reel/9223372036854775807/token",
    f"{ACCOUNT}/reel/9223372036854775808",
    f"{ACCOUNT}/reel/%D9%A1",
    f"{ACCOUNT}/reel/%00",
    f"{ACCOUNT}/reel/1;drop",
    f"{ACCOUNT}/reel/null",
    f"{ACCOUNT}/reel/ 1",
    f"{ACCOUNT}/reel//",
    f"{ACCOUNT}/reel",
    f"{ACCOUNT}//reel/1",
]
HEADERS: list[tuple[bytes, bytes]] = [
    (b"signature", b"\xff\xfe\xfd"),
    (b"signature", "señal".encode()),
    (b"signature", b"," * 60_000),
    (b"signature", b"0" * 64),
    (b"signature", b""),
    (b"heygen-signature", b"None"),
    (b"heygen-signature", b"null\x00"),
    (b"content-length", b"-1"),
    (b"content-length", b"abc"),
    (b"content-length", b"\xff"),
    (b"content-length", b"9" * 400),
    (b"content-length", b"0x10"),
    (b"content-type", b"\xff\xfe; charset=\xff"),
    (b"content-type", b"application/json; charset="),
    (b"content-type", b"application/json; charset=utf-7"),
    (b"content-type", b"multipart/form-data; boundary=" + b"x" * 5000),
    (b"content-encoding", b"gzip, gzip, gzip"),
    (b"content-encoding", b"\xff"),
    (b"user-agent", b"\xff" * 5000),
    (b"heygen-event-id", b"\x00\n"),
    (b"heygen-timestamp", b"9" * 5000),
    (b"transfer-encoding", b"chunked, chunked"),
    (b"x-forwarded-for", b"' OR 1=1"),
]


def signature_of(body: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"heygen-signature", sign(body, SECRET).encode())]


def hostile_requests(token_path: str) -> list[Hostile]:
    """Return everything: odd bodies behind a good proof and behind none, odd paths, odd headers."""
    requests: list[Hostile] = []
    for body in BODIES:
        requests += [(ACCOUNT, body, signature_of(body)), (token_path, body, []), (f"{ACCOUNT}/reel/1", body, [])]
    for path in PATHS:
        requests += [(path, GOOD, []), (path, GOOD, signature_of(GOOD))]
    for header in HEADERS:
        requests += [(ACCOUNT, GOOD, [header]), (token_path, GOOD, [header])]
        requests.append((ACCOUNT, GOOD, [header, *signature_of(GOOD)]))
    return requests


@pytest.fixture
def house(build: Build) -> House:
    return build("hybrid")


@pytest.fixture
def receiver(house: House) -> Iterator[Receiving]:
    house.stored()
    house.stored("completed")
    house.stored("pending")
    house.wire.finish("v1")
    with receiving(house) as running:
        yield running


def send(receiver: Receiving, request: Hostile) -> int:
    path, body, headers = request
    return receiver.raw(path, [{"type": "http.request", "body": body}], headers).status


def test_at_least_100_of_them_are_tried() -> None:
    assert len(hostile_requests("/")) > 200


def test_nothing_hostile_breaks_the_receiver_or_changes_a_reel(receiver: Receiving, house: House) -> None:
    requests = hostile_requests(receiver.token_path(1))
    before = [house.store.reels.get(reel_id) for reel_id in (1, 2, 3)]
    acknowledged = []
    for path, body, headers in requests:
        status = send(receiver, (path, body, headers))
        assert status in ALLOWED | {307}, (status, path[:80], body[:80], headers)
        if status == 200:
            acknowledged.append(body)
    kept = {delivery.body for delivery in receiver.stored()}
    assert set(acknowledged) == kept
    assert sum(delivery.seen for delivery in receiver.stored()) == len(acknowledged)
    assert [house.store.reels.get(reel_id) for reel_id in (1, 2, 3)] == before


def test_what_was_recorded_of_it_can_be_worked_off_and_shown(receiver: Receiving, house: House) -> None:
    for request in hostile_requests(receiver.token_path(3)):
        send(receiver, request)
    untouched = [house.store.reels.get(reel_id) for reel_id in (2, 3)]
    receiver.work()
    assert [house.store.reels.get(reel_id) for reel_id in (2, 3)] == untouched
    assert {str(delivery.verdict) for delivery in receiver.stored()} <= {
        "applied",
        "duplicate",
        "early",
        "unknown_event",
        "unknown_reel",
        "other_video",
        "unconfirmed",
    }
    for reel_id in (1, 2, 3):
        shown = house.store.timeline.of(reel_id)
        assert json.dumps([dict(entry.detail) for entry in shown])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60), signed=st.booleans(), path=st.sampled_from([ACCOUNT, f"{ACCOUNT}/reel/1", "token"]))
def test_no_bytes_break_the_receiver(receiver: Receiving, body: bytes, signed: bool, path: str) -> None:
    where = receiver.token_path(1) if path == "token" else path
    assert send(receiver, (where, body, signature_of(body) if signed else [])) in ALLOWED


values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.fixed_dictionaries(
        {"event_type": st.sampled_from(["avatar_video.success", "avatar_video.fail", "batch.finished"])},
        optional={"event_data": values, "data": values, "event_id": values, "created_at": values},
    )
)
def test_no_shape_of_an_event_is_lost_or_breaks_the_work(receiver: Receiving, data: dict[str, Any]) -> None:
    body = json.dumps(data).encode()
    status = send(receiver, (ACCOUNT, body, signature_of(body)))
    assert status == (400 if b"\\ud" in body and status == 400 else 200)
    receiver.work()
    assert all(str(delivery.verdict) not in {"poison", "applied"} for delivery in receiver.stored())
