"""What the plans are worth is asserted in test_bench.py; here, that they keep their bounds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.plan import Limits, planned_s
from core.schedule import COST_OF_MEDIAN, FEW, History, sweep_spacing_s

LIMITS = Limits(shortest_s=2.0, longest_s=60.0, free_until_s=500.0)
HORIZON_S = 900.0
LEARNED = History(median_s=240.0, sigma=0.5, renders=100, stray_share=0.02, stray_mean_s=240.0)
ages = st.lists(st.integers(0, 2000).map(float), min_size=1, max_size=FEW)


def survival(age_s: float) -> float:
    return math.exp(-age_s / 200)


@given(ages, st.floats(0.01, 1000))
def test_a_plan_keeps_its_limits(ages_s: list[float], cost_s: float) -> None:
    found = planned_s(ages_s, survival, cost_s, LIMITS, HORIZON_S)
    if found is not None:
        step_s = (HORIZON_S - min(ages_s)) / 200
        assert LIMITS.shortest_s <= found <= LIMITS.longest_at(max(ages_s)) + step_s


def test_there_is_nothing_to_plan_for_reels_that_are_past_the_horizon() -> None:
    assert planned_s([HORIZON_S], survival, 1.0, LIMITS, HORIZON_S) is None
    assert planned_s([0.0, HORIZON_S + 1], survival, 1.0, LIMITS, HORIZON_S) is None
    assert planned_s([HORIZON_S - 30], survival, 1.0, LIMITS, HORIZON_S) is None


def test_dearer_calls_come_later() -> None:
    costs = [0.5, 2.0, 8.0, 32.0]
    found = [planned_s([240.0], LEARNED.survival, cost_s, LIMITS, HORIZON_S) or 0.0 for cost_s in costs]
    assert found == sorted(found)
    assert found[-1] > 3 * found[0]


def test_while_hardly_anything_can_have_ended_nobody_asks() -> None:
    young = sweep_spacing_s([0.0], LEARNED)
    assert young > 2 * sweep_spacing_s([240.0], LEARNED)


@pytest.mark.parametrize("n", [FEW, FEW + 1])
def test_planning_and_spacing_by_hazard_meet(n: int) -> None:
    ages_s = [200.0 + 20 * i for i in range(n)]
    by_root = math.sqrt(2 * LEARNED.median_s * COST_OF_MEDIAN / sum(map(LEARNED.hazard, ages_s)))
    assert sweep_spacing_s(ages_s, LEARNED) == pytest.approx(by_root, rel=0.2)


def test_of_thousands_of_reels_those_of_an_age_count_together() -> None:
    ages_s = [n / 10 for n in range(5000)]
    assert sweep_spacing_s(ages_s, LEARNED, cost_s=1e6) == pytest.approx(
        sweep_spacing_s([round(age_s / 50) * 50.0 for age_s in ages_s], LEARNED, cost_s=1e6), rel=0.05
    )
