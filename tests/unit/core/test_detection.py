from __future__ import annotations

from datetime import timedelta

import pytest

from core import detection
from core.models import Channel
from core.store import Store
from tests.conftest import Build
from tests.factories import NOW, an_observation


@pytest.fixture
def store(build: Build) -> Store:
    return build().store


def noted(store: Store, *delays_s: float) -> dict[str, float]:
    for delay_s in delays_s:
        detection.note(store.facts, an_observation(at=NOW + timedelta(seconds=delay_s), channel=Channel.WEBHOOK))
    return store.facts.tallies("detection_webhook")


@pytest.mark.parametrize(
    ("delay_s", "label"), [(-9, "0.5"), (0, "0.5"), (0.5, "0.5"), (0.51, "1.0"), (3600, "3600.0"), (3601, "+Inf")]
)
def test_a_delay_is_counted_in_its_bucket(store: Store, delay_s: float, label: str) -> None:
    assert noted(store, delay_s) == {label: 1, "sum": max(0.0, delay_s)}


def test_an_end_that_heygens_clock_has_long_after_we_knew_is_not_counted(store: Store) -> None:
    assert noted(store, -61) == {}


def test_without_heygens_time_there_is_no_delay(store: Store) -> None:
    detection.note(store.facts, an_observation(completed_at=None))
    assert store.facts.tallies("detection_poll") == {}


def test_quantiles_are_the_bounds_of_their_buckets(store: Store) -> None:
    tallies = noted(store, 0.1, 0.1, 3, 3, 3, 3, 3, 3, 3, 7000)
    assert detection.quantile_s(tallies, 0.1) == 0.5
    assert detection.quantile_s(tallies, 0.5) == 5.0
    assert detection.quantile_s(tallies, 0.9) == 5.0
    assert detection.quantile_s(tallies, 0.95) == float("inf")
    assert detection.quantile_s({}, 0.5) is None
