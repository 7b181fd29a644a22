from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from core.models import ReelStatus, Verdict
from core.receiver import LIMIT_BYTES
from core.recorder import MAX_WAITING, TooManyWaiting
from core.signature import sign
from tests.conftest import Build
from tests.contract.core.receiving import ACCOUNT, Answer, Receiving, receiving
from tests.factories import SECRET, House, a_body, a_delivery, wait_until

BODY = a_body(note="ñ 😀")


@pytest.fixture
def house(build: Build) -> House:
    return build("hybrid")


@pytest.fixture
def receiver(house: House) -> Iterator[Receiving]:
    house.stored()
    with receiving(house) as running:
        yield running


@contextmanager
def locked(house: House) -> Iterator[None]:
    with closing(sqlite3.connect(house.store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


# 200


@pytest.mark.parametrize("name", ["heygen_signature", "signature", "Heygen_Signature", "SIGNATURE"])
@pytest.mark.parametrize("path", [ACCOUNT, f"{ACCOUNT}/reel/1", f"{ACCOUNT}/reel/1/wrong-token"])
def test_a_signed_delivery_is_recorded_on_every_route(receiver: Receiving, path: str, name: str) -> None:
    answer = receiver.post(path, BODY, **{name: sign(BODY, SECRET)})
    assert (answer.status, answer.body) == (200, b"OK")
    [delivery] = receiver.stored()
    assert (delivery.body, delivery.auth) == (BODY, "signature")
    assert delivery.reel_id == (None if path == ACCOUNT else 1)


def test_a_token_is_enough_and_the_body_is_kept_as_it_came(receiver: Receiving) -> None:
    body = b'  {"event_type" :"avatar_video.success",\r\n "event_data":{}}\n'
    answer = receiver.post(receiver.token_path(1), body, user_agent="HeyGen/1", content_type="application/json")
    assert (answer.status, answer.body) == (200, b"OK")
    [delivery] = receiver.stored()
    assert (delivery.body, delivery.auth, delivery.reel_id) == (body, "token", 1)
    assert delivery.headers == {"user-agent": "HeyGen/1", "content-type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        a_body("avatar_video_gif.success"),
        a_body("something.new"),
        a_body(video_id="v_of_somebody_else"),
        a_body(video_id=None),
        b'{"event": "avatar_video.success", "data": {"video_id": "v1", "video_url": "u"}}',
        b'{"event_type": "avatar_video.fail", "event_data": {"video_id": "v1", "msg": "It broke."}}',
    ],
)
def test_news_that_is_not_for_us_is_recorded_too(receiver: Receiving, body: bytes) -> None:
    assert receiver.signed(ACCOUNT, body).status == 200
    assert receiver.post(receiver.token_path(1), body).status == 200
    assert [delivery.body for delivery in receiver.stored()] == [body, body]


def test_a_delivery_is_news_and_changes_no_reel_by_itself(receiver: Receiving, house: House) -> None:
    before = house.store.reels.get(1)
    receiver.post(receiver.token_path(1), BODY)
    assert house.store.reels.get(1) == before
    assert house.wire.requests == []
    house.wire.finish("v1")
    receiver.work()
    assert house.store.reels.get(1).status is ReelStatus.COMPLETED


def test_four_identical_deliveries_are_one_that_was_seen_four_times(receiver: Receiving) -> None:
    for _ in range(4):
        assert receiver.signed(ACCOUNT, BODY).status == 200
    [delivery] = receiver.stored()
    assert delivery.seen == 4


def test_another_reels_video_under_a_right_token_changes_nothing(receiver: Receiving, house: House) -> None:
    other = house.stored()
    house.wire.finish("v2")
    assert receiver.post(receiver.token_path(1), a_body(video_id="v2")).status == 200
    receiver.work()
    assert receiver.stored()[0].verdict is Verdict.OTHER_VIDEO
    assert house.again(other) == other


def test_while_a_secret_is_rotated_both_are_believed(house: House) -> None:
    with receiving(house, secrets=("whsec_new", "whsec_old")) as receiver:
        assert receiver.signed(ACCOUNT, BODY, "whsec_old").status == 200
        assert receiver.signed(ACCOUNT, BODY, "whsec_new").status == 200
        assert receiver.signed(ACCOUNT, BODY, "whsec_older").status == 401


def test_of_several_signatures_one_that_holds_is_enough(receiver: Receiving) -> None:
    right = sign(BODY, SECRET)
    assert receiver.post(ACCOUNT, BODY, signature=f"junk,{right}").status == 200
    assert receiver.post(ACCOUNT, BODY, signature="junk", heygen_signature=right).status == 200


def test_the_timestamp_is_never_required_nor_believed(receiver: Receiving) -> None:
    assert receiver.signed(ACCOUNT, BODY, heygen_timestamp="1").status == 200
    assert receiver.signed(ACCOUNT, BODY, heygen_timestamp="yesterday").status == 200


def test_a_signature_is_never_stored(receiver: Receiving) -> None:
    receiver.signed(ACCOUNT, BODY, heygen_event_id="evt_1")
    [delivery] = receiver.stored()
    assert delivery.headers["heygen-event-id"] == "evt_1"
    assert delivery.headers["heygen-signature"] == "***"
    assert sign(BODY, SECRET) not in str(delivery)


def test_each_recorded_delivery_is_logged_word_for_word(receiver: Receiving, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "core")
    receiver.signed(ACCOUNT, BODY)
    receiver.post(ACCOUNT, BODY)
    assert [record.getMessage() for record in caplog.records].count("Webhook procesado: 200") == 1


# OPTIONS, GET, HEAD


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "HEAD"])
@pytest.mark.parametrize("path", [ACCOUNT, f"{ACCOUNT}/reel/1", f"{ACCOUNT}/reel/999", f"{ACCOUNT}/reel/x/y"])
def test_a_probe_is_answered_at_once_without_store_and_proof(receiver: Receiving, method: str, path: str) -> None:
    with locked(receiver.house):
        began = time.monotonic()
        answer = receiver.request(method, path)
        assert time.monotonic() - began < 1
    assert answer.status in {200, 204}
    assert "POST" in answer.headers["allow"]


# 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"signature": ""},
        {"signature": "0" * 64},
        {"signature": sign(BODY, "whsec_other")},
        {"signature": sign(BODY + b" ", SECRET)},
        {"heygen_signature": sign(BODY, SECRET).upper()},
        {"authorization": f"Bearer {SECRET}"},
        {"x_signature": sign(BODY, SECRET)},
    ],
)
@pytest.mark.parametrize("path", [ACCOUNT, f"{ACCOUNT}/reel/1", f"{ACCOUNT}/reel/1/guess", f"{ACCOUNT}/reel/999"])
def test_without_proof_nothing_is_taken(receiver: Receiving, path: str, headers: dict[str, str]) -> None:
    before = receiver.house.store.reels.get(1)
    assert receiver.post(path, BODY, **headers).status == 401
    assert receiver.stored() == []
    assert receiver.house.store.reels.get(1) == before


def test_a_token_of_one_reel_is_no_proof_for_another(receiver: Receiving, house: House) -> None:
    house.stored()
    path = receiver.token_path(1)
    assert receiver.post(path.replace("/reel/1/", "/reel/2/"), BODY).status == 401
    assert receiver.post(path.replace("/reel/1/", "/reel/999/"), BODY).status == 401
    assert receiver.post(path, BODY).status == 200


def test_every_token_of_a_reel_that_was_sent_twice_stays_good(receiver: Receiving) -> None:
    for token in ("first", "second"):
        assert receiver.post(receiver.token_path(1, token), BODY).status == 200


def test_without_a_secret_no_signature_is_believed(house: House) -> None:
    with receiving(house, secrets=()) as receiver:
        assert receiver.signed(ACCOUNT, BODY, "").status == 401
        assert receiver.signed(ACCOUNT, BODY).status == 401


def test_what_was_not_believed_is_counted_and_shown(receiver: Receiving, house: House) -> None:
    receiver.post(ACCOUNT, BODY)
    receiver.post(f"{ACCOUNT}/reel/1/guess", BODY)
    receiver.post(f"{ACCOUNT}/reel/1", BODY, signature="0" * 64)
    wait_until(lambda: house.store.facts.tallies("refused") == {"unsigned": 1, "forged": 2})
    shown = {(row["reason"], row["reel_id"], row["n"]) for row in house.store.facts.refusals()}
    assert shown == {("unsigned", None, 1), ("forged", 1, 2)}


# 404, 400, 415, 413, 408


@pytest.mark.parametrize("reel", ["999", "0", "-1", "1.0", "x", "9" * 18, "9" * 40, "１", "0x1", "1e3"])
def test_an_unknown_reel_is_not_found_for_those_who_may_ask(receiver: Receiving, reel: str) -> None:
    assert receiver.signed(f"{ACCOUNT}/reel/{reel}", BODY).status == 404
    assert receiver.signed(f"{ACCOUNT}/reel/{reel}/token", BODY).status == 404
    assert receiver.post(f"{ACCOUNT}/reel/{reel}", BODY).status == 401
    assert receiver.post(f"{ACCOUNT}/reel/{reel}/token", BODY).status == 401
    assert receiver.stored() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b'{"event_type": 1}', b"<xml/>", b"\xff\xfe"])
def test_what_is_no_object_with_an_event_type_is_a_bad_request(receiver: Receiving, body: bytes) -> None:
    assert receiver.signed(ACCOUNT, body).status == 400
    assert receiver.post(receiver.token_path(1), body).status == 400
    assert receiver.stored() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_encoding": "gzip"}, 415),
        ({"content_encoding": "br"}, 415),
        ({"content_encoding": "identity"}, 200),
        ({"content_type": "application/json; charset=utf-16"}, 415),
        ({"content_type": "application/json; charset=latin-1"}, 415),
        ({"content_type": "application/json; charset=UTF-8"}, 200),
        ({"content_type": 'application/json; charset="utf-8"'}, 200),
        ({"content_type": "text/plain"}, 200),
        ({"content_type": "application/x-www-form-urlencoded"}, 200),
    ],
)
def test_only_plain_utf_8_is_read_whatever_the_type_says(
    receiver: Receiving, headers: dict[str, str], status: int
) -> None:
    assert receiver.signed(ACCOUNT, BODY, **headers).status == status
    assert len(receiver.stored()) == (status == 200)


def body_of(n: int) -> bytes:
    body = a_body(pad="")
    return a_body(pad="x" * (n - len(body)))


def test_64_kib_are_taken_and_a_byte_more_is_not(receiver: Receiving) -> None:
    assert LIMIT_BYTES == 65_536
    assert len(body_of(LIMIT_BYTES)) == LIMIT_BYTES
    assert receiver.signed(ACCOUNT, body_of(LIMIT_BYTES)).status == 200
    assert receiver.signed(ACCOUNT, body_of(LIMIT_BYTES + 1)).status == 413
    assert receiver.signed(ACCOUNT, body_of(1_000_000)).status == 413
    assert len(receiver.stored()) == 1


@pytest.mark.parametrize("length", [b"65537", b"9" * 30])
def test_a_body_that_says_it_is_too_long_is_not_even_read(receiver: Receiving, length: bytes) -> None:
    answer = receiver.raw(ACCOUNT, [], [(b"content-length", length)])
    assert answer.status == 413
    assert answer.headers["connection"] == "close"


def test_a_body_that_comes_in_pieces_is_read_to_its_end(receiver: Receiving) -> None:
    pieces = [{"type": "http.request", "body": BODY[i : i + 7], "more_body": True} for i in range(0, len(BODY), 7)]
    headers = [(b"signature", sign(BODY, SECRET).encode())]
    assert receiver.raw(ACCOUNT, [*pieces, {"type": "http.request"}], headers).status == 200
    assert receiver.stored()[0].body == BODY


def test_a_stream_without_a_length_is_cut_off_once_it_is_too_long(receiver: Receiving) -> None:
    endless = [{"type": "http.request", "body": b"x" * 1000, "more_body": True}] * 66
    assert receiver.raw(ACCOUNT, endless).status == 413


def test_a_body_that_does_not_end_is_given_up(house: House) -> None:
    with receiving(house, body_timeout_s=0.05) as receiver:
        answer = receiver.raw(ACCOUNT, [{"type": "http.request", "body": b"{", "more_body": True}])
        assert answer.status == 408
        assert answer.headers["connection"] == "close"
        assert receiver.raw(ACCOUNT, []).status == 408


def test_a_client_that_hangs_up_midway_gets_no_answer_and_leaves_no_trace(receiver: Receiving) -> None:
    part = {"type": "http.request", "body": BODY[:5], "more_body": True}
    assert receiver.raw(ACCOUNT, [part, {"type": "http.disconnect"}]).status == 0
    assert receiver.stored() == []
    assert receiver.signed(ACCOUNT, BODY).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(receiver: Receiving, method: str) -> None:
    assert receiver.request(method, ACCOUNT, BODY).status == 405


# 503


def test_while_the_store_is_locked_the_sender_is_asked_to_come_again(house: House) -> None:
    house.stored()
    with receiving(house, busy_timeout_s=0.05) as receiver:
        path = receiver.token_path(1)
        with locked(house):
            for answer in (receiver.post(path, BODY), receiver.signed(ACCOUNT, BODY)):
                assert answer.status == 503
                assert int(answer.headers["retry-after"]) > 0
        assert receiver.stored() == []
        assert receiver.post(path, BODY).status == 200


def test_when_the_store_breaks_the_sender_is_asked_to_come_again(house: House) -> None:
    house.stored()
    with receiving(house, busy_timeout_s=0.05) as receiver:
        path = receiver.token_path(1)
        with closing(sqlite3.connect(house.store.path, isolation_level=None)) as other:
            other.execute("ALTER TABLE callback_token RENAME TO gone")
            assert receiver.post(path, BODY).status == 503
            other.execute("ALTER TABLE gone RENAME TO callback_token")
            other.execute("ALTER TABLE delivery RENAME TO gone")
            assert receiver.post(path, BODY).status == 503
            other.execute("ALTER TABLE gone RENAME TO delivery")
        assert receiver.post(path, BODY).status == 200


def test_when_too_much_waits_the_sender_is_asked_to_come_again(receiver: Receiving, house: House) -> None:
    request = ("POST", ACCOUNT, BODY, {"signature": sign(BODY, SECRET)})

    async def fill_and_ask() -> Answer:
        receiver.recorder.record(a_delivery())
        await asyncio.to_thread(wait_until, lambda: receiver.recorder.backlog == 0)  # the writer waits for the lock
        filled = False
        while not filled:
            try:
                receiver.recorder.record(a_delivery())
            except TooManyWaiting:
                filled = True
        return (await receiver._requests([request]))[0]

    with locked(house):
        answer = asyncio.run(fill_and_ask())
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    wait_until(lambda: receiver.recorder.backlog == 0)
    assert receiver.many([request])[0].status == 200
    assert max(delivery.seen for delivery in receiver.stored()) >= MAX_WAITING


# Many at once


def test_many_at_once_share_their_commits_and_each_is_in_the_store(receiver: Receiving) -> None:
    bodies = [a_body(video_id=f"v{n}") for n in range(300)]
    answers = receiver.many([("POST", ACCOUNT, body, {"signature": sign(body, SECRET)}) for body in bodies])
    assert {answer.status for answer in answers} == {200}
    assert sorted(delivery.body for delivery in receiver.stored()) == sorted(bodies)
    assert sum(n * size for size, n in receiver.recorder.batches.items()) == 300
    assert max(receiver.recorder.batches) > 10


def test_good_and_bad_at_once_do_not_disturb_each_other(receiver: Receiving) -> None:
    good = [a_body(video_id=f"v{n}") for n in range(40)]
    requests: list[tuple[str, str, bytes, dict[str, str]]] = []
    for body in good:
        requests += [
            ("POST", ACCOUNT, body, {"signature": sign(body, SECRET)}),
            ("POST", ACCOUNT, body, {"signature": "forged"}),
            ("POST", ACCOUNT, b"{", {"signature": sign(b"{", SECRET)}),
            ("GET", ACCOUNT, b"", {}),
        ]
    answers = receiver.many(requests)
    assert [answer.status for answer in answers] == [200, 401, 400, 200] * 40
    assert len(receiver.stored()) == 40
