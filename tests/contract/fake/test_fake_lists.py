"""Lists in pages: a token keeps its place while rows come and go, and is good for its own list alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

LISTS = [
    "/v3/videos",
    "/v3/avatars",
    "/v3/avatars/looks",
    "/v3/voices",
    "/v3/webhooks/endpoints",
    "/v3/webhooks/events",
]


def pages(fake: Any, path: str, limit: int = 2, **query: Any) -> Iterator[list[dict[str, Any]]]:
    """Read a list page by page, as long as it says that there is more."""
    given: dict[str, Any] = {}
    while True:
        answer = fake.api.get(path, params={"limit": limit} | query | given).json()
        yield answer["data"]
        if not answer["has_more"]:
            assert answer["next_token"] is None
            return
        given = {"token": answer["next_token"]}


def first_token(fake: Any, path: str = "/v3/videos") -> str:
    return str(fake.api.get(path, params={"limit": 1}).json()["next_token"])


@pytest.fixture
def ids(fake: Any) -> list[str]:
    """Seven videos that ended, and endpoints, so that every list has more than one page; the newest first."""
    fake.clock(frozen=True)
    fake.api.put("/_sim/scenario", json={"name": "lists", "probe": False})
    for number in range(3):
        fake.register(f"https://example.com/{number}")
        fake.api.post("/_sim/rules", json={"fate": {"webhook": "drop"}})
    made = [fake.video("render=1s", title=f"Reel {number}") for number in range(7)]
    fake.advance(2)
    return made[::-1]


def test_rows_that_come_in_while_paging_shift_nothing(fake: Any, ids: list[str]) -> None:
    seen: list[str] = []
    for rows in pages(fake, "/v3/videos"):
        seen += [row["id"] for row in rows]
        fake.video("render=1s")
        fake.video("render=1s")
    assert seen == ids


def test_rows_that_are_deleted_while_paging_hide_nothing(fake: Any, ids: list[str]) -> None:
    seen: list[str] = []
    for rows in pages(fake, "/v3/videos"):
        seen += [row["id"] for row in rows]
        for row in rows:
            assert fake.api.delete(f"/v3/videos/{row['id']}").status_code == 200
    assert seen == ids


def test_endpoints_that_are_deleted_while_paging_hide_nothing(fake: Any, ids: list[str]) -> None:
    seen = []
    for (row,) in pages(fake, "/v3/webhooks/endpoints", limit=1):
        seen.append(row["url"][-1])
        fake.api.delete(f"/v3/webhooks/endpoints/{row['endpoint_id']}")
    assert seen == ["0", "1", "2"]


def test_events_that_come_in_while_paging_shift_nothing(fake: Any, ids: list[str]) -> None:
    seen: list[str] = []
    for rows in pages(fake, "/v3/webhooks/events"):
        seen += [row["event_data"]["video_id"] for row in rows]
        fake.api.post("/_sim/trigger", json={"video_id": ids[0], "event_type": "avatar_video.success"})
    assert sorted(seen) == sorted(ids)


@pytest.mark.parametrize("path", LISTS)
def test_every_list_gives_each_row_once_whatever_the_page(fake: Any, ids: list[str], path: str) -> None:
    whole = next(pages(fake, path, limit=50))
    for limit in (1, 3, 50):
        rows = [row for rows in pages(fake, path, limit=limit) for row in rows]
        assert [name_of(row) for row in rows[: len(whole)]] == [name_of(row) for row in whole]
        assert len({name_of(row) for row in rows}) == len(rows)


def name_of(row: dict[str, Any]) -> str:
    return str(row.get("event_id") or row.get("endpoint_id") or row.get("voice_id") or row.get("id"))


def test_a_token_tells_nothing_of_how_many_rows_there_are(fake: Any, ids: list[str]) -> None:
    tokens = [fake.api.get("/v3/videos", params={"limit": n}).json()["next_token"] for n in (1, 2, 3)]
    assert len(set(tokens)) == 3
    assert all(len(token) > 40 for token in tokens), "an offset would be shorter"


@pytest.mark.parametrize("token", ["", "%%%", "tok_", "tok_00000003", "3", "tok_ñ", "tok_" + "A" * 40])
def test_a_token_that_nobody_gave_names_the_parameter(fake: Any, ids: list[str], token: str) -> None:
    refused = fake.api.get("/v3/videos", params={"token": token})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["param"]) == (400, "invalid_parameter", "token")


def test_a_token_is_good_for_its_own_list_and_account_and_until_a_reset(fake: Any, ids: list[str]) -> None:
    token = first_token(fake)
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert fake.api.get("/v3/videos", params={"token": token}).status_code == 200
    assert fake.api.get("/v3/videos", params={"token": changed}).status_code == 400
    assert fake.api.get("/v3/webhooks/events", params={"token": token}).status_code == 400
    other = fake.api.get("/v3/videos", params={"token": token}, headers={"X-Api-Key": "another"})
    assert (other.status_code, other.json()["error"]["param"]) == (400, "token")
    fake.api.post("/_sim/reset")
    assert fake.api.get("/v3/videos", params={"token": token}).status_code == 400
