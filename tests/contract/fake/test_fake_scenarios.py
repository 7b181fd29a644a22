"""The bundled scenarios: each is played to its end, and the same seed gives the same journal to the byte."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from fake_heygen import scenario as scenarios
from fake_heygen.scenario_reader import load_scenario

TROUBLES = set(range(1, 37))  # what people met, as the list of faults in the field numbers it
PROMISED = {
    *("healthy", "black-friday", "webhooks-down", "webhooks-down-for-ten-minutes", "duplicate-storm", "forger"),
    *("rotating-secret", "out-of-credit", "429-and-no-hint", "stuck-at-97", "two-truths"),
}


def test_promised_scenarios_are_there_and_every_trouble_of_the_field_is_played() -> None:
    assert set(scenarios.names()) >= PROMISED
    assert len(scenarios.names()) >= 25
    assert {trouble for name in scenarios.names() for trouble in load_scenario(name).troubles} == TROUBLES
    assert load_scenario("black-friday").reels == 500


def order(number: int, url: str) -> dict[str, Any]:
    return {
        "type": "avatar",
        "avatar_id": "lucia_studio_front",
        "script": f"Hola {number}.",
        "title": f"Reel {number}",
        "callback_url": f"{url}/reel/{number}",
        "callback_id": str(number),
    }


IN_REAL_TIME = ("slow-answers", "bad-line")  # what these do takes real seconds, and other tests see it


@pytest.mark.parametrize("name", [name for name in scenarios.names() if name not in IN_REAL_TIME])
def test_scenario_can_be_played_to_its_end(fake: Any, receiver: Any, name: str) -> None:
    fake.play(**(dict(scenarios.load(name)) | {"probe": False}))
    fake.register(receiver.url + "/account")
    answers: set[int | None] = set()
    for number in range(12):
        try:
            answers.add(fake.api.post("/v3/videos", json=order(number, receiver.url), timeout=2).status_code)
        except httpx.HTTPError:
            answers.add(None)
        fake.advance(20)
    fake.advance(5 * 86_400)
    assert answers <= {200, 400, 401, 402, 409, 429, 503, None}
    rows = fake.rows("/_sim/ledger")
    assert bool(rows) is (name != "refused-orders")
    assert all(row["outcome"] for row in rows) is (name not in ("stuck-at-97", "vanishing"))
    assert {row["state"] for row in fake.rows("/_sim/deliveries")} <= {"delivered", "dropped", "abandoned"}
    assert fake.api.get("/v3/users/me").status_code == 200


def test_refused_orders_are_counted_one_by_one(fake: Any, receiver: Any) -> None:
    fake.play(name="refused-orders")
    codes = [
        fake.api.post("/v3/videos", json=order(number, receiver.url)).json()["error"]["code"]
        for number in (1, 2, 3, 4, 1, 5)
    ]
    assert codes == [
        "avatar_not_usable",
        "invalid_parameter",
        "download_failed",
        "content_policy_violation",
        "avatar_not_usable",
        "content_policy_violation",
    ]


@pytest.mark.parametrize("name", ["everything", "black-friday"])
def test_same_seed_and_requests_give_the_same_journal_to_the_byte(started: Any, receiver: Any, name: str) -> None:
    journals = []
    for _ in range(2):
        receiver.requests.clear()
        running = started("--seed", "11", "--scenario", name, "--start", "2026-12-01T09:00:00Z", "--frozen")
        with httpx.Client(base_url=running.url, headers={"X-Api-Key": "k"}, timeout=20) as api:
            for number in range(15):
                try:
                    key = {"Idempotency-Key": f"key-{number}"}
                    answer = api.post("/v3/videos", json=order(number, receiver.url), headers=key)
                    api.get("/v3/videos", params={"limit": 100})
                    assert answer.status_code < 500 or answer.status_code == 503
                except httpx.HTTPError:
                    api.post("/v3/videos", json=order(number, receiver.url), headers=key)
                api.post("/_sim/clock", json={"advance_s": 30})
            api.post("/_sim/clock", json={"advance_s": 90_000})
            entries = api.get("/_sim/journal").json()["data"]
        text = json.dumps(entries, indent=1).replace(running.url, "SIM").replace(running.url.rpartition(":")[2], "PORT")
        journals.append(text)
    assert len(json.loads(journals[0])) > 40
    assert journals[0] == journals[1]


def test_other_seed_gives_another_journal(fake: Any) -> None:
    scenario = load_scenario("everything")
    drawn = [
        [
            scenarios.draw_fate(scenario, scenarios.Candidate(title="", script="", avatar="", ordinal=n), seed)
            for n in range(20)
        ]
        for seed in (1, 2, 1)
    ]
    assert drawn[0] == drawn[2] != drawn[1]


def test_rule_may_look_at_the_callback_address(fake: Any, receiver: Any) -> None:
    fake.play(name="mine", rule=[{"match": {"callback": "/b"}, "fate": {"outcome": "failed", "render": "1s"}}])
    a = fake.video("render=1s", callback_url=receiver.url + "/a")
    b = fake.video(callback_url=receiver.url + "/b")
    fake.advance(1)
    assert (fake.get(a)["status"], fake.get(b)["status"]) == ("completed", "failed")


def test_same_words_ordered_again_are_a_new_order(fake: Any) -> None:
    fake.play(
        name="mine", rule=[{"match": {"nth": 2}, "fate": {"outcome": "failed"}}], render={"low": "1s", "high": "1s"}
    )
    ids = [fake.video() for _ in range(3)]
    fake.advance(1)
    assert [fake.get(video_id)["status"] for video_id in ids] == ["completed", "failed", "completed"]
