from __future__ import annotations

import pytest

from core.channel import opened
from core.check import Check, Result
from core.connectivity import AGAIN_S, CONNECTIVITY, EVERY_S, PROBE_FAILED, WHILE_DOWN_S, Connectivity, judged
from core.probe import probe
from core.schedule import ChannelHealth
from tests.conftest import Build
from tests.factories import NOW

NO_NAME = "https://a..b"  # one that no resolver is asked for
MISSED = ChannelHealth(open=True, reason="webhooks_missed", misses=2, totals={"missed": 2})
DOWN = opened(ChannelHealth(totals={"on_time": 4}), PROBE_FAILED)


@pytest.mark.parametrize(
    ("health", "failed", "expected"),
    [
        (ChannelHealth(), False, ChannelHealth()),
        (ChannelHealth(), True, ChannelHealth(open=True, reason=PROBE_FAILED)),
        (DOWN, True, DOWN),
        (DOWN, False, ChannelHealth(totals={"on_time": 4})),
        (MISSED, False, MISSED),
        (MISSED, True, MISSED),
    ],
)
def test_probes_open_and_close_only_their_own_breaker(
    health: ChannelHealth, failed: bool, expected: ChannelHealth
) -> None:
    assert judged(health, probe_failed=failed) == expected


@pytest.mark.parametrize(("mode", "url"), [("polling", "http://127.0.0.1:9"), ("hybrid", None)])
def test_without_webhooks_nothing_is_probed(build: Build, mode: str, url: str | None) -> None:
    house = build(mode, webhook_base_url=url)
    watch = Connectivity(house.processor, tuple)
    for _ in range(3):
        assert watch.turn(NOW) == EVERY_S
    assert house.store.facts.get(CONNECTIVITY) is None


def test_an_address_that_does_not_answer_opens_the_breaker_at_once(build: Build) -> None:
    house = build("hybrid", webhook_base_url=NO_NAME)
    watch = Connectivity(house.processor, tuple)
    assert watch.turn(NOW) < 10
    assert house.store.facts.get(CONNECTIVITY) is None
    assert watch.turn(NOW) == AGAIN_S
    assert (house.processor.channel().open, house.processor.channel().reason) == (True, PROBE_FAILED)
    assert house.store.facts.get(CONNECTIVITY)["ok"] is False
    assert [watch.turn(NOW) for _ in range(2)] == [WHILE_DOWN_S, WHILE_DOWN_S]


@pytest.mark.parametrize("url", [NO_NAME, "https://" + "a" * 70 + ".test"])
def test_a_name_that_cannot_be_is_a_check_that_fails(url: str) -> None:
    [check] = probe(url, [])
    assert isinstance(check, Check)
    assert (check.name, check.result) == ("webhook-dns", Result.FAIL)
    assert check.advice
