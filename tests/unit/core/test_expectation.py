from __future__ import annotations

import pytest

from core.expectation import Band, expected
from core.schedule import DEMO_PRIOR, PRIOR


def test_without_experience_the_prior_speaks() -> None:
    band = expected([(300.0, 100)] * 19, 100, PRIOR)
    assert (band.renders, band.by_length) == (0, False)
    assert band.low_s == pytest.approx(PRIOR.quantile(0.1))
    assert band.high_s == pytest.approx(PRIOR.quantile(0.9))
    assert band.rounded() == (4, 14, "minutes")


def test_in_the_demo_it_is_seconds() -> None:
    assert expected([], 100, DEMO_PRIOR).rounded()[2] == "seconds"


def test_eight_of_ten_past_renders_lie_within() -> None:
    times = [(float(seconds), 500) for seconds in range(240, 540, 3)]
    band = expected(times, 500, PRIOR)
    inside = [seconds for seconds, _ in times if band.low_s <= seconds <= band.high_s]
    assert len(inside) == pytest.approx(80, abs=2)
    assert band.rounded() == (4, 9, "minutes")


def test_scripts_of_about_the_same_length_teach_more() -> None:
    short, long = [(100.0 + n, 200) for n in range(20)], [(900.0 + n, 2000) for n in range(20)]
    band = expected([*short, *long], 250, PRIOR)
    assert (band.by_length, band.renders) == (True, 20)
    assert band.high_s < 120
    between = expected([*short, *long], 700, PRIOR)
    assert (between.by_length, between.renders) == (False, 40)


@pytest.mark.parametrize(
    ("low_s", "high_s", "told"),
    [
        (11.0, 28.0, (10, 30, "seconds")),
        (0.4, 3.0, (5, 5, "seconds")),
        (61.0, 89.0, (60, 90, "seconds")),
        (61.0, 95.0, (1, 2, "minutes")),
        (30.0, 119.0, (1, 2, "minutes")),
        (3700.0, 7000.0, (61, 117, "minutes")),
        (3700.0, 20000.0, (1, 6, "hours")),
    ],
)
def test_a_band_is_told_in_whole_units_that_hold_it(low_s: float, high_s: float, told: tuple[int, int, str]) -> None:
    assert Band(low_s=low_s, high_s=high_s).rounded() == told


def test_what_takes_longer_is_past_the_band() -> None:
    band = Band(low_s=10, high_s=20)
    assert [band.is_past(age_s) for age_s in (5, 20, 20.5)] == [False, False, True]
