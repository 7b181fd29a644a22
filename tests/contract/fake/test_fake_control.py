"""The control routes: who may use them, the clock, scenarios, the journal."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


def test_health_says_that_it_is_simulated(fake: Any) -> None:
    health = fake.api.get("/_sim/health").json()
    assert (health["status"], health["simulated"], health["scenario"]) == ("ok", True, "healthy")


@pytest.mark.parametrize("host", ["example.com", "example.com:8900", "127.0.0.1.example.com", "192.168.1.4", ""])
def test_control_is_refused_under_a_host_name_that_is_not_loopback(fake: Any, host: str) -> None:
    response = fake.api.get("/_sim/health", headers={"Host": host})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "forbidden")
    assert fake.api.get("/v3/users/me", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]:8900", "localhost:1"])
def test_control_is_open_under_loopback_names(fake: Any, host: str) -> None:
    assert fake.api.get("/_sim/health", headers={"Host": host}).status_code == 200


def test_clock_tells_what_is_due_next(fake: Any) -> None:
    video_id = fake.video("render=50s")
    clock = fake.api.get("/_sim/clock").json()
    assert (clock["frozen"], clock["speed"], clock["next"]["kind"]) == (True, 1, "render_end")
    assert clock["next"]["subject"] == video_id
    assert clock["next"]["at"] == pytest.approx(clock["now"] + 50)


def test_an_attempt_that_was_overtaken_by_a_resend_is_due_no_more(fake: Any, receiver: Any) -> None:
    receiver.statuses = [503, 503, 200]
    fake.finish("", receiver.url)
    (delivery,) = fake.rows("/_sim/deliveries")
    assert (fake.clock(frozen=True)["due_count"], fake.clock(frozen=True)["next"]["kind"]) == (1, "attempt")
    fake.api.post(f"/_sim/deliveries/{delivery['delivery_id']}/resend")
    clock = fake.clock(frozen=True)
    assert [due["at"] - clock["now"] for due in clock["due"]] == [pytest.approx(60)]
    assert fake.api.post(f"/_sim/deliveries/{delivery['delivery_id']}/resend").json()["state"] == "delivered"
    clock = fake.clock(frozen=True)
    assert (clock["next"], clock["due"], clock["due_count"]) == (None, [], 0)


def test_frozen_clock_stands_still_and_requests_are_still_answered(fake: Any) -> None:
    first = fake.clock(frozen=True)["now"]
    fake.video()
    assert fake.clock(frozen=True)["now"] == first
    assert fake.clock(advance_s=30)["now"] == first + 30


def test_speed_makes_renders_end_sooner(fake: Any, eventually: Any) -> None:
    video_id = fake.video("render=1000s")
    fake.clock(frozen=False, speed=10_000)
    assert eventually(lambda: fake.get(video_id)["status"] == "completed")


@pytest.mark.parametrize(
    "change",
    [{}, {"advance_s": -1}, {"speed": 0}, {"speed": "x"}, {"frozen": 1}, {"back_s": 3}, {"advance_s": 1e300}],
)
def test_wrong_clock_changes_are_refused(fake: Any, change: dict[str, Any]) -> None:
    before = fake.api.get("/_sim/clock").json()["now"]
    assert fake.api.post("/_sim/clock", json=change).status_code == 400
    assert fake.api.get("/_sim/clock").json()["now"] == before


def test_scenarios_are_listed_and_played_while_running(fake: Any) -> None:
    names = {row["name"] for row in fake.rows("/_sim/scenarios")}
    assert {"default", "demo", "healthy"} <= names
    fake.play(name="webhooks-down")
    assert fake.api.get("/_sim/scenario").json()["name"] == "webhooks-down"
    fake.play(
        name="mine", concurrency=2, rule=[{"match": {"title": "no"}, "fate": {"outcome": "failed", "render": "1s"}}]
    )
    failed, fine = fake.video("", title="¡No!"), fake.video("render=1s", title="sí")
    fake.advance(1)
    assert (fake.get(failed)["status"], fake.get(fine)["status"]) == ("failed", "completed")


@pytest.mark.parametrize("scenario", [{"name": "nothing"}, {"name": "../demo"}, {"concurrency": 0}, {"x": 1}])
def test_unknown_scenario_is_refused_and_the_known_are_named(fake: Any, scenario: dict[str, Any]) -> None:
    response = fake.api.put("/_sim/scenario", json=scenario)
    assert response.status_code == 400
    assert fake.api.get("/_sim/scenario").json()["name"] == "healthy"


def test_journal_lists_requests_and_attempts_but_not_control_calls(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=1s", callback_url=receiver.url)
    fake.advance(1)
    fake.get(video_id)
    entries = fake.rows("/_sim/journal")
    assert [entry["kind"] for entry in entries] == ["request", "attempt", "request"]
    create, attempt, get = entries
    assert (create["method"], create["path"], create["status"]) == ("POST", "/v3/videos", 200)
    assert create["headers"]["x-api-key"] == "***"
    assert video_id in create["response"]
    assert "Hola a todos." in create["body"]
    assert (get["method"], get["path"]) == ("GET", f"/v3/videos/{video_id}")
    assert attempt["request"]["body"] == receiver.requests[0].body.decode()
    assert (attempt["response"]["status"], attempt["response"]["body"]) == (200, "OK")
    assert (attempt["error"], attempt["fault"], attempt["attempt"]) == (None, None, 1)
    assert len(fake.rows("/_sim/journal", kind="request", limit=1)) == 1
    assert fake.rows("/_sim/journal", since=attempt["at"] + 1) == []
    assert fake.api.get("/_sim/journal", params={"limit": "x"}).status_code == 400


def test_reset_forgets_everything_but_gives_no_id_twice(fake: Any) -> None:
    before = fake.video(key="k")
    fake.api.post("/_sim/reset")
    assert fake.rows("/_sim/ledger") == fake.rows("/_sim/journal") == fake.rows("/v3/videos") == []
    assert fake.video(key="k") != before


def test_faults_are_listed_with_their_grammar(fake: Any) -> None:
    rows = {row["name"]: row for row in fake.rows("/_sim/faults")}
    assert rows["webhook=duplicate"]["grammar"] == "webhook=duplicate[:<count>]"
    assert rows["webhook=drop"]["points"] == ["schedule-deliveries"]


def test_simulator_says_in_a_header_which_request_it_was(fake: Any) -> None:
    ids = {fake.api.get("/v3/voices").headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3


def test_wallet_balance_must_be_a_number(fake: Any) -> None:
    for wrong in ({}, {"balance": -1}, {"balance": "much"}):
        assert fake.api.post("/_sim/wallet", json=wrong).status_code == 400


def test_unauthorized_calls_stand_in_the_journal(fake: Any, server: Any) -> None:
    httpx.get(f"{server.url}/v3/users/me")
    (entry,) = fake.rows("/_sim/journal")
    assert entry["status"] == 401
