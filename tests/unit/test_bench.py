"""The benchmarks of the schedules are exact; of the others, only that their parts work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.crowd import crowd
from bench.fleet import fleet
from bench.single import Outcome, at_as_many_calls, documented, follow, optimum, ours
from bench.webhooks import BODY_BYTES, SECRET, SignedWebhook
from core.signature import sign


@pytest.fixture(scope="module")
def document() -> Outcome:
    return follow(documented())


def test_the_document_asks_3_40_times_and_learns_a_minute_late(document: Outcome) -> None:
    assert document.calls == pytest.approx(3.40, abs=0.01)
    assert document.delay_s == pytest.approx(60.4, abs=0.1)


def test_a_hundred_in_flight_cost_a_tenth_of_the_calls_and_of_the_delay(document: Outcome) -> None:
    outcome = fleet()
    assert document.delay_s / outcome.delay_s >= 10
    assert document.calls / outcome.calls >= 10


def test_a_single_reel_is_learned_of_sooner_at_as_many_calls(document: Outcome) -> None:
    outcome = at_as_many_calls(ours, document.calls)
    best = at_as_many_calls(optimum, document.calls)
    assert outcome.calls <= document.calls
    assert document.delay_s / outcome.delay_s >= 1.3
    assert outcome.delay_s <= 1.03 * best.delay_s


def test_each_webhook_of_the_load_is_signed_and_of_one_size() -> None:
    head, _, body = SignedWebhook("run")(7).partition(b"\r\n\r\n")
    assert len(body) == BODY_BYTES
    assert f"Heygen-Signature: {sign(body, SECRET)}".encode() in head
    assert json.loads(body)["event_data"]["video_id"] == "run-000000007"


def test_a_crowd_holds_as_many_reels_as_it_should(tmp_path: Path) -> None:
    store = crowd(tmp_path / "crowd.db", 1000)
    try:
        assert sum(store.reels.counts().values()) == 1000
    finally:
        store.close()
