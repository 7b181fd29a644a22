"""Faults of authenticity: each signature that does not fit, each header that is broken, each lie."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

Signed = Callable[[str, bytes], str]


def right(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture
def signed(fake: Any, receiver: Any) -> Callable[[str], tuple[Any, str]]:
    """Return a function: finish a video with these words, and give what came and what would be right."""
    endpoint = fake.register(receiver.url + "/account")

    def finish(words: str) -> tuple[Any, str]:
        fake.finish(words)
        got = receiver.posts()[-1]
        return got, right(endpoint["secret"], got.body)

    return finish


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("sign=bad", lambda seen, true: seen[:-1] == true[:-1] and seen != true and len(seen) == 64),
        ("sign=wrong", lambda seen, true: len(seen) == 64 and seen[:8] != true[:8]),
        ("sign=old", lambda seen, true: len(seen) == 64 and seen != true),
        ("sign=reserialised", lambda seen, true: len(seen) == 64 and seen != true),
        ("sign=empty", lambda seen, true: seen == ""),
        ("sign=short", lambda seen, true: seen == true[:20]),
        ("sign=long", lambda seen, true: len(seen) == 6000),
        ("sign=nothex", lambda seen, true: " " in seen),
        ("sign=base64", lambda seen, true: seen.endswith("=") and len(seen) == 44),
        ("sign=prefixed", lambda seen, true: seen == f"sha256={true}"),
        ("sign=upper", lambda seen, true: seen == true.upper() != true),
        ("header=bare", lambda seen, true: seen == true),
        ("header=stale", lambda seen, true: seen == true),
    ],
)
def test_signature_is_wrong_in_the_way_the_fault_says(signed: Any, words: str, fits: Callable[..., bool]) -> None:
    got, true = signed(words)
    assert fits(got.headers["Heygen-Signature"], true)


def test_reserialised_signature_fits_the_same_json_written_otherwise(fake: Any, receiver: Any) -> None:
    endpoint = fake.register(receiver.url + "/account")
    fake.finish("sign=reserialised")
    (got,) = receiver.posts()
    other = json.dumps(json.loads(got.body), indent=1, sort_keys=True).encode()
    assert got.headers["Signature"] == right(endpoint["secret"], other)


def test_bare_header_has_neither_timestamp_nor_event_id_and_stale_one_says_yesterday(signed: Any) -> None:
    bare, _ = signed("header=bare")
    assert not {"Heygen-Timestamp", "Heygen-Event-Id", "Signature"} & set(bare.headers)
    fresh, _ = signed("header=both")
    stale, _ = signed("header=stale")
    assert int(fresh.headers["Heygen-Timestamp"]) - int(stale.headers["Heygen-Timestamp"]) == 86_400 - 10


def test_binary_and_double_headers_go_out_as_they_are(fake: Any, raw: Any, eventually: Any) -> None:
    fake.play(name="mine", probe=False, signature_headers="plain")
    secret = fake.register(raw.url)["secret"]
    fake.finish("sign=binary")
    fake.finish("sign=twice")
    assert eventually(lambda: len(raw.connections) == 2)
    binary, twice = (came.bytes.partition(b"\r\n\r\n")[0].split(b"\r\n") for came in raw.connections)
    assert [line for line in binary if line.startswith(b"Signature: \xe9\xff\xa0")]
    values = [line[11:].decode() for line in twice if line.startswith(b"Signature: ")]
    true = right(secret, raw.connections[1].body)
    assert len(values) == 2
    assert values[0] != true
    assert values[1] == true


@pytest.mark.parametrize(
    ("words", "event_type"),
    [
        ("forge=success", "avatar_video.success"),
        ("forge=fail", "avatar_video.fail"),
        ("forge=foreign-success", "avatar_video.success"),
        ("forge=foreign-fail", "avatar_video.fail"),
    ],
)
def test_forged_event_comes_half_way_and_is_not_rightly_signed(
    fake: Any, receiver: Any, words: str, event_type: str
) -> None:
    endpoint = fake.register(receiver.url + "/account")
    video_id = fake.finish(words, receiver.url + "/reel", after_s=5)
    (unsigned,), (wrong,) = receiver.posts("/reel"), receiver.posts("/account")
    assert unsigned.event["event_type"] == event_type
    assert (unsigned.event["event_data"]["video_id"] == video_id) is ("foreign" not in words)
    assert wrong.headers["Signature"] != right(endpoint["secret"], wrong.body)
    assert fake.get(video_id)["status"] == "processing"
    assert fake.rows("/v3/webhooks/events") == []


def test_crossed_event_is_rightly_signed_and_names_another_reels_video(fake: Any, receiver: Any) -> None:
    endpoint = fake.register(receiver.url + "/account")
    other = fake.video("render=99s", callback_id="other")
    fake.finish("forge=crossed", receiver.url + "/reel", after_s=5)
    (crossed,), (account,) = receiver.posts("/reel"), receiver.posts("/account")
    assert crossed.event["event_data"]["video_id"] == other
    assert crossed.event["event_data"]["callback_id"] == "other"
    assert account.headers["Signature"] == right(endpoint["secret"], account.body)
    assert fake.get(other)["status"] == "processing"


def test_replay_is_the_same_to_the_byte_with_its_old_timestamp(fake: Any, receiver: Any) -> None:
    fake.register(receiver.url + "/account")
    fake.finish("forge=replay:1h", after_s=4000)
    first, again = receiver.posts("/account")
    assert first.body == again.body
    assert first.headers == again.headers
