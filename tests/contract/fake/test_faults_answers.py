"""Faults of HeyGen's answers: refusals, spoilt reads, and spells that strike the whole account."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ("answer=401:2", 401, "unauthorized"),
        ("answer=402:2", 402, "insufficient_credit"),
        ("answer=403:2", 403, "resource_access_denied"),
        ("answer=404:2", 404, "avatar_not_found"),
        ("answer=429:2", 429, "rate_limit_exceeded"),
        ("answer=500:2", 500, "internal_error"),
        ("answer=503:2", 503, "service_unavailable"),
        ("answer=504:2", 504, "gateway_timeout"),
    ],
)
def test_create_is_refused_as_often_as_was_asked_for(fake: Any, words: str, status: int, code: str) -> None:
    answers = [fake.create(words, key="k") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].json()["error"]["code"] == code
    assert len(fake.rows("/_sim/ledger")) == 1


@pytest.mark.parametrize(
    ("code", "status"),
    [("content_policy_violation", 400), ("avatar_not_usable", 400), ("plan_upgrade_required", 402), ("what", 400)],
)
def test_create_is_refused_for_ever_with_any_code(fake: Any, code: str, status: int) -> None:
    answers = [fake.create(f"answer=code:{code}", key=f"k{number}") for number in range(3)]
    assert {answer.status_code for answer in answers} == {status}


@pytest.mark.parametrize(
    ("pace", "low", "high"),
    [
        ({"speed": 1, "frozen": False}, 1, 3),
        ({"speed": 60, "frozen": False}, 0, 2),
        ({"speed": 0.05, "frozen": False}, 20, 22),
        ({"frozen": True, "advance_s": 864_000}, 1, 3),
    ],
)
def test_retry_after_may_be_a_date_that_is_right_for_a_real_client(
    fake: Any, pace: dict[str, Any], low: float, high: float
) -> None:
    fake.clock(**pace)
    refused = fake.create("answer=429:date", key="k")
    when, date = (parsedate_to_datetime(refused.headers[name]) for name in ("Retry-After", "Date"))
    assert abs((date - datetime.now(UTC)).total_seconds()) < 3, "Date tells the real time"
    assert low <= (when - date).total_seconds() <= high
    assert low - 1 < (when - datetime.now(UTC)).total_seconds() <= high
    assert fake.create("answer=429:date", key="k").status_code == 200


def test_daily_limit_holds_until_the_next_day_begins(fake: Any) -> None:
    refused = fake.create("answer=429:daily")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "quota_exceeded")
    assert "Retry-After" not in refused.headers
    now = fake.api.get("/_sim/clock").json()["now"]
    to_midnight = 86_400 - now % 86_400
    fake.advance(to_midnight - 1)
    assert fake.create("answer=429:daily").status_code == 429
    fake.advance(1)
    assert fake.create("answer=429:daily").status_code == 200


def test_warning_stands_beside_a_good_answer(fake: Any) -> None:
    answer = fake.create("answer=warning")
    assert set(answer.json()) == {"data", "warning"}
    assert {"deprecation", "sunset"} <= set(answer.headers)


@pytest.mark.parametrize(
    ("words", "status"), [("get=404:2", 404), ("get=429:2", 429), ("get=500:2", 500), ("get=503:2", 503)]
)
def test_first_reads_are_refused_whichever_call_asks(fake: Any, words: str, status: int) -> None:
    video_id = fake.video(f"render=10s {words}")
    first = fake.api.get(f"/v3/videos/{video_id}")
    second = fake.api.get("/v3/videos/statuses", params={"video_ids": f"{video_id},other"})
    third = fake.api.get(f"/v3/videos/{video_id}")
    assert [answer.status_code for answer in (first, second, third)] == [status, status, 200]
    assert ("Retry-After" in first.headers) is (status == 429)


@pytest.mark.parametrize("words", ["get=html", "get=malformed"])
def test_first_read_is_200_and_no_json(fake: Any, words: str) -> None:
    video_id = fake.video(words)
    spoilt = fake.api.get(f"/v3/videos/{video_id}")
    assert spoilt.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        spoilt.json()
    assert fake.get(video_id)["id"] == video_id


def test_first_read_is_cut_off(fake: Any) -> None:
    video_id = fake.video("get=reset")
    with pytest.raises(httpx.RemoteProtocolError):
        fake.get(video_id)
    assert fake.get(video_id)["id"] == video_id


@pytest.mark.parametrize(
    ("spell", "status"), [("spell=401", 401), ("spell=429", 429), ("spell=500", 500), ("spell=503", 503)]
)
def test_spell_strikes_every_call_of_the_account_for_its_time(fake: Any, spell: str, status: int) -> None:
    video_id = fake.video(f"render=10s {spell}:60s")
    paths = (f"/v3/videos/{video_id}", "/v3/users/me", "/v3/webhooks/events")
    assert {fake.api.get(path).status_code for path in paths} == {status}
    assert fake.create().status_code == status
    fake.advance(60)
    assert {fake.api.get(path).status_code for path in paths} == {200}


def test_spell_may_cut_every_call_off(fake: Any) -> None:
    fake.video("spell=cut:60s")
    with pytest.raises(httpx.RemoteProtocolError):
        fake.api.get("/v3/users/me")
    fake.advance(60)
    assert fake.api.get("/v3/users/me").status_code == 200


def test_lagging_lists_show_nothing_new_while_the_video_can_be_asked_for(fake: Any) -> None:
    before = fake.video("render=1s")
    fake.advance(2)
    lagging = fake.video("render=1s spell=lists:60s")
    fake.advance(1)
    assert [row["id"] for row in fake.rows("/v3/videos")] == [before]
    assert len(fake.rows("/v3/webhooks/events")) == 1
    assert fake.get(lagging)["status"] == "completed"
    fake.advance(60)
    assert len(fake.rows("/v3/videos")) == len(fake.rows("/v3/webhooks/events")) == 2


def test_outage_of_webhooks_ends_in_a_burst(fake: Any, receiver: Any) -> None:
    first = fake.video("render=10s spell=webhooks:600s", callback_url=receiver.url)
    others = [fake.video(f"render={n}s webhook=volley:2", callback_url=receiver.url) for n in (20, 30)]
    fake.advance(599)
    assert receiver.requests == []
    fake.advance(1)
    assert len(receiver.events()) == 5
    started = fake.ledger(first)["created_at"]
    for video_id in (first, *others):
        assert {round(attempt["at"] - started, 3) for attempt in fake.attempts(video_id)} == {600}


def test_spell_can_be_cast_on_demand(fake: Any) -> None:
    assert fake.api.post("/_sim/spells", json={"kind": "503", "for_s": 30}).json()["kind"] == "503"
    assert fake.api.get("/v3/users/me").status_code == 503
    fake.advance(30)
    assert fake.api.get("/v3/users/me").status_code == 200
    assert fake.api.post("/_sim/spells", json={"kind": "rain"}).status_code == 400


def test_spells_of_a_scenario_begin_and_end_at_their_moments(fake: Any) -> None:
    fake.play(name="mine", spell=[{"kind": "503", "from": "10s", "for": "5s"}])
    seen = []
    for seconds in (0, 10, 4, 1):
        fake.advance(seconds)
        seen.append(fake.api.get("/v3/users/me").status_code)
    assert seen == [200, 503, 503, 200]
    fake.api.post("/_sim/reset")
    fake.advance(10)
    assert fake.api.get("/v3/users/me").status_code == 503
