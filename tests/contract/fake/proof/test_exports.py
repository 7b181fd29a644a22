"""The journal as JSON lines and as HAR, its search, and the call that waits."""

from __future__ import annotations

import json
import threading
from typing import Any

import jsonschema
import pytest

PAIRS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "value"],
        "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
    },
}
SIZES = {"headersSize": {"type": "integer", "minimum": -1}, "bodySize": {"type": "integer", "minimum": -1}}
REQUEST = {
    "type": "object",
    "required": ["method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"],
    "properties": SIZES
    | {
        "method": {"type": "string"},
        "url": {"type": "string", "pattern": "^https?://"},
        "cookies": PAIRS,
        "headers": PAIRS,
        "queryString": PAIRS,
        "postData": {
            "type": "object",
            "required": ["mimeType", "text"],
            "properties": {"mimeType": {"type": "string"}, "text": {"type": "string"}},
        },
    },
}
RESPONSE = {
    "type": "object",
    "required": [
        *("status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"),
        *("headersSize", "bodySize"),
    ],
    "properties": SIZES
    | {
        "status": {"type": "integer"},
        "statusText": {"type": "string"},
        "cookies": PAIRS,
        "headers": PAIRS,
        "redirectURL": {"type": "string"},
        "content": {
            "type": "object",
            "required": ["size", "mimeType"],
            "properties": {"size": {"type": "integer"}, "mimeType": {"type": "string"}, "text": {"type": "string"}},
        },
    },
}
HAR = {
    "type": "object",
    "required": ["log"],
    "properties": {
        "log": {
            "type": "object",
            "required": ["version", "creator", "entries"],
            "properties": {
                "version": {"const": "1.2"},
                "creator": {"type": "object", "required": ["name", "version"]},
                "entries": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["startedDateTime", "time", "request", "response", "cache", "timings"],
                        "properties": {
                            "startedDateTime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT[\d:.]+Z$"},
                            "time": {"type": "number", "minimum": 0},
                            "request": REQUEST,
                            "response": RESPONSE,
                            "cache": {"type": "object"},
                            "timings": {"type": "object", "required": ["send", "wait", "receive"]},
                        },
                    },
                },
            },
        }
    },
}


def lines(fake: Any, **query: Any) -> list[dict[str, Any]]:
    response = fake.api.get("/_sim/journal.jsonl", params=query)
    assert response.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


def archived(fake: Any, **query: Any) -> list[dict[str, Any]]:
    document = fake.api.get("/_sim/journal.har", params=query).json()
    jsonschema.validate(document, HAR)
    entries: list[dict[str, Any]] = document["log"]["entries"]
    return entries


def test_journal_comes_as_json_lines(fake: Any, receiver: Any) -> None:
    fake.video("render=1s", callback_url=receiver.url + "/one")
    fake.advance(1)
    assert lines(fake) == fake.rows("/_sim/journal")
    assert [entry["kind"] for entry in lines(fake, kind="attempt")] == ["attempt"]
    assert len(lines(fake, limit=1)) == 1


def test_journal_comes_as_a_valid_http_archive(fake: Any, receiver: Any) -> None:
    receiver.statuses = [503]
    fake.video("render=1s", callback_url=receiver.url + "/one")
    fake.video("render=1s", callback_url="http://127.0.0.1:9/nobody")
    fake.api.get("/v3/videos", params={"limit": 5, "title": "ñ"})
    fake.advance(1)
    create, _, listing, *attempts = archived(fake)
    assert create["request"]["url"] == f"{fake.api.base_url}/v3/videos"
    assert json.loads(create["request"]["postData"]["text"])["type"] == "avatar"
    assert create["response"]["status"] == 200
    assert {"name": "title", "value": "ñ"} in listing["request"]["queryString"]
    assert "postData" not in listing["request"]
    by_status = {entry["response"]["status"]: entry for entry in attempts}
    assert by_status[503]["response"]["statusText"] == "Service Unavailable"
    assert by_status[503]["request"]["url"] == receiver.url + "/one"
    assert "refused" in by_status[0]["response"]["statusText"].lower()
    assert {"x-api-key", "authorization"} & {h["name"].lower() for h in create["request"]["headers"]} == {"x-api-key"}
    assert "any" not in {h["value"] for h in create["request"]["headers"]}


def headers_of(entry: dict[str, Any]) -> dict[str, str]:
    return {header["name"].lower(): header["value"] for header in entry["response"]["headers"]}


def test_answers_stand_in_the_archive_with_their_headers(fake: Any, receiver: Any) -> None:
    refused = fake.create("answer=429", key="a")
    dated = fake.create("answer=429:date", key="b")
    fake.video("render=1s", callback_url=receiver.url + "/one")
    fake.advance(1)
    first, second, _, attempt = archived(fake)
    assert headers_of(first)["retry-after"] == refused.headers["Retry-After"] == "1"
    assert headers_of(first)["x-request-id"] == refused.headers["X-Request-Id"]
    assert first["response"]["content"]["mimeType"] == "application/json"
    assert headers_of(second)["retry-after"] == "(a date)" != dated.headers["Retry-After"]
    assert headers_of(attempt)["content-length"] == "2"
    assert "date" not in headers_of(attempt), "real time would make two journals of one seed differ"


def test_journal_is_searched_by_any_word_in_it(fake: Any, receiver: Any) -> None:
    fake.video("render=1s webhook=duplicate:2", title="Ñandú", callback_url=receiver.url + "/hook")
    fake.api.get("/v3/voices")
    fake.advance(1)
    assert [entry["path"] for entry in lines(fake, q="ñANDÚ")] == ["/v3/videos"]
    assert len(lines(fake, q="/hook", kind="attempt")) == 2
    assert len(lines(fake, q="webhook=duplicate attempt", limit=1)) == 1
    assert lines(fake, q="voices /hook") == lines(fake, q="nowhere") == []
    assert fake.rows("/_sim/journal", q="ñandú") == lines(fake, q="ñandú")
    assert [entry["comment"][:9] for entry in archived(fake, q="/hook", kind="attempt")] == ["attempt 1"] * 2
    assert fake.api.get("/_sim/journal.har", params={"limit": "x"}).status_code == 400


def wait(fake: Any, **condition: Any) -> tuple[int, dict[str, Any]]:
    response = fake.api.post("/_sim/wait", json=condition)
    return response.status_code, response.json()


def test_wait_answers_at_once_where_the_condition_holds(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=1s", callback_url=receiver.url, key="remembered-for-a-day")
    fake.advance(1)
    status, answer = wait(fake, deliveries=1, state="completed", video_id=video_id, timeout_s=5)
    assert (status, answer["met"], answer["waited_s"] < 1) == (200, True, True)
    assert answer["seen"] == {"deliveries": 1, "states": {"completed": 1}}
    query = {"acknowledged": 1, "video_id": video_id, "idle": "true", "event_type": "avatar_video.success"}
    assert fake.api.get("/_sim/wait", params=query).json()["seen"] == {"acknowledged": 1, "due": 0}


def test_wait_answers_when_the_condition_comes_true(fake: Any, receiver: Any) -> None:
    video_id = fake.video("render=1s", callback_url=receiver.url)
    answers: list[tuple[int, dict[str, Any]]] = []
    waiter = threading.Thread(target=lambda: answers.append(wait(fake, acknowledged=1, video_id=video_id)))
    waiter.start()
    assert answers == []
    fake.advance(1)
    waiter.join(10)
    assert [(status, answer["met"]) for status, answer in answers] == [(200, True)]


@pytest.mark.parametrize(
    "condition",
    [
        {"deliveries": 2},
        {"acknowledged": 1},
        {"state": "completed"},
        {"state": "ended", "video_id": "nobody"},
        {"idle": True},
        {"deliveries": 1, "event_type": "avatar_video.fail"},
    ],
)
def test_wait_says_408_and_what_was_seen_when_its_time_is_over(
    fake: Any, receiver: Any, condition: dict[str, Any]
) -> None:
    receiver.statuses = [503]
    fake.video("render=1s", callback_url=receiver.url)
    fake.video("render=1h")
    fake.advance(1)
    status, answer = wait(fake, timeout_s=0.1, **condition)
    assert (status, answer["met"]) == (408, False)
    assert answer["seen"]
    assert "clock stands still" in answer["hint"]
    fake.clock(frozen=False)
    assert "hint" not in wait(fake, timeout_s=0, **condition)[1]


@pytest.mark.parametrize(
    "condition",
    [
        *({}, {"timeout_s": 1}, {"video_id": "v"}, {"x": 1}),
        *({"state": "done"}, {"deliveries": -1}, {"deliveries": "x"}, {"idle": "yes"}),
        {"deliveries": 1, "timeout_s": 1e9},
    ],
)
def test_wrong_condition_is_refused(fake: Any, condition: dict[str, Any]) -> None:
    assert wait(fake, **condition)[0] == 400
    assert fake.api.get("/_sim/wait", params=condition).status_code == 400
