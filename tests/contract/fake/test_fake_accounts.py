"""Accounts: every API key has a world of its own; the control routes see one or all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

BODY = {"type": "avatar", "avatar_id": "lucia_studio_front", "script": "Hola. [[sim: render=10s]]"}


@pytest.fixture
def other(server: Any) -> Any:
    with httpx.Client(base_url=server.url, headers={"Authorization": "Bearer other"}, timeout=30) as client:
        yield client


def test_account_sees_nothing_of_another(fake: Any, other: httpx.Client, receiver: Any) -> None:
    fake.register(receiver.url + "/mine")
    mine = fake.video("render=10s")
    theirs = other.post("/v3/videos", json=BODY).json()["data"]["video_id"]
    assert mine != theirs
    assert other.get(f"/v3/videos/{mine}").status_code == 404
    assert [row["id"] for row in other.get("/v3/videos").json()["data"]] == [theirs]
    assert other.get("/v3/webhooks/endpoints").json()["data"] == []
    fake.advance(10)
    assert [event["event_data"]["video_id"] for event in receiver.events()] == [mine]
    assert len(other.get("/v3/webhooks/events").json()["data"]) == 1


def test_account_has_its_own_wallet_keys_and_limits(fake: Any, other: httpx.Client) -> None:
    fake.play(name="mine", concurrency=1)
    key = {"Idempotency-Key": "same"}
    first, second = fake.create(key="same"), other.post("/v3/videos", json=BODY, headers=key)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() != second.json()
    assert fake.create().status_code == 429
    fake.api.post("/_sim/wallet?account=other", json={"balance": 0})
    fake.advance(600)
    assert (fake.create().status_code, other.post("/v3/videos", json=BODY).status_code) == (200, 402)


def test_control_routes_see_all_accounts_or_the_one_that_is_named(fake: Any, other: httpx.Client) -> None:
    mine = fake.video("render=10s")
    theirs = other.post("/v3/videos", json=BODY).json()["data"]["video_id"]
    assert [row["video_id"] for row in fake.rows("/_sim/ledger")] == [mine, theirs]
    assert [row["video_id"] for row in fake.rows("/_sim/ledger", account="other")] == [theirs]
    assert [row["video_id"] for row in fake.rows("/_sim/ledger", account="any")] == [mine]
    assert len(fake.rows("/_sim/journal")) == 2
    (entry,) = fake.rows("/_sim/journal", account="other")
    assert theirs in entry["response"]
    assert len(fake.api.get("/_sim/journal.jsonl", params={"account": "other"}).text.splitlines()) == 1
    assert fake.api.get("/_sim/ledger", params={"account": "nobody"}).status_code == 404
    assert len(fake.rows("/_sim/accounts")) >= 2
    assert fake.api.get("/_sim/health").json()["videos"] == 2


def test_control_acts_on_a_video_of_any_account(fake: Any, other: httpx.Client, receiver: Any) -> None:
    fake.video("render=10s")
    theirs = other.post("/v3/videos", json=BODY | {"callback_url": receiver.url}).json()["data"]["video_id"]
    (delivery,) = fake.api.post("/_sim/trigger", json={"video_id": theirs}).json()["data"]
    assert delivery["state"] == "delivered"
    fake.api.post(f"/_sim/deliveries/{delivery['delivery_id']}/resend")
    assert len(receiver.events()) == 2
    fake.advance(10)
    url = other.get(f"/v3/videos/{theirs}").json()["data"]["video_url"]
    assert httpx.head(url, timeout=30).status_code == 200


def test_scenario_may_be_that_of_one_account(fake: Any, other: httpx.Client) -> None:
    fake.video(), other.post("/v3/videos", json=BODY)
    fake.api.put("/_sim/scenario?account=other", json={"name": "strict", "strict": True})
    assert other.post("/v3/videos", json=BODY | {"test": True}).status_code == 400
    assert fake.create(test=True).status_code == 200
    assert fake.api.get("/_sim/scenario?account=other").json()["name"] == "strict"


def test_reset_clears_every_account(fake: Any, other: httpx.Client) -> None:
    fake.video(), other.post("/v3/videos", json=BODY)
    fake.api.post("/_sim/reset")
    assert fake.rows("/_sim/ledger") == fake.rows("/_sim/journal") == []
    assert other.get("/v3/videos").json()["data"] == []


def test_accounts_come_back_after_a_kill(started: Any, tmp_path: Path, receiver: Any) -> None:
    words = ("--state", str(tmp_path / "s.db"), "--seed", "3")
    first = started(*words)
    ids = []
    for key in ("a", "b"):
        with httpx.Client(base_url=first.url, headers={"X-Api-Key": key}, timeout=20) as api:
            api.post("/_sim/clock", json={"frozen": True})
            body = BODY | {"callback_url": f"{receiver.url}/{key}"}
            ids.append(api.post("/v3/videos", json=body).json()["data"]["video_id"])
    first.process.kill()
    first.process.wait(5)
    second = started(*words)
    with httpx.Client(base_url=second.url, headers={"X-Api-Key": "b"}, timeout=20) as api:
        assert [row["id"] for row in api.get("/v3/videos").json()["data"]] == [ids[1]]
        api.post("/_sim/clock", json={"advance_s": 10})
        rows = api.get("/_sim/ledger").json()["data"]
    assert [(row["video_id"], row["outcome"]) for row in rows] == [(ids[0], "completed"), (ids[1], "completed")]
    assert [event["event_data"]["video_id"] for event in receiver.events("/b")] == [ids[1]]


def test_a_rotated_key_opens_the_same_account_and_the_old_one_is_refused(fake: Any, server: Any, receiver: Any) -> None:
    fake.register(receiver.url + "/mine")
    video_id = fake.video("render=10s")
    assert fake.api.post("/_sim/keys", json={"old": "any", "new": "fresh"}).status_code == 200
    refused = fake.api.get(f"/v3/videos/{video_id}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")
    assert fake.create().status_code == 401
    with httpx.Client(base_url=server.url, headers={"X-Api-Key": "fresh"}, timeout=30) as renewed:
        assert renewed.get(f"/v3/videos/{video_id}").status_code == 200
        assert len(renewed.get("/v3/webhooks/endpoints").json()["data"]) == 1
        fake.advance(10)  # what was ordered with the old key goes on
        assert [event["event_data"]["video_id"] for event in receiver.events()] == [video_id]
        assert renewed.get(f"/v3/videos/{video_id}").json()["data"]["status"] == "completed"
    fake.api.post("/_sim/reset")
    assert fake.create().status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"old": "any", "new": "other"}, 409),
        ({"old": "nobodys", "new": "fresh"}, 404),
        ({"old": "any", "new": "invalid"}, 400),
        ({"old": "any", "new": " "}, 400),
        ({"old": "any"}, 400),
    ],
)
def test_a_key_is_not_rotated_into_what_cannot_be(
    fake: Any, other: httpx.Client, body: dict[str, str], status: int
) -> None:
    fake.video()
    other.get("/v3/users/me")
    assert fake.api.post("/_sim/keys", json=body).status_code == status
    assert fake.api.get("/v3/users/me").status_code == 200


def test_a_rotated_key_stays_refused_after_a_restart(started: Any, tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "world.db"))
    first = started(*state)
    key = {"X-Api-Key": "a"}
    made = httpx.post(f"{first.url}/v3/videos", json=BODY, headers=key).json()["data"]["video_id"]
    httpx.post(f"{first.url}/_sim/keys", json={"old": "a", "new": "b"})
    first.stop()
    again = started(*state)
    assert httpx.get(f"{again.url}/v3/videos/{made}", headers=key).status_code == 401
    assert httpx.get(f"{again.url}/v3/videos/{made}", headers={"X-Api-Key": "b"}).status_code == 200
