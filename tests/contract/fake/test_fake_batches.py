"""Batches: many videos in one call, and the event when all have ended."""

from __future__ import annotations

from typing import Any

import pytest


def order(words: str = "", **fields: Any) -> dict[str, Any]:
    return {"type": "avatar", "avatar_id": "lucia_studio_front", "script": f"Hola. [[sim: {words}]]"} | fields


def batch(fake: Any, *videos: dict[str, Any], **fields: Any) -> dict[str, Any]:
    response = fake.api.post("/v3/videos/batches", json={"videos": list(videos)} | fields)
    assert response.status_code == 200, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


def test_batch_counts_its_items_and_says_when_the_last_has_ended(fake: Any, receiver: Any) -> None:
    endpoint = fake.register(receiver.url + "/account", events=["batch.finished"])
    made = batch(
        fake,
        order("render=10s"),
        order("render=20s outcome=failed code=odd"),
        order(avatar_id="nobody"),
        title="Otoño",
        callback_url=receiver.url + "/batch",
    )
    assert (made["title"], made["status"], made["total_items"]) == ("Otoño", "processing", 3)
    assert made["counts_by_status"] == {"waiting": 2, "failed": 1}
    assert made["items"][2] == {
        "item_index": 2,
        "status": "failed",
        "video_id": None,
        "error": {"code": "avatar_not_found", "message": "Avatar nobody not found"},
    }
    fake.advance(19)
    assert receiver.posts() == []
    fake.advance(1)
    done = fake.api.get(f"/v3/videos/batches/{made['batch_id']}").json()["data"]
    assert (done["status"], done["counts_by_status"]) == ("completed", {"completed": 1, "failed": 2})
    assert [item["error"] and item["error"]["code"] for item in done["items"]] == [None, "odd", "avatar_not_found"]
    (account,), (own,) = receiver.events("/account"), receiver.events("/batch")
    assert account["event_type"] == own["event_type"] == "batch.finished"
    assert account["event_id"] == own["event_id"]
    assert own["event_data"]["counts_by_status"] == {"completed": 1, "failed": 2}
    assert "Signature" in receiver.posts("/account")[0].headers
    assert endpoint["events"] == ["batch.finished"]


def test_items_tell_their_batch_and_have_fates_and_callbacks_of_their_own(fake: Any, receiver: Any) -> None:
    made = batch(fake, order("render=1s"), order("render=1s webhook=duplicate:3", callback_url=receiver.url))
    ids = [item["video_id"] for item in made["items"]]
    rows = fake.rows("/v3/videos/statuses", video_ids=",".join(ids))
    assert [(row["batch_id"], row["item_index"]) for row in rows] == [(made["batch_id"], 0), (made["batch_id"], 1)]
    fake.advance(1)
    assert [event["event_data"]["video_id"] for event in receiver.events()] == [ids[1]] * 3


def test_batch_with_an_endless_item_is_never_finished(fake: Any, receiver: Any) -> None:
    made = batch(fake, order("render=1s"), order("status=stuck"), callback_url=receiver.url)
    fake.advance(100_000)
    assert receiver.events() == []
    assert fake.api.get(f"/v3/videos/batches/{made['batch_id']}").json()["data"]["status"] == "processing"


def test_batch_of_refused_items_is_finished_at_once(fake: Any, receiver: Any) -> None:
    batch(fake, order(avatar_id="nobody"), callback_url=receiver.url)
    fake.advance(0.001)
    assert [event["event_type"] for event in receiver.events()] == ["batch.finished"]


def test_batch_is_made_once_for_its_key(fake: Any) -> None:
    body, key = {"videos": [order("render=1s")]}, {"Idempotency-Key": "b"}
    first, again = (fake.api.post("/v3/videos/batches", json=body, headers=key) for _ in range(2))
    assert first.content == again.content
    assert len(fake.rows("/_sim/ledger")) == 1


@pytest.mark.parametrize("videos", [[], [order()] * 101, "x", [1], None])
def test_batch_must_have_one_to_a_hundred_videos(fake: Any, videos: Any) -> None:
    response = fake.api.post("/v3/videos/batches", json={"videos": videos})
    assert (response.status_code, response.json()["error"]["param"]) == (400, "videos")


def test_unknown_batch_is_not_found(fake: Any) -> None:
    assert fake.api.get("/v3/videos/batches/nothing").status_code == 404


def test_item_without_credit_is_failed_and_not_paid(fake: Any) -> None:
    fake.api.post("/_sim/wallet", json={"balance": 0.2})
    made = batch(fake, order("render=1s"), order("render=1s"))
    assert [item["error"] and item["error"]["code"] for item in made["items"]] == [None, "insufficient_credit"]
    assert sum(row["charges"] for row in fake.rows("/_sim/ledger")) == 1


def test_batch_may_be_larger_than_what_renders_at_once(fake: Any) -> None:
    fake.play(name="mine", concurrency=1)
    made = batch(fake, *(order("render=10s") for _ in range(3)))
    assert made["counts_by_status"] == {"waiting": 3}
    assert fake.create().status_code == 429
