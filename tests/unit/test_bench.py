"""The benchmarks of the schedules are exact; of the others, only that their parts work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.crowd import crowd
from bench.filling import fill, statement
from bench.fleet import fleet
from bench.lives import Cost, Lives
from bench.lives import results as of_lives
from bench.load import Load
from bench.receiving import on_postgres
from bench.report import BEGIN, END, earlier, write
from bench.result import Result
from bench.scale import TINY
from bench.screens import screens
from bench.shown import chromium
from bench.single import Outcome, at_as_many_calls, documented, follow, optimum, ours
from bench.slow_disk import slow_fsync
from bench.storing import storing
from bench.webhooks import BODY_BYTES, SECRET, SignedWebhook
from bench.workers import Carried
from bench.workers import results as of_workers
from core.models import ReelStatus
from core.signature import sign
from core.store import Store
from core.store.sqlite import SqliteConnections
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


def test_on_postgresql_rates_and_processor_times_are_compared_round_by_round() -> None:
    def load(served: int, cpu_s: float) -> Load:
        return Load(served=served, errors=0, seconds=2.0, busy=0.1, latencies_s=[0.01], cpu_s=cpu_s)

    ours, theirs = [load(8000, 1.0), load(6000, 0.9)], [load(2000, 1.0), load(2000, 0.9)]
    rate, cpu = on_postgres({"PostgreSQL": ours, "PostgreSQL, one commit each": theirs})
    assert rate.values == pytest.approx([4.0, 3.0])
    assert cpu.values == pytest.approx([4.0, 3.0])
    assert on_postgres({}) == []


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


def test_a_filled_store_counts_what_it_holds_and_a_reel_lives_in_it(tmp_path: Path) -> None:
    connections = SqliteConnections(tmp_path / "filled.db")
    fill(connections, 300)
    store = Store(connections)
    assert store.reels.counts()[ReelStatus.PROCESSING] == 100
    assert sum(store.reels.counts().values()) == 300
    assert store.deliveries.waiting()[0] == 0
    cost = Lives(connections).cost(2)
    assert store.reels.get(302).status is ReelStatus.COMPLETED
    assert cost.calls == 2
    assert cost.statements > 10
    assert cost.cpu_s > 0
    store.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_fills_a_store_names_no_value_as_text(kind: str) -> None:
    sql = statement("INSERT INTO x (data) SELECT CAST({at} AS {bytes}) || '{{}}' FROM {numbers}", kind)
    assert "'{}'" in sql
    assert all(f":{name}" in sql for name in ("first", "beyond", "now", "reels", "year"))


def test_the_growth_of_a_reels_cost_is_told_from_the_smallest_store_to_the_largest() -> None:
    def cost(cpu_s: float, statements: float = 40.0) -> Cost:
        return Cost(cpu_s=cpu_s, statements=statements, calls=2.0)

    rounds = [[cost(0.01), cost(0.012), cost(0.02, 80.0)], [cost(0.01), cost(0.01), cost(0.014)]]
    cpu, between, statements, calls, *_ = of_lives("SQLite", (10, 20, 30), [*rounds, rounds[1]])
    assert cpu.values == pytest.approx([2.0, 1.4, 1.4])
    assert cpu.verdict == "pass"
    assert between.values == pytest.approx([1.2, 1.0, 1.0])
    assert statements.values == [2.0, 1.0, 1.0]
    assert calls.verdict == "pass"


def test_several_workers_are_compared_with_one_of_the_same_round() -> None:
    rounds = [
        [Carried(reels_per_s=10.0, cores={"the workers": 0.5}), Carried(reels_per_s=15.0, cores={"the workers": 1.0})],
        [Carried(reels_per_s=20.0, cores={"the workers": 0.6}), Carried(reels_per_s=24.0, cores={"the workers": 1.2})],
    ]
    one, two, cores_of_one, cores_of_two = of_workers((1, 2), rounds)
    assert one.values == [10.0, 20.0]
    assert two.values == [1.5, 1.2]
    assert cores_of_one.values == [0.5, 0.6]
    assert cores_of_two.name.startswith("2 workers")


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
    report = tmp_path / "build" / "bench.json"
    write({"driving": [Result(name="speed", values=[2.0])]}, NOW.date(), report, document)
    text = document.read_text()
    assert text.startswith(f"before\n{BEGIN}")
    assert text.endswith(f"{END}\nafter\n")
    assert "speed" in text
    assert "old" not in text
    assert json.loads(report.read_text())["results"][0]["value"] == 2.0


def test_a_part_that_is_not_run_again_keeps_its_figures(tmp_path: Path) -> None:
    document, report = tmp_path / "performance.md", tmp_path / "build" / "bench.json"
    document.write_text(f"{BEGIN}\n{END}\n")
    assert earlier(report) == {}
    kept = Result(name="weight", values=[1.0, 3.0], target=2, at_most=True, unit="kg")
    write({"weighing": [kept], "driving": [Result(name="speed", values=[2.0])]}, NOW.date(), report, document)
    assert earlier(report)["weighing"] == [kept]
    write(earlier(report) | {"driving": [Result(name="pace", values=[5.0])]}, NOW.date(), report, document)
    text = document.read_text()
    assert "weight" in text
    assert "pace" in text
    assert "speed" not in text
