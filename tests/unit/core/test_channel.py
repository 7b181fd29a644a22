from __future__ import annotations

import json

import pytest

from core.channel import Arrival, after, from_json, opened, to_json
from core.schedule import ChannelHealth

ARRIVALS = {"m": Arrival.MISSED, "t": Arrival.ON_TIME, "l": Arrival.LATE}


def health_after(arrivals: str, start: ChannelHealth | None = None) -> ChannelHealth:
    health = start or ChannelHealth()
    for letter in arrivals:
        health = after(health, ARRIVALS[letter])
    return health


@pytest.mark.parametrize(
    ("arrivals", "is_open"),
    [
        ("", False),
        ("m", False),
        ("mm", True),
        ("mtm", False),
        ("mlm", False),
        ("tmtm", False),
        ("ttmm", True),
        ("mmt", True),
        ("mmtt", True),
        ("mmttt", False),
        ("mmttmt", True),
        ("mmttltt", True),
        ("mmttmttt", False),
        ("mmtttm", False),
        ("mmtttmm", True),
        ("mmmmm", True),
    ],
)
def test_two_misses_open_the_breaker_and_three_on_time_close_it(arrivals: str, is_open: bool) -> None:
    assert health_after(arrivals).open is is_open


def test_an_open_breaker_says_why_and_a_closed_one_says_nothing() -> None:
    assert health_after("mm").reason == "webhooks_missed"
    assert health_after("mmttt").reason is None


def test_a_probe_opens_the_breaker_for_a_reason_of_its_own() -> None:
    health = opened(health_after("tt"), "probe_failed")
    assert (health.open, health.reason) == (True, "probe_failed")
    assert health_after("tt", health).open
    assert not health_after("ttt", health).open


def test_totals_outlive_the_breaker() -> None:
    assert health_after("mmtttl").totals == {"missed": 2, "on_time": 3, "late": 1}


@pytest.mark.parametrize("arrivals", ["", "m", "mmt", "lt"])
def test_the_health_survives_being_stored(arrivals: str) -> None:
    health = health_after(arrivals)
    assert from_json(json.loads(json.dumps(to_json(health)))) == health


def test_no_fact_is_a_channel_of_which_nothing_bad_is_known() -> None:
    assert from_json(None) == ChannelHealth()
