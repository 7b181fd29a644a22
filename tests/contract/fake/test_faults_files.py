"""Faults of the files, and what all faults have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from fake_heygen.faults import FAULTS, Fault


def link(fake: Any, words: str) -> tuple[str, str]:
    video_id = fake.finish(words)
    return video_id, str(fake.get(video_id)["video_url"])


def test_link_given_too_early_has_expired_and_a_fresh_one_is_good(fake: Any) -> None:
    video_id, dead = link(fake, "url=expired:30s")
    assert fake.api.head(dead).status_code == 403
    fake.advance(30)
    assert fake.api.head(dead).status_code == 403
    assert fake.api.head(fake.get(video_id)["video_url"], timeout=30).status_code == 200


def test_link_may_live_shortly(fake: Any) -> None:
    _, url = link(fake, "url=short:60s")
    assert fake.api.head(url, timeout=30).status_code == 200
    fake.advance(61)
    assert fake.api.head(url).status_code == 403


@pytest.mark.parametrize(
    ("words", "status", "kind", "size"),
    [
        ("file=page:20s", 200, "text/html; charset=utf-8", None),
        ("file=empty:20s", 200, "video/mp4", 0),
        ("file=503:20s", 503, "application/xml", None),
        ("url=notyet:20s", 404, "application/xml", None),
    ],
)
def test_file_is_not_what_it_should_be_for_a_while(
    fake: Any, words: str, status: int, kind: str, size: int | None
) -> None:
    _, url = link(fake, words)
    answer = fake.api.get(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, kind)
    assert size is None or len(answer.content) == size
    fake.advance(20)
    assert fake.api.get(url, timeout=30).headers["Content-Type"] == "video/mp4"


def test_truncated_file_breaks_off_and_is_whole_later(fake: Any) -> None:
    _, url = link(fake, "file=truncated:20s")
    with pytest.raises(httpx.RemoteProtocolError):
        fake.api.get(url, timeout=30)
    fake.advance(20)
    assert fake.api.get(url, timeout=30).status_code == 200


def test_every_fault_is_met_in_these_tests() -> None:
    written = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [fault.name for fault in FAULTS if fault.name not in written] == []


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.key != "render"], ids=lambda fault: fault.name)
def test_every_fault_can_be_chosen_by_a_rule_beside_others(fake: Any, fault: Fault, receiver: Any) -> None:
    times, given = iter(("0.2s", "0.4s")), {"count": "2", "code": "x", "text": "a text"}
    arguments = [next(times) if kind == "duration" else given[kind] for kind in fault.arguments]
    value = ":".join(part for part in (fault.word, *arguments) if part)
    beside = "caption:1s" if fault.key == "webhook" else value
    rule = {"match": {"callback": receiver.url}, "fate": {"render": "1s", fault.key: [value, beside], "code": "odd"}}
    fake.play(name="mine", rule=[rule])
    try:
        fake.create(callback_url=receiver.url, key="k", timeout_s=3)
    except httpx.HTTPError:
        assert fault.key in ("line", "answer")
    fake.advance(3)
    faults = [entry["fault"] or "" for entry in fake.rows("/_sim/journal", kind="attempt")]
    assert all(fault.name in words or not fault.points for words in faults)
    assert len(fake.rows("/_sim/ledger")) <= 1
