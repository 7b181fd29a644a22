from __future__ import annotations

import json
from datetime import timedelta

import pytest

from core.errors import BadAnswer, HeyGenError, HeyGenRefused, OutcomeUnknown, Unreachable
from core.gate import DAILY_WAIT_S, LONGEST_WAIT_S, Gate, Outcome, judge
from tests.factories import NOW


def refused(status: int, code: str = "some_code", retry_after_s: float | None = None) -> HeyGenRefused:
    return HeyGenRefused(status, code, "words", request_id="req_1", retry_after_s=retry_after_s)


def seconds_shut(gate: Gate) -> float:
    assert gate.until is not None
    return (gate.until - NOW).total_seconds()


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (refused(400, "invalid_parameter"), Outcome.FINAL),
        (refused(400, "content_policy_violation"), Outcome.FINAL),
        (refused(403, "forbidden"), Outcome.FINAL),
        (refused(404, "avatar_not_found"), Outcome.FINAL),
        (refused(413, "payload_too_large"), Outcome.FINAL),
        (refused(422, "unknown"), Outcome.FINAL),
        (refused(451, "unknown"), Outcome.FINAL),
        (refused(401, "unauthorized"), Outcome.STOP),
        (refused(402, "insufficient_credit"), Outcome.STOP),
        (refused(402, "subscription_required"), Outcome.STOP),
        (refused(429, "rate_limit_exceeded"), Outcome.PAUSE),
        (refused(429, "quota_exceeded"), Outcome.PAUSE),
        (refused(302, "unknown"), Outcome.UNKNOWN),  # a portal in between, not HeyGen
        (refused(408, "unknown"), Outcome.UNKNOWN),
        (refused(409, "request_in_progress"), Outcome.UNKNOWN),
        (refused(409, "conflict"), Outcome.UNKNOWN),
        (refused(425, "unknown"), Outcome.UNKNOWN),
        (OutcomeUnknown("HeyGen answered 500"), Outcome.UNKNOWN),
        (BadAnswer("not JSON"), Outcome.UNKNOWN),
        (HeyGenError("anything else"), Outcome.UNKNOWN),
        (Unreachable("no connection"), Outcome.NOT_SENT),
    ],
)
def test_each_error_means_one_thing(error: HeyGenError, outcome: Outcome) -> None:
    assert judge(error) is outcome


@pytest.mark.parametrize(
    ("gate", "after_s", "through"),
    [
        (Gate(), 0, True),
        (Gate(state="paused", until=NOW + timedelta(seconds=5)), 4.9, False),
        (Gate(state="paused", until=NOW + timedelta(seconds=5)), 5, True),
        (Gate(state="paused"), 0, True),
        (Gate(state="stopped", until=NOW), 86_400, False),
    ],
)
def test_the_gate_lets_through_when_it_should(gate: Gate, after_s: float, through: bool) -> None:
    assert gate.lets_through(NOW + timedelta(seconds=after_s)) is through


@pytest.mark.parametrize("status", [401, 402])
def test_a_wrong_key_and_an_empty_wallet_stop_the_queue(status: int) -> None:
    gate = Gate().after(refused(status, "the_code"), NOW, 0.5)
    assert (gate.state, gate.reason, gate.until, gate.request_id) == ("stopped", "the_code", NOW, "req_1")


@pytest.mark.parametrize("error", [refused(401), refused(402), refused(429), Unreachable("gone")])
def test_a_stopped_queue_stays_as_it_was_stopped(error: HeyGenError) -> None:
    stopped = Gate().after(refused(402, "insufficient_credit"), NOW, 0.5)
    assert stopped.after(error, NOW + timedelta(minutes=1), 0.5) == stopped


@pytest.mark.parametrize("error", [refused(400), refused(403), refused(409), OutcomeUnknown("500"), BadAnswer("html")])
def test_what_is_one_reels_own_trouble_leaves_the_gate_open(error: HeyGenError) -> None:
    assert Gate().after(error, NOW, 0.5) == Gate()


@pytest.mark.parametrize(
    ("error", "wait_s"),
    [
        (refused(429, "rate_limit_exceeded", retry_after_s=17), 17),
        (refused(429, "rate_limit_exceeded", retry_after_s=0), 0),
        (refused(429, "rate_limit_exceeded"), 2),
        (refused(429, "rate_limit_exceeded", retry_after_s=1e8), LONGEST_WAIT_S),
        (refused(429, "quota_exceeded"), DAILY_WAIT_S),
        (refused(429, "trial_limit_exceeded"), DAILY_WAIT_S),
        (refused(429, "quota_exceeded", retry_after_s=40), 40),
        (Unreachable("gone"), 2),
    ],
)
def test_a_pause_lasts_as_long_as_heygen_says_else_as_long_as_is_polite(error: HeyGenError, wait_s: float) -> None:
    gate = Gate().after(error, NOW, 1.0)
    assert gate.state == "paused"
    assert seconds_shut(gate) == wait_s


def test_pauses_grow_while_they_follow_each_other_and_stay_bounded() -> None:
    gate, now, waits = Gate(), NOW, []
    for _ in range(9):
        gate = gate.after(refused(429), now, 1.0)
        assert gate.until is not None
        waits.append((gate.until - now).total_seconds())
        now = gate.until
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60]


@pytest.mark.parametrize(("code", "asked"), [("quota_exceeded", 11), ("rate_limit_exceeded", 3600)])
def test_a_daily_limit_that_asks_for_a_second_again_and_again_is_not_hammered(code: str, asked: int) -> None:
    gate, now, times = Gate(), NOW, 0
    while now < NOW + timedelta(hours=1):
        gate = gate.after(refused(429, code, retry_after_s=1), now, 1.0)
        assert gate.until is not None
        now, times = gate.until, times + 1
    assert times == asked


def test_several_refusals_at_once_are_one_strike() -> None:
    first = Gate().after(refused(429), NOW, 1.0)
    second = first.after(refused(429), NOW + timedelta(seconds=1), 1.0)
    assert second == first


def test_of_several_at_once_the_longest_wait_that_heygen_asked_for_counts() -> None:
    gate = Gate().after(refused(429, retry_after_s=10), NOW, 1.0)
    gate = gate.after(refused(429, retry_after_s=30), NOW, 1.0)
    gate = gate.after(refused(429, retry_after_s=5), NOW, 1.0)
    assert seconds_shut(gate) == 30
    assert gate.strikes == 1


def test_a_stop_overrides_a_pause() -> None:
    paused = Gate().after(refused(429), NOW, 1.0)
    assert paused.after(refused(402), NOW, 1.0).state == "stopped"


@pytest.mark.parametrize("code", ["unauthorized", "authentication_failed"])
def test_a_key_that_works_again_opens_the_gate(code: str) -> None:
    assert Gate().after(refused(401, code), NOW, 0.5).after_look(None, NOW) == Gate()


def test_a_wallet_opens_the_gate_only_once_it_is_fuller_than_at_the_last_look() -> None:
    gate = Gate().after(refused(402, "insufficient_credit"), NOW, 0.5)
    first = gate.after_look(3.0, NOW)
    assert (first.state, first.balance, seconds_shut(first)) == ("stopped", 3.0, 60)
    assert first.after_look(3.0, NOW).state == "stopped"
    assert first.after_look(None, NOW).state == "stopped"
    assert first.after_look(2.0, NOW).state == "stopped"
    assert first.after_look(3.5, NOW) == Gate()


def test_a_look_at_the_account_leaves_an_open_and_a_paused_gate_alone() -> None:
    paused = Gate().after(refused(429), NOW, 0.5)
    assert Gate().after_look(100.0, NOW) == Gate()
    assert paused.after_look(100.0, NOW) == paused


@pytest.mark.parametrize(
    "gate",
    [Gate(), Gate().after(refused(429, retry_after_s=3), NOW, 0.5), Gate().after(Unreachable("x {a}", a=1), NOW, 0.5)],
)
def test_a_gate_survives_being_stored(gate: Gate) -> None:
    assert Gate.from_json(json.loads(json.dumps(gate.to_json()))) == gate


def test_no_fact_is_an_open_gate() -> None:
    assert Gate.from_json(None) == Gate()
