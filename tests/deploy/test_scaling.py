"""Hold docs/scaling.md to its model, the model to the code, and the arithmetic to a simulation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench import capacity
from bench.capacity import DAY_S, SLOTS, STATIONS, plan
from bench.pipeline import Pipeline
from bench.points import measure
from tests.deploy.needed import program
from tests.support.programs import ROOT

TEN_THOUSAND = 10_000 / DAY_S
MILLION = 1_000_000 / DAY_S


def document() -> str:
    return (ROOT / "docs" / "scaling.md").read_text()


def held(name: str) -> float:
    [station] = [station for station in STATIONS if station.name == name]
    return station.held_s


def test_the_document_has_the_model_s_own_tables() -> None:
    written = document().partition(capacity.BEGIN)[2].partition(capacity.END)[0]
    assert written.strip() == capacity.tables(), "run `python -m bench.capacity`"


@pytest.mark.parametrize("name", ["SENDERS", "INBOX_WORKERS", "ARCHIVISTS"])
def test_the_model_has_as_many_hands_as_the_worker(name: str) -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "core").glob("*.py"))
    assert re.findall(rf"^{name}: Final = (\d+)$", code, re.M) == [str(getattr(capacity, name))]


def test_heygen_breaks_first_and_the_receiver_last() -> None:
    order = [station.name for station in capacity.in_order()]
    assert (order[0], order[-1]) == ("HeyGen's slots", "a receiver's processor")
    for station in STATIONS:
        full = station.ceiling()
        assert station.units(full * 0.999) == 1
        assert station.units(full * 1.001) == 2


def test_ten_slots_yield_what_the_arithmetic_says_and_the_queue_grows() -> None:
    played = Pipeline(reels_per_s=TEN_THOUSAND, slots=SLOTS, workers=2).play(2 * DAY_S)
    assert played.reels_per_s == pytest.approx(SLOTS / held("HeyGen's slots"), rel=0.03)
    assert played.waiting > 15_000


def test_the_slots_of_the_table_carry_ten_thousand_a_day() -> None:
    need = plan(10_000)
    played = Pipeline(reels_per_s=TEN_THOUSAND, slots=need.slots, workers=need.workers).play(DAY_S)
    assert played.reels_per_s == pytest.approx(TEN_THOUSAND, rel=0.03)
    assert played.busy["slots"] == pytest.approx(TEN_THOUSAND * held("HeyGen's slots"), rel=0.03)
    assert played.waiting < 200


def test_at_a_million_a_day_as_many_are_busy_as_the_arithmetic_says() -> None:
    need = plan(1_000_000)
    played = Pipeline(reels_per_s=MILLION, slots=2 * need.slots, workers=need.workers).play(4_000)
    for name, station in (("senders", "senders"), ("inbox", "inbox"), ("files", "files"), ("slots", "HeyGen's slots")):
        assert played.busy[name] == pytest.approx(MILLION * held(station), rel=0.05), name


def test_one_worker_too_few_is_seen_as_a_queue_at_its_senders() -> None:
    few = Pipeline(reels_per_s=3 * MILLION, slots=10**9, workers=10).play(600)
    assert few.busy["senders"] == pytest.approx(10 * capacity.SENDERS, rel=0.01)
    assert 10 < 3 * MILLION * held("senders") / capacity.SENDERS < plan(1_000_000).workers


def test_the_measured_points_are_those_of_the_model() -> None:
    told = dict(re.findall(r"^\| (receiver|worker|database), [^|]+\| ([\d.,]+)", document(), re.M))
    assert float(told["receiver"]) / 1000 == pytest.approx(capacity.RECEIVER_CPU_S, rel=0.1)
    assert float(told["worker"]) / 1000 == pytest.approx(capacity.WORKER_CPU_S, rel=0.1)
    assert float(told["database"].replace(",", "")) == pytest.approx(capacity.STORE_BYTES, rel=0.1)


@pytest.mark.long
def test_the_points_can_be_measured_again(tmp_path: Path) -> None:
    program("sqlite3", "sqlite3")
    points = measure(tmp_path, reels=20, deliveries=400)
    assert points.receiver_cpu_s == pytest.approx(capacity.RECEIVER_CPU_S, rel=1.5)
    assert 0.01 < points.worker_cpu_s < 5 * capacity.WORKER_CPU_S
    assert points.store_bytes > 1000
    assert points.reels_per_s < 1.05 * SLOTS / points.slot_s


def test_the_money_is_reels_times_seconds_times_price() -> None:
    assert plan(10_000).heygen == pytest.approx(10_000 * 30 * 30 * 0.0667)
    for reels in capacity.DAYS:
        assert plan(reels).heygen > 1000 * (plan(reels).machines + plan(reels).disks)
