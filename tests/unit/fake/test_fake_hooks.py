"""What faults do to plans, statuses, answers and signatures."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

import pytest

from fake_heygen.delivery import Delivery, acknowledged
from fake_heygen.hooks.create_answer import plan_answer
from fake_heygen.hooks.files import file_state
from fake_heygen.hooks.payload import told_payload
from fake_heygen.hooks.schedule import plan_events
from fake_heygen.hooks.signing import Signing, choose_signing
from fake_heygen.hooks.status import told_status
from fake_heygen.links import Links
from fake_heygen.retry import Retry
from fake_heygen.signature import sign, signature_headers
from fake_heygen.video import Video
from fake_heygen.views import event_data, status_row, video_view

Make = Callable[..., Video]


@pytest.mark.parametrize(
    ("words", "plan"),
    [
        ("", [("success", 1100, 1, False, False)]),
        ("outcome=failed", [("fail", 1100, 1, False, False)]),
        ("status=stuck", []),
        ("status=vanish", []),
        ("status=lag:9s", [("success", 1100, 1, False, False)]),
        ("webhook=drop", [("success", 1100, 1, True, False)]),
        ("webhook=duplicate:4", [("success", 1100, 4, False, False)]),
        ("webhook=delay:300s", [("success", 1400, 1, False, False)]),
        ("webhook=delay:300s webhook=duplicate:3", [("success", 1400, 3, False, False)]),
        ("webhook=early render=100s", [("success", 1000, 1, False, False)]),
        ("forge=success outcome=failed", [("success", 1050, 1, False, True), ("fail", 1100, 1, False, False)]),
        ("outcome=contradiction", [("success", 1100, 1, False, False), ("fail", 1105, 1, False, False)]),
    ],
)
def test_faults_shape_the_plan_of_events(
    video: Make, words: str, plan: list[tuple[str, float, int, bool, bool]]
) -> None:
    planned = [
        (event.event_type.removeprefix("avatar_video."), event.at, event.copies, event.dropped, event.forged)
        for event in plan_events(video(words))
    ]
    assert planned == plan


def test_caption_event_follows_only_a_success(video: Make) -> None:
    events = [event.event_type for event in plan_events(video("webhook=caption"))]
    assert events == ["avatar_video.success", "avatar_video_caption.success"]
    assert len(plan_events(video("webhook=caption outcome=failed"))) == 1


@pytest.mark.parametrize(
    ("words", "at", "status"),
    [
        ("", 1000, "pending"),
        ("", 1004, "processing"),
        ("", 1099.9, "processing"),
        ("", 1100, "completed"),
        ("outcome=failed", 1100, "failed"),
        ("outcome=contradiction", 1200, "completed"),
        ("status=stuck", 1000, "pending"),
        ("status=stuck", 9_000_000, "processing"),
        ("status=lag:5s", 1104.9, "processing"),
        ("status=lag:5s", 1105, "completed"),
        ("status=vanish", 1099, "processing"),
        ("status=vanish", 1100, "not_found"),
    ],
)
def test_status_is_told_as_the_fate_says(video: Make, words: str, at: float, status: str) -> None:
    assert told_status(video(words), at) == status


def test_bulk_status_words_differ_and_unknown_ids_are_not_found(video: Make) -> None:
    failed = status_row("a", video("outcome=failed code=c message=m"), 1200)
    assert status_row("a", video(), 1000)["status"] == "waiting"
    assert (failed["status"], failed["error"]) == ("failed", {"code": "c", "message": "m"})
    assert status_row("zz", None, 1000) == {
        "video_id": "zz",
        "status": "not_found",
        "error": None,
        "batch_id": None,
        "item_index": None,
    }
    assert status_row("a", video("statuses=partial"), 1000) is None


def test_failed_video_says_why_and_completed_one_has_links(video: Make) -> None:
    links = Links("http://127.0.0.1:1", 1)
    failed = video_view(video("outcome=failed code=c message=m"), 1200, links)
    done = video_view(video(caption={"file_format": "srt", "style": "default"}), 1200, links)
    assert (failed["failure_code"], failed["failure_message"], failed["video_url"]) == ("c", "m", None)
    assert (done["completed_at"], done["duration"]) == (1100, 3.0)
    assert all(done[name] for name in ("video_url", "captioned_video_url", "subtitle_url", "thumbnail_url"))
    assert "video_id" not in done
    assert "callback_id" not in done


def test_missing_url_is_missing_in_the_event_and_for_a_while_in_get(video: Make) -> None:
    links, missing = Links("http://127.0.0.1:1", 1), video("url=missing:30s")
    assert video_view(missing, 1129, links)["video_url"] is None
    assert video_view(missing, 1130, links)["video_url"]
    assert "url" not in told_payload(event_data("avatar_video.success", missing, "u", links), missing.fate.effects)
    assert file_state(video("url=notyet:10s"), 1109) == "notyet"
    assert file_state(video("url=notyet:10s"), 1110) == "sound"


def test_failure_event_carries_the_message(video: Make) -> None:
    links = Links("http://127.0.0.1:1", 1)
    data = event_data("avatar_video.fail", video("outcome=failed message=m", callback_id="7"), "u", links)
    assert data == {"video_id": "a" * 32, "msg": "m", "callback_id": "7"}


@pytest.mark.parametrize(
    ("words", "code", "refusals", "headers"),
    [
        ("answer=429", "rate_limit_exceeded", 1, {"Retry-After": "3"}),
        ("answer=429:5", "rate_limit_exceeded", 5, {"Retry-After": "3"}),
        ("answer=429:noretry", "rate_limit_exceeded", 1, {}),
        ("answer=500:2", "internal_error", 2, {}),
        ("answer=503", "service_unavailable", 1, {}),
    ],
)
def test_refusals_of_the_create_call(
    video: Make, words: str, code: str, refusals: int, headers: dict[str, str]
) -> None:
    answer = plan_answer(video(words).fate, 3)
    assert answer.refusal is not None
    assert (answer.refusal.code, answer.refusals, answer.refusal.headers) == (code, refusals, headers)


def test_signature_is_lower_case_hex_over_the_raw_body_with_the_whole_secret() -> None:
    body = '{"event_type":"avatar_video.success","ñ":1}'.encode()
    assert sign("whsec_abc", body) == hmac.new(b"whsec_abc", body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("plain", {"Signature"}),
        ("v3", {"Heygen-Signature", "Heygen-Timestamp", "Heygen-Event-Id"}),
        ("both", {"Signature", "Heygen-Signature", "Heygen-Timestamp", "Heygen-Event-Id"}),
        ("bare", {"Heygen-Signature"}),
    ],
)
def test_signature_stands_in_the_headers_of_the_style(style: str, names: set[str]) -> None:
    assert set(signature_headers(style, "s", timestamp=1, event_id="e")) == names


def test_signing_faults_choose_key_and_headers(video: Make) -> None:
    assert choose_signing(video("sign=old header=plain").fate.effects, "both") == Signing(key="old", headers="plain")
    assert choose_signing(video().fate.effects, "v3") == Signing(key="current", headers="v3")


def test_retries_grow_and_end_after_a_day() -> None:
    retry, at, gaps = Retry(first_s=30, factor=2, for_s=86400), 1000.0, list[float]()
    while (next_at := retry.next_at(attempts=len(gaps) + 1, first_at=1000.0, now=at)) is not None:
        gaps.append(next_at - at)
        at = next_at
    assert gaps[:3] == [30, 60, 120]
    assert gaps == sorted(gaps)
    assert 1000 + 43200 < at <= 1000 + 86400


@pytest.mark.parametrize(
    ("status", "received"),
    [(200, True), (204, True), (299, True), (300, False), (302, False), (500, False), (None, False)],
)
def test_any_2xx_and_nothing_else_is_received(status: int | None, received: bool) -> None:
    assert acknowledged(status) is received


def test_delivery_ends_delivered_or_abandoned() -> None:
    delivery = Delivery(
        delivery_id="d", event_id="e", event_type="t", video_id="v", url="u", body="{}", created_at=1, next_at=1
    )
    failed = delivery.attempted(at=1, status=500, error=None, next_at=31)
    assert (failed.state, failed.attempts, failed.next_at, failed.first_at) == ("pending", 1, 31, 1)
    assert failed.attempted(at=31, status=204, error=None, next_at=None).state == "delivered"
    assert failed.attempted(at=31, status=None, error="refused", next_at=None).state == "abandoned"


def test_link_is_long_signed_and_expires_on_the_clock_it_is_given() -> None:
    links = Links("http://127.0.0.1:8900", 1)
    link = links.video("a" * 32, 1000.0)
    path, _, query = link.removeprefix("http://127.0.0.1:8900").partition("?")
    assert len(link) >= 500
    assert links.allows(path, query, 1000.0 + 7 * 86400 - 1)
    assert not links.allows(path, query, 1000.0 + 7 * 86400)
    assert links.video("a" * 32, 1000.0) != link
    assert not Links("http://127.0.0.1:8900", 2).allows(path, query, 1000.0)


@pytest.mark.parametrize(
    "change", [("Expires=6", "Expires=7"), ("Signature=", "Signature=x"), ("K38", "K39"), ("a", "b")]
)
def test_changed_link_is_refused(change: tuple[str, str]) -> None:
    links = Links("http://127.0.0.1:8900", 1)
    path, _, query = links.video("a" * 32, 1000.0).removeprefix("http://127.0.0.1:8900").partition("?")
    assert change[0] in query
    assert not links.allows(path, query.replace(*change), 1000.0)
    assert not links.allows(path.replace("a" * 32, "b" * 32, 1), query, 1000.0)
