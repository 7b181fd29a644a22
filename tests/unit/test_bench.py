"""The benchmarks of the schedules are exact; of the others, only that their parts work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.crowd import crowd
from bench.fleet import fleet
from bench.report import BEGIN, END, write
from bench.result import Result
from bench.scale import TINY
from bench.screens import screens
from bench.shown import chromium
from bench.single import Outcome, at_as_many_calls, documented, follow, optimum, ours
from bench.slow_disk import slow_fsync
from bench.storing import storing
from bench.webhooks import BODY_BYTES, SECRET, SignedWebhook
from core.signature import sign
from tests.factories import NOW
from tests.support.untested import untested


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


@pytest.mark.parametrize("call", ["fsync", "fdatasync"])
def test_a_slow_disk_takes_longer_for_every_fsync(tmp_path: Path, call: str) -> None:
    environ = slow_fsync(tmp_path, more_us=5000)
    if environ is None:
        untested("a slow disk, since that needs Linux and a C compiler named cc.")
    timed = f"import os, time; t = time.monotonic(); [os.{call}(1) for _ in range(20)]; print(time.monotonic() - t)"
    with (tmp_path / "out").open("w+") as out:
        subprocess.run([sys.executable, "-c", timed], check=True, env=os.environ | dict(environ), stdout=out)
        out.seek(0)
        assert float(out.read()) >= 20 * 0.005


def test_a_crowd_holds_as_many_reels_as_it_should(tmp_path: Path) -> None:
    store = crowd(tmp_path / "crowd.db", 1000)
    try:
        assert store.reels.exists(1000)
        assert not store.reels.exists(1001)
        assert 900 < sum(store.reels.counts().values()) < 1000  # some are put away
    finally:
        store.close()


def test_the_store_is_measured() -> None:
    assert all(result.value > 0 for result in storing(TINY))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_pages_are_measured() -> None:
    if chromium() is None:
        untested("the timing of the pages, since no Chromium was found.")
    results = screens(TINY)
    assert len(results) == 5
    assert all(result.value is not None and result.value > 0 for result in results)


@pytest.mark.parametrize(
    ("values", "at_most", "verdict"),
    [
        ([9.0, 10.0, 30.0], False, "pass"),
        ([9.9], False, "MISS"),
        ([10.1], True, "MISS"),
        ([1.0, 2.0, 30.0], True, "pass"),
    ],
)
def test_the_median_is_held_against_the_target(values: list[float], at_most: bool, verdict: str) -> None:
    assert Result(name="x", values=values, target=10, at_most=at_most).verdict == verdict


def test_what_could_not_be_measured_is_said_and_misses_nothing() -> None:
    result = Result(name="the pages", values=[], target=1)
    assert result.cells() == ("the pages", "not measured", "≥ 1", "", "", "")
    assert result.to_json()["value"] is None


def test_a_report_replaces_the_last_one_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write([Result(name="speed", values=[2.0])], NOW.date(), tmp_path / "build" / "bench.json", document)
    text = document.read_text()
    assert text.startswith(f"before\n{BEGIN}")
    assert text.endswith(f"{END}\nafter\n")
    assert "speed" in text
    assert "old" not in text
    assert json.loads((tmp_path / "build" / "bench.json").read_text())["results"][0]["value"] == 2.0
