from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models import ProcessingMode, ReelStatus
from core.schedule import (
    DEMO_PRIOR,
    ENOUGH_RENDERS,
    LONGEST_S,
    PRIOR,
    SHORTEST_S,
    ChannelHealth,
    History,
    backoff_s,
    is_overdue,
    learn,
    next_check_at,
    sweep_spacing_s,
    webhook_due_at,
)
from tests.factories import NOW, a_reel

LATER = NOW + timedelta(minutes=30)
DUE = NOW + timedelta(seconds=60)
GOOD, DOWN = ChannelHealth(), ChannelHealth(open=True)
LEARNED = History(median_s=300.0, sigma=0.4, renders=50, stray_share=0.02, stray_mean_s=300.0)


@pytest.mark.parametrize(
    ("mode", "channel", "check_after", "expected"),
    [
        ("webhook", GOOD, None, None),
        ("webhook", DOWN, None, None),
        ("webhook", GOOD, LATER, None),
        ("polling", GOOD, None, NOW),
        ("polling", DOWN, None, NOW),
        ("polling", GOOD, LATER, LATER),
        ("hybrid", GOOD, None, DUE),
        ("hybrid", DOWN, None, NOW),
        ("hybrid", GOOD, LATER, LATER),
        ("hybrid", GOOD, NOW, DUE),
        ("hybrid", DOWN, LATER, LATER),
    ],
)
def test_the_modes_differ_in_when_they_ask(
    mode: str, channel: ChannelHealth, check_after: datetime | None, expected: datetime | None
) -> None:
    reel = a_reel(submitted_at=NOW, check_after=check_after)
    assert next_check_at(reel, ProcessingMode(mode), channel, 60.0) == expected


@pytest.mark.parametrize("mode", list(ProcessingMode))
def test_nothing_asks_for_a_reel_that_heygen_does_not_have(mode: ProcessingMode) -> None:
    assert next_check_at(a_reel(), mode, DOWN, 60.0) is None


@pytest.mark.parametrize(
    ("mode", "status", "after_s", "overdue"),
    [
        ("hybrid", "processing", 59.9, False),
        ("hybrid", "processing", 60, True),
        ("webhook", "processing", 60, True),
        ("polling", "processing", 6000, False),
        ("hybrid", "completed", 6000, False),
        ("hybrid", "timed_out", 6000, False),
    ],
)
def test_a_webhook_is_overdue_from_the_second_it_was_due(mode: str, status: str, after_s: float, overdue: bool) -> None:
    reel = a_reel(mode=ProcessingMode(mode), status=ReelStatus(status), submitted_at=NOW)
    assert is_overdue(reel, 60.0, NOW + timedelta(seconds=after_s)) is overdue


def test_a_reel_that_was_never_sent_is_not_overdue() -> None:
    reel = a_reel(mode=ProcessingMode.HYBRID, created_at=NOW)
    assert not is_overdue(reel, 60.0, NOW + timedelta(days=1))
    assert webhook_due_at(reel, 60.0) == DUE


def sample(history: History, n: int) -> list[float]:
    chance = random.Random(7)
    return [
        chance.expovariate(1 / history.stray_mean_s)
        if chance.random() < history.stray_share
        else math.exp(chance.gauss(math.log(history.median_s), history.sigma))
        for _ in range(n)
    ]


@pytest.mark.parametrize("history", [PRIOR, DEMO_PRIOR, LEARNED])
def test_survival_quantile_and_hazard_agree_with_sampled_renders(history: History) -> None:
    renders = sorted(sample(history, 40_000))
    for share in (0.1, 0.5, 0.9, 0.95):
        assert history.quantile(share) == pytest.approx(renders[int(share * len(renders))], rel=0.03)
    for share in (0.2, 0.5, 0.8):
        age_s = renders[int(share * len(renders))]
        alive = [seconds for seconds in renders if seconds > age_s]
        assert history.survival(age_s) == pytest.approx(len(alive) / len(renders), abs=0.01)
        step_s = age_s * 0.05
        ended = sum(seconds <= age_s + step_s for seconds in alive)
        assert history.hazard(age_s + step_s / 2) == pytest.approx(ended / len(alive) / step_s, rel=0.12)


@given(st.integers(-(10**9), 10**12), st.sampled_from([PRIOR, DEMO_PRIOR, LEARNED]))
def test_the_hazard_is_finite_at_every_age(age_ms: int, history: History) -> None:
    age_s = age_ms / 1000
    assert 0 <= history.hazard(age_s) < 10
    assert 0 <= history.survival(age_s) <= 1


@pytest.mark.parametrize("history", [PRIOR, DEMO_PRIOR, LEARNED])
def test_quantiles_grow_with_the_share(history: History) -> None:
    ages = [history.quantile(share) for share in (0.01, 0.25, 0.5, 0.75, 0.9, 0.99)]
    assert ages == sorted(set(ages))


ages = st.lists(st.integers(0, 200_000_000).map(lambda ms: ms / 1000), max_size=30)


@given(ages, st.sampled_from([PRIOR, DEMO_PRIOR]))
def test_while_nothing_is_learned_a_sweep_waits_2_to_60_seconds(ages_s: list[float], history: History) -> None:
    assert SHORTEST_S <= sweep_spacing_s(ages_s, history) <= LONGEST_S


@given(ages)
def test_what_is_learned_never_spaces_sweeps_closer_than_2_seconds(ages_s: list[float]) -> None:
    assert sweep_spacing_s(ages_s, LEARNED) >= SHORTEST_S == 2.0


@given(ages, st.floats(0.1, 1e5), st.sampled_from([PRIOR, LEARNED]))
def test_a_fixed_interval_wins(ages_s: list[float], fixed_s: float, history: History) -> None:
    assert sweep_spacing_s(ages_s, history, fixed_s) == fixed_s


def test_past_the_95th_percentile_nobody_waits_more_than_a_minute() -> None:
    assert sweep_spacing_s([LEARNED.quantile(0.96)], LEARNED) <= LONGEST_S
    for ages_s in ([172_000.0], [1.0, 172_000.0], [LEARNED.quantile(0.5), 172_000.0]):
        assert sweep_spacing_s(ages_s, LEARNED) <= LONGEST_S


@pytest.mark.parametrize("n", [4, 16])
def test_with_more_reels_sweeps_come_closer_by_the_root_of_their_number(n: int) -> None:
    age_s = LEARNED.quantile(0.6)
    ratio = sweep_spacing_s([age_s], LEARNED) / sweep_spacing_s([age_s] * n, LEARNED)
    assert ratio == pytest.approx(math.sqrt(n), rel=0.2)


def test_sweeps_come_closest_where_renders_end() -> None:
    early, busy = sweep_spacing_s([20.0] * 5, LEARNED), sweep_spacing_s([LEARNED.quantile(0.5)] * 5, LEARNED)
    assert busy < early


def test_history_is_learned_from_enough_renders_only() -> None:
    assert learn([100.0] * (ENOUGH_RENDERS - 1)) is PRIOR
    assert learn([], DEMO_PRIOR) is DEMO_PRIOR
    assert learn([100.0] * (ENOUGH_RENDERS - 1) + [0.0, -3.0]) is PRIOR
    assert learn([100.0] * ENOUGH_RENDERS).median_s == pytest.approx(100)


def test_learning_finds_the_distribution_that_renders_come_from() -> None:
    normal = NormalDist(math.log(240), 0.6)
    learned = learn([math.exp(x) for x in normal.samples(500, seed=3)])
    assert learned.median_s == pytest.approx(240, rel=0.1)
    assert learned.sigma == pytest.approx(0.6, rel=0.1)
    assert learned.renders == 500


def test_equal_renders_do_not_collapse_the_spread() -> None:
    assert learn([60.0] * 30).sigma >= 0.1


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_backoff_stays_within_its_bounds(tries: int, jitter: float) -> None:
    assert 0.5 <= backoff_s(tries, jitter) <= 60
    assert backoff_s(tries, jitter, base_s=2.0, cap_s=5.0) <= 5


def test_backoff_doubles_up_to_its_cap() -> None:
    assert [backoff_s(n, 1.0) for n in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert backoff_s(3, 0.0) == 2
