"""Limits and modes of an account: the rate, strict fields, rules that change while it runs, the start of time."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fake_heygen.openapi.operations import OPERATIONS


def test_rate_limit_counts_the_last_minute_and_says_how_long_to_wait(fake: Any) -> None:
    fake.play(name="mine", requests_per_minute=3)
    for seconds in (0, 10, 10):
        fake.advance(seconds)
        assert fake.api.get("/v3/users/me").status_code == 200
    refused = fake.api.get("/v3/users/me")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert refused.headers["Retry-After"] == "40"
    fake.advance(40)
    assert fake.api.get("/v3/users/me").status_code == 200
    assert fake.api.get("/v3/users/me").status_code == 429


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"test": True}, "test"),
        ({"voice_settings": {"speed": 1, "emotion": "x"}}, "voice_settings.emotion"),
        ({"caption": {"file_format": "srt", "font": "x"}}, "caption.font"),
    ],
)
def test_strict_mode_names_the_field_that_heygen_does_not_know(fake: Any, body: dict[str, Any], param: str) -> None:
    assert fake.create(**body).status_code == 200
    fake.play(name="mine", strict=True)
    refused = fake.create(**body)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, param)
    assert fake.create(title="x", voice_settings={"speed": 1}).status_code == 200


def test_strict_mode_holds_for_endpoints_and_batches(fake: Any, receiver: Any) -> None:
    fake.play(name="mine", strict=True)
    wrong = {"url": receiver.url, "secret": "x"}
    assert fake.api.post("/v3/webhooks/endpoints", json=wrong).json()["error"]["param"] == "secret"
    endpoint = fake.register(receiver.url, entity_id="e")
    path = f"/v3/webhooks/endpoints/{endpoint['endpoint_id']}"
    assert fake.api.patch(path, json={"enabled": True}).status_code == 400
    assert fake.api.post("/v3/videos/batches", json={"videos": [{}], "x": 1}).json()["error"]["param"] == "x"


STRANGE_QUERIES = [
    ("GET", "/v3/videos?limit=1&offset=3", "offset"),
    ("GET", "/v3/videos/statuses?video_ids=a&ids=b", "ids"),
    ("GET", "/v3/videos/abc?fields=url", "fields"),
    ("DELETE", "/v3/videos/abc?force", "force"),
    ("GET", "/v3/users/me?video_ids=a", "video_ids"),
    ("GET", "/v3/avatars?page=2", "page"),
    ("GET", "/v3/avatars/looks?Limit=2", "Limit"),
    ("GET", "/v3/voices?%5Blimit%5D=2", "[limit]"),
    ("POST", "/v3/videos?test=true", "test"),
    ("GET", "/v3/webhooks/events?type=avatar_video.success", "type"),
]


@pytest.mark.parametrize(("method", "path", "param"), STRANGE_QUERIES)
def test_strict_mode_names_the_query_parameter_that_heygen_does_not_know(
    fake: Any, method: str, path: str, param: str
) -> None:
    free = fake.api.request(method, path)
    assert free.json().get("error", {}).get("param") != param
    fake.play(name="mine", strict=True)
    refused = fake.api.request(method, path)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, param)
    assert refused.json()["error"]["code"] == "invalid_parameter"


def test_strict_mode_takes_every_query_parameter_that_is_documented(fake: Any) -> None:
    fake.play(name="mine", strict=True)
    for operation in OPERATIONS:
        if operation.method == "get" and operation.query:
            given = {name: KNOWN_VALUES.get(name, "x") for name, _ in operation.query if name != "token"}
            assert fake.api.get(operation.path, params=given).status_code == 200, operation.path


KNOWN_VALUES = {"limit": "2", "video_ids": "a,b"}


def test_strict_mode_refuses_an_upload_with_other_parts(fake: Any) -> None:
    files = {"file": ("a.png", b"PNG", "image/png")}
    assert fake.api.post("/v3/assets", files=files, data={"name": "a"}).status_code == 200
    fake.play(name="mine", strict=True)
    refused = fake.api.post("/v3/assets", files=files, data={"name": "a"})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "name")
    assert fake.api.post("/v3/assets", files=files).status_code == 200


def test_strict_on_the_command_line_outlasts_a_change_of_scenario(started: Any) -> None:
    running = started("--strict")
    with httpx.Client(base_url=running.url, headers={"X-Api-Key": "k"}, timeout=20) as api:
        api.put("/_sim/scenario", json={"name": "healthy"})
        body = {"type": "avatar", "avatar_id": "lucia_studio_front", "script": "x", "test": True}
        assert api.post("/v3/videos", json=body).json()["error"]["param"] == "test"


def test_rules_can_be_put_before_the_others_and_taken_away(fake: Any) -> None:
    rule = {"match": {"title": "malo"}, "fate": {"outcome": "failed", "render": "1s"}}
    before = fake.api.get("/v3/users/me").json()["data"]["wallet"]["remaining_balance"]
    assert len(fake.api.post("/_sim/rules", json=rule).json()["rules"]) == 1
    assert fake.api.get("/v3/users/me").json()["data"]["wallet"]["remaining_balance"] == before
    failed, fine = fake.video(title="malo"), fake.video("render=1s", title="bueno")
    fake.advance(1)
    assert (fake.get(failed)["status"], fake.get(fine)["status"]) == ("failed", "completed")
    assert fake.api.request("DELETE", "/_sim/rules").json()["rules"] == []
    later = fake.video("render=1s", title="malo")
    fake.advance(1)
    assert fake.get(later)["status"] == "completed"
    assert fake.api.post("/_sim/rules", json={"fate": {"webhook": "lost"}}).status_code == 400


def test_clock_begins_where_and_as_it_is_told_to(started: Any) -> None:
    running = started("--start", "2026-12-24T18:00:00Z", "--frozen")
    clock = httpx.get(f"{running.url}/_sim/clock").json()
    assert (clock["now"], clock["frozen"]) == (1_798_135_200.0, True)


@pytest.mark.parametrize("billing", ["wallet", "subscription", "usage_based"])
def test_account_is_billed_as_the_scenario_says(fake: Any, billing: str) -> None:
    fake.play(name="mine", billing_type=billing)
    assert fake.api.get("/v3/users/me").json()["data"]["billing_type"] == billing


def test_every_answer_is_marked_as_simulated(fake: Any) -> None:
    for path in ("/v3/users/me", "/v3/nothing", "/openapi.json"):
        assert fake.api.get(path).headers["X-Simulated"] == "fake_heygen"
