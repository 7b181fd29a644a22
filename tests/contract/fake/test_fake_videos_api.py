"""Videos over HTTP: create, get, list, statuses, delete; money, limits and keys."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

UNAUTHORIZED = {
    "error": {
        "code": "unauthorized",
        "message": "Unauthorized",
        "doc_url": "https://developers.heygen.com/docs/error-codes#unauthorized",
    }
}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Api-Key": "invalid"},
        {"X-Api-Key": ""},
        {"Authorization": "Bearer invalid"},
        {"Authorization": "Basic x"},
    ],
)
def test_missing_and_wrong_keys_get_the_same_401(server: Any, headers: dict[str, str]) -> None:
    response = httpx.get(f"{server.url}/v3/users/me", headers=headers)
    assert (response.status_code, response.json()) == (401, UNAUTHORIZED)
    assert response.headers["X-Request-Id"]


@pytest.mark.parametrize("headers", [{"X-Api-Key": "k"}, {"Authorization": "Bearer k"}])
def test_any_other_key_is_accepted(server: Any, headers: dict[str, str]) -> None:
    assert httpx.get(f"{server.url}/v3/users/me", headers=headers).status_code == 200


def test_create_answers_as_heygen_and_get_says_id(fake: Any) -> None:
    created = fake.create(title="Otoño", callback_id="7")
    data = created.json()["data"]
    assert data == {"video_id": data["video_id"], "status": "waiting", "output_format": "mp4"}
    assert re.fullmatch(r"[0-9a-f]{32}", data["video_id"])
    seen = fake.get(data["video_id"])
    assert (seen["id"], seen["title"], seen["status"], seen["completed_at"]) == (
        data["video_id"],
        "Otoño",
        "pending",
        None,
    )


def test_video_passes_through_its_states_on_the_simulated_clock(fake: Any) -> None:
    video_id = fake.video("render=100s")
    states = []
    for seconds in (0, 5, 94, 1):
        fake.advance(seconds)
        states.append(fake.get(video_id)["status"])
    assert states == ["pending", "processing", "processing", "completed"]
    row = fake.ledger(video_id)
    assert (row["outcome"], row["terminal_at"] - row["created_at"], row["status_calls"]) == ("completed", 100, 4)


def test_failed_video_names_its_code_and_is_refunded(fake: Any) -> None:
    before = balance(fake)
    video_id = fake.video('render=9s outcome=failed code=avatar_not_usable message="no se puede"')
    assert balance(fake) == pytest.approx(before - 0.15)
    fake.advance(9)
    seen = fake.get(video_id)
    assert (seen["status"], seen["failure_code"], seen["failure_message"]) == (
        "failed",
        "avatar_not_usable",
        "no se puede",
    )
    assert balance(fake) == pytest.approx(before)


@pytest.mark.parametrize(
    ("words", "paid"),
    [
        ("outcome=failed refund=no", 0.15),
        ("outcome=failed refund=yes", 0.0),
        ("outcome=failed refund=no outcome=completed", 0.15),
    ],
)
def test_failed_video_is_paid_back_unless_the_words_say_otherwise(fake: Any, words: str, paid: float) -> None:
    before = balance(fake)
    fake.video(f"render=9s {words}")
    fake.advance(9)
    assert balance(fake) == pytest.approx(before - paid)


@pytest.mark.parametrize(
    ("fields", "status", "code", "param"),
    [
        ({"script": ""}, 400, "invalid_parameter", "script"),
        ({"script": "x [[sim: rendr=1]]"}, 400, "invalid_parameter", "script"),
        ({"callback_url": "http://example.com"}, 400, "invalid_parameter", "callback_url"),
        ({"avatar_id": "nobody"}, 404, "avatar_not_found", "avatar_id"),
        ({"voice_id": "nobody"}, 404, "voice_not_found", "voice_id"),
    ],
)
def test_refusals_come_in_the_error_envelope(
    fake: Any, fields: dict[str, str], status: int, code: str, param: str
) -> None:
    response = fake.create(**fields)
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["param"]) == (status, code, param)
    assert error["doc_url"].endswith(f"#{code}")
    assert fake.rows("/_sim/ledger") == []


def test_unknown_magic_word_teaches_the_known_ones(fake: Any) -> None:
    message = fake.create("webhook=lost").json()["error"]["message"]
    assert "unknown value 'lost' for webhook; known: drop, duplicate" in message


def test_same_key_replays_the_first_answer_even_for_another_body(fake: Any) -> None:
    first = fake.create(key="reel-1", title="one")
    again = fake.create(key="reel-1", title="two", script="Otra cosa.")
    assert again.status_code == 200
    assert again.json()["data"] == first.json()["data"]
    assert "another body" in again.json()["warning"]["message"]
    assert fake.create(key="reel-1", title="one").content == first.content
    rows = fake.rows("/_sim/ledger")
    assert [(row["title"], row["idempotency_key"], row["charges"]) for row in rows] == [("one", "reel-1", 1)]


def test_key_is_forgotten_after_a_day(fake: Any) -> None:
    first = fake.create("render=1s", key="reel-1").json()
    fake.advance(86_399)
    assert fake.create("render=1s", key="reel-1").json() == first
    fake.advance(2)
    assert fake.create("render=1s", key="reel-1").json() != first


def test_refused_create_is_not_remembered_for_its_key(fake: Any) -> None:
    assert fake.create(key="reel-1", script="").status_code == 400
    assert fake.create(key="reel-1").status_code == 200


def test_same_key_meets_409_while_the_first_call_still_runs(fake: Any, eventually: Any) -> None:
    with ThreadPoolExecutor() as pool:
        first = pool.submit(fake.create, "answer=slow:1s", "reel-1")
        assert eventually(lambda: len(fake.rows("/_sim/journal")) == 1)
        seen: list[int] = []

        def refused() -> bool:
            seen.append(fake.create("answer=slow:1s", "reel-1").status_code)
            return seen[-1] == 409

        assert eventually(refused)
        assert first.result().status_code == 200
    assert len(fake.rows("/_sim/ledger")) == 1


def test_wrong_key_form_is_refused(fake: Any) -> None:
    error = fake.create(key="with space").json()["error"]
    assert error["param"] == "Idempotency-Key"


def test_eleventh_render_at_once_is_refused_with_a_hint(fake: Any) -> None:
    fake.play(name="default")
    for _ in range(10):
        fake.video("render=60s")
    refused = fake.create()
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert int(refused.headers["Retry-After"]) > 0
    fake.advance(60)
    assert fake.create().status_code == 200


def test_scenario_may_leave_the_hint_out(fake: Any) -> None:
    fake.play(name="mine", concurrency=1, retry_after_s=0)
    fake.video()
    refused = fake.create()
    assert refused.status_code == 429
    assert "Retry-After" not in refused.headers


def test_empty_wallet_refuses_with_402_until_it_is_topped_up(fake: Any) -> None:
    fake.api.post("/_sim/wallet", json={"balance": 0.2})
    fake.video()
    refused = fake.create()
    assert (refused.status_code, refused.json()["error"]["code"]) == (402, "insufficient_credit")
    fake.api.post("/_sim/wallet", json={"balance": 1})
    assert fake.create().status_code == 200


def test_body_over_32_mib_is_too_large(fake: Any) -> None:
    response = fake.api.post("/v3/videos", content=b"x" * (32 * 1024 * 1024 + 1))
    assert (response.status_code, response.json()["error"]["code"]) == (413, "payload_too_large")


def test_statuses_answer_up_to_a_hundred_ids_in_their_order(fake: Any) -> None:
    first, second = fake.video("render=1s"), fake.video("render=99s")
    fake.advance(20)
    rows = fake.rows("/v3/videos/statuses", video_ids=f"{second},nobody,{first}")
    assert [(row["video_id"], row["status"]) for row in rows] == [
        (second, "processing"),
        ("nobody", "not_found"),
        (first, "completed"),
    ]
    assert fake.ledger(first)["status_calls"] == 1
    assert len(fake.rows("/v3/videos/statuses", video_ids=",".join(f"id{n}" for n in range(100)))) == 100


@pytest.mark.parametrize("ids", ["", ",".join(f"id{n}" for n in range(101))])
def test_statuses_refuse_no_ids_and_more_than_a_hundred(fake: Any, ids: str) -> None:
    response = fake.api.get("/v3/videos/statuses", params={"video_ids": ids})
    assert (response.status_code, response.json()["error"]["param"]) == (400, "video_ids")


def test_list_pages_from_the_newest_and_filters_by_title(fake: Any) -> None:
    ids = [fake.video(title=f"Reel {number}") for number in range(5)]
    first = fake.api.get("/v3/videos", params={"limit": 3}).json()
    second = fake.api.get("/v3/videos", params={"limit": 3, "token": first["next_token"]}).json()
    assert [row["id"] for row in first["data"] + second["data"]] == ids[::-1]
    assert (first["has_more"], second["has_more"], second["next_token"]) == (True, False, None)
    assert [row["title"] for row in fake.rows("/v3/videos", title="reel 3")] == ["Reel 3"]
    assert fake.api.get("/v3/videos", params={"limit": 101}).status_code == 400
    assert fake.api.get("/v3/videos", params={"token": "%%%"}).status_code == 400


def test_deleted_video_is_gone_but_stays_in_the_ledger(fake: Any) -> None:
    video_id = fake.video()
    assert fake.api.delete(f"/v3/videos/{video_id}").json() == {"data": {"id": video_id, "deleted": True}}
    assert fake.api.delete(f"/v3/videos/{video_id}").status_code == 404
    assert fake.api.get(f"/v3/videos/{video_id}").json()["error"]["code"] == "video_not_found"
    assert fake.ledger(video_id)["charges"] == 1


def test_unknown_route_and_wrong_method_answer_in_the_envelope(fake: Any) -> None:
    unknown, wrong = fake.api.get("/v3/nothing"), fake.api.put("/v3/videos")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")


def test_looks_and_voices_are_listed_filtered_and_paged(fake: Any) -> None:
    looks = fake.rows("/v3/avatars/looks", limit=50)
    assert len(looks) >= 8
    assert looks[0]["preferred_orientation"] == "portrait"
    assert fake.rows("/v3/avatars/looks", group_id=looks[2]["group_id"]) == [looks[2]]
    assert {group["group_id"] for group in fake.rows("/v3/avatars", limit=50)} == {look["group_id"] for look in looks}
    spanish = fake.rows("/v3/voices", language="Spanish", gender="female")
    assert spanish
    assert all((voice["language"], voice["gender"]) == ("Spanish", "female") for voice in spanish)
    assert {look["default_voice_id"] for look in looks} <= {voice["voice_id"] for voice in fake.rows("/v3/voices")}
    assert fake.api.get("/v3/avatars/looks", params={"limit": 51}).status_code == 400


def test_asset_is_accepted_as_multipart_only(fake: Any) -> None:
    sent = fake.api.post("/v3/assets", files={"file": ("a.png", b"\x89PNG123", "image/png")})
    assert sent.json()["data"]["size_bytes"] == 7
    assert sent.json()["data"]["mime_type"] == "image/png"
    assert fake.api.post("/v3/assets", content=b"x").json()["error"]["param"] == "file"


@pytest.mark.parametrize(
    ("words", "status", "hint"),
    [
        ("answer=429", 429, True),
        ("answer=429:noretry", 429, False),
        ("answer=500", 500, False),
        ("answer=503", 503, False),
    ],
)
def test_refused_once_then_created_once(fake: Any, words: str, status: int, hint: bool) -> None:
    first, second = fake.create(words, key="k"), fake.create(words, key="k")
    assert (first.status_code, second.status_code) == (status, 200)
    assert ("Retry-After" in first.headers) is hint
    assert [row["charges"] for row in fake.rows("/_sim/ledger")] == [1]


def test_refusals_are_counted_also_for_a_client_that_takes_a_new_key_and_address(fake: Any) -> None:
    words = "answer=429:2"
    tries = [fake.create(words, key=f"k{n}", callback_url=f"http://127.0.0.1:9/{n}").status_code for n in range(3)]
    assert tries == [429, 429, 200]


def test_refusals_without_a_key_are_counted_by_the_body(fake: Any) -> None:
    assert [fake.create("answer=500:2").status_code for _ in range(4)] == [500, 500, 200, 500]


@pytest.mark.parametrize("words", ["answer=html", "answer=malformed", "answer=409", "answer=timeout:1s"])
def test_spoilt_answer_has_created_and_its_key_gives_the_true_one(fake: Any, words: str) -> None:
    try:
        spoilt = fake.api.post("/v3/videos", json=body(words), headers={"Idempotency-Key": "k"}, timeout=0.3).content
    except httpx.ReadTimeout:
        spoilt = b"held"
    true = fake.create(words, key="k")
    assert true.status_code == 200
    assert true.content != spoilt
    assert [row["video_id"] for row in fake.rows("/_sim/ledger")] == [true.json()["data"]["video_id"]]


def test_stuck_lagging_vanishing_and_left_out_videos(fake: Any) -> None:
    stuck, lag = fake.video("render=10s status=stuck"), fake.video("render=10s status=lag:5s")
    gone, left_out = fake.video("render=10s status=vanish"), fake.video("render=10s statuses=partial")
    fake.advance(10)
    assert fake.get(lag)["status"] == "processing"
    fake.advance(5)
    rows = fake.rows("/v3/videos/statuses", video_ids=",".join((stuck, lag, gone, left_out)))
    assert [(row["video_id"], row["status"]) for row in rows] == [
        (stuck, "processing"),
        (lag, "completed"),
        (gone, "not_found"),
    ]
    assert fake.api.get(f"/v3/videos/{gone}").status_code == 404
    assert fake.get(left_out)["status"] == "completed"
    assert (fake.ledger(stuck)["outcome"], fake.ledger(gone)["terminal_at"]) == (None, None)


def balance(fake: Any) -> float:
    return float(fake.api.get("/v3/users/me").json()["data"]["wallet"]["remaining_balance"])


def body(words: str) -> dict[str, str]:
    return {"type": "avatar", "avatar_id": "lucia_studio_front", "script": f"Hola. [[sim: {words}]]"}


def test_a_background_must_be_an_asset_of_this_account(fake: Any) -> None:
    behind = {"type": "image", "asset_id": "nobodys"}
    error = fake.create(background=behind).json()["error"]
    assert (error["code"], error["param"]) == ("asset_not_available", "background.asset_id")
    sent = fake.api.post("/v3/assets", files={"file": ("a.png", b"\x89PNG123", "image/png")})
    behind["asset_id"] = sent.json()["data"]["asset_id"]
    assert fake.create(background=behind).status_code == 200
