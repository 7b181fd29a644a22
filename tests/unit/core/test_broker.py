from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.broker import LONGEST_COUNTDOWN_S, VISIBLE_AGAIN_S, WAKE_UPS, patient, place
from core.heartbeat import QUEUES
from core.turns import Turns
from tests.conftest import Build
from tests.factories import NOW


def test_every_turn_has_its_wake_up_and_every_queue_its_turns(build: Build) -> None:
    assert set(WAKE_UPS) == set(Turns(build().processor).by_name)
    assert {wake_up.queue for wake_up in WAKE_UPS.values()} == set(QUEUES)


def test_no_task_may_run_or_wait_for_as_long_as_redis_lets_a_message_be_unseen() -> None:
    for wake_up in WAKE_UPS.values():
        soft_s, hard_s = wake_up.limits_s
        assert soft_s < hard_s < VISIBLE_AGAIN_S
    assert LONGEST_COUNTDOWN_S <= 60


@pytest.mark.parametrize(
    ("options", "bounded"),
    [
        ({}, {}),
        ({"queue": "sweep"}, {"queue": "sweep"}),
        ({"countdown": 0}, {"countdown": 0}),
        ({"countdown": 60}, {"countdown": 60.0}),
        ({"countdown": 120}, {"countdown": 60.0}),
        ({"eta": NOW + timedelta(hours=3)}, {"countdown": 60.0}),
        ({"eta": NOW + timedelta(seconds=7)}, {"countdown": 7.0}),
        ({"eta": NOW - timedelta(hours=3)}, {"countdown": 0.0}),
    ],
)
def test_nothing_is_sent_more_than_a_minute_ahead(options: dict[str, Any], bounded: dict[str, Any]) -> None:
    assert patient(options, NOW) == bounded


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://me:hunter2@broker.test:6379/0", "broker.test:6379"),
        ("redis://broker.test", "broker.test"),
        ("amqp://guest:guest@[::1]:5672//", "::1:5672"),
    ],
)
def test_a_broker_is_named_without_its_password(url: str, shown: str) -> None:
    assert place(url) == shown
