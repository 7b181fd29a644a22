"""Faults of meaning: what HeyGen says is not what is so, or not yet, or no longer."""

from __future__ import annotations

from typing import Any

import pytest


def told(fake: Any, video_id: str) -> tuple[str, str]:
    """Return what get and statuses say of a video."""
    single = fake.api.get(f"/v3/videos/{video_id}").json()
    (row,) = fake.rows("/v3/videos/statuses", video_ids=video_id)
    return single["data"]["status"] if "data" in single else single["error"]["code"], row["status"]


@pytest.mark.parametrize(
    ("words", "told_at"),
    [
        ("status=regress:20s", {10: "completed", 16: "processing", 34: "processing", 35: "completed"}),
        ("status=unknown:20s", {9: "processing", 10: "finalizing", 29: "finalizing", 30: "completed"}),
        ("status=lag:20s", {10: "processing", 29: "processing", 30: "completed"}),
        ("status=stuck", {100_000: "processing"}),
    ],
)
def test_status_is_told_as_the_fault_says_by_both_calls(fake: Any, words: str, told_at: dict[int, str]) -> None:
    video_id, now = fake.video(f"render=10s {words}"), 0
    for moment, status in told_at.items():
        fake.advance(moment - now)
        now = moment
        assert told(fake, video_id) == (status, status), moment


def test_unseen_video_is_not_found_at_first(fake: Any) -> None:
    video_id = fake.video("render=10s status=unseen:4s")
    assert told(fake, video_id) == ("video_not_found", "not_found")
    assert fake.rows("/v3/videos") == []
    fake.advance(4)
    assert told(fake, video_id) == ("processing", "processing")


def test_vanished_video_is_gone_when_it_should_end(fake: Any) -> None:
    video_id = fake.video("render=10s status=vanish")
    fake.advance(10)
    assert told(fake, video_id) == ("video_not_found", "not_found")


def test_late_video_completes_long_after_with_its_webhook(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=10s status=late:49h", callback_url=receiver.url)
    fake.advance(48 * 3600)
    assert told(fake, video_id) == ("processing", "processing")
    fake.advance(3600)
    assert told(fake, video_id)[0] == "completed"
    assert len(receiver.events()) == 1


def test_completed_with_a_credit_error_has_both_a_link_and_a_code(fake: Any) -> None:
    video_id = fake.finish("outcome=credit")
    seen = fake.get(video_id)
    assert (seen["status"], seen["failure_code"]) == ("completed", "MOVIO_PAYMENT_INSUFFICIENT_CREDIT")
    assert seen["video_url"]
    (row,) = fake.rows("/v3/videos/statuses", video_ids=video_id)
    assert (row["status"], row["error"]["code"]) == ("completed", "MOVIO_PAYMENT_INSUFFICIENT_CREDIT")


def test_completed_video_without_a_link_never_gets_one(fake: Any, receiver: Any) -> None:
    video_id = fake.finish("url=never", receiver.url, after_s=100_000)
    assert (fake.get(video_id)["status"], fake.get(video_id)["video_url"]) == ("completed", None)
    assert "url" not in receiver.events()[0]["event_data"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("reason=none", None, None),
        ("reason=code", "tts_text_invalid", None),
        ("reason=message", None, "no"),
    ],
)
def test_reason_is_told_in_part_or_not_at_all(
    fake: Any, receiver: Any, words: str, code: str | None, message: str | None
) -> None:
    video_id = fake.finish(f"outcome=failed code=tts_text_invalid message=no {words}", receiver.url)
    seen = fake.get(video_id)
    assert (seen["failure_code"], seen["failure_message"]) == (code, message)
    (row,) = fake.rows("/v3/videos/statuses", video_ids=video_id)
    assert row["error"] == ({"code": code, "message": message} if code or message else None)
    assert receiver.events()[0]["event_data"]["msg"] == message
