from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from core import catalogue
from core.clock import utcnow
from core.dashboard import figures
from core.errors import StoreError
from core.gate import Gate
from core.heartbeat import HEARTBEAT
from core.models import ReelStatus
from core.processor import HeyGenVideoProcessor
from core.product import Product
from core.submission import GATE
from core.turns import ACCOUNT, SENDERS, WORDS_AT_ONCE, Slots, Turns
from core.worker import Loop, Worker
from tests.conftest import Build
from tests.factories import NOW, House, a_delivery, a_reel, refusal, wait_until

CREATE = "POST /v3/videos"


@pytest.fixture
def house(build: Build) -> House:
    return build("hybrid")


@pytest.fixture
def turns(house: House) -> Iterator[Turns]:
    made = Turns(house.processor)
    yield made
    for slots in made.slots.values():
        slots.wait(10)


def status(house: House, reel_id: int = 1) -> ReelStatus:
    return house.store.reels.get(reel_id).status


# Loops


def loop(turn: Any) -> Loop:
    made = Loop("test", turn)
    made.start()
    return made


def end(running: Loop) -> None:
    running.stop()
    running.join(10)
    assert not running.is_alive()


def test_a_wake_up_cuts_the_waiting_short() -> None:
    turns: list[datetime] = []
    running = loop(lambda now: turns.append(now) or 3600.0)
    wait_until(lambda: len(turns) == 1)
    running.wake()
    wait_until(lambda: len(turns) == 2)
    end(running)
    assert len(turns) == 2


@pytest.mark.parametrize("error", [StoreError("locked"), ZeroDivisionError("a bug")])
def test_a_turn_that_fails_is_logged_and_followed_by_others(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    turns: list[int] = []

    def turn(now: datetime) -> float:
        turns.append(1)
        if len(turns) == 1:
            raise error
        return 3600.0

    running = loop(turn)
    wait_until(lambda: turns)
    running.wake()
    wait_until(lambda: len(turns) == 2)
    end(running)
    assert "test" in caplog.text


def test_a_bounded_number_of_jobs_runs_at_once_and_one_that_fails_frees_its_place() -> None:
    slots, go, ended = Slots("test", 3), threading.Event(), []

    def job() -> None:
        assert go.wait(20)
        raise ZeroDivisionError

    for _ in range(3):
        slots.run(job, lambda: ended.append(1))
    assert slots.free == 0
    assert not slots.wait(0.01)
    go.set()
    assert slots.wait(20)
    wait_until(lambda: len(ended) == 3)
    assert slots.free == 3


def test_a_job_without_a_database_says_so_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    slots = Slots("test", 1)

    def job() -> None:
        raise StoreError("The database {path} cannot be used.", path="reels")

    slots.run(job, lambda: None)
    assert slots.wait(20)
    [record] = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert "The database reels cannot be used." in record.getMessage()


# Turns


def test_a_submit_turn_sends_what_may_be_sent(house: House, turns: Turns) -> None:
    house.processor.enqueue_many([a_reel() for _ in range(SENDERS + 2)])
    turns.submit_turn(utcnow())
    wait_until(lambda: house.store.reels.counts()[ReelStatus.PROCESSING] == SENDERS)
    turns.slots["submit"].wait(10)
    turns.submit_turn(utcnow())
    wait_until(lambda: house.store.reels.counts()[ReelStatus.PROCESSING] == SENDERS + 2)


def test_a_submit_turn_does_not_wait_for_slow_answers(house: House, turns: Turns) -> None:
    go = threading.Event()

    def slow(request: httpx.Request) -> httpx.Response:
        assert go.wait(20)
        return house.wire.ordinary(request)

    house.wire.always(CREATE, slow)
    house.processor.enqueue_many([a_reel() for _ in range(SENDERS + 2)])
    turns.submit_turn(utcnow())
    turns.submit_turn(utcnow())
    wait_until(lambda: len(house.wire.calls(CREATE)) == SENDERS)
    go.set()
    turns.slots["submit"].wait(10)
    assert house.store.reels.counts()[ReelStatus.PROCESSING] == SENDERS


def test_an_inbox_turn_works_deliveries_off(house: House, turns: Turns) -> None:
    house.stored()
    house.wire.finish("v1")
    house.store.deliveries.record([a_delivery(received_at=utcnow() - timedelta(seconds=1))])
    turns.inbox_turn(utcnow())
    wait_until(lambda: status(house) is ReelStatus.COMPLETED)


def test_an_idle_worker_writes_nothing(house: House, turns: Turns) -> None:
    house.store.facts.put("known", 1, NOW)
    with house.store.transaction() as conn:
        before = conn.total_changes
    for _ in range(10):
        turns.submit_turn(utcnow())
        turns.inbox_turn(utcnow())
    with house.store.transaction() as conn:
        assert conn.total_changes == before


def test_a_heartbeat_shows_that_the_worker_lives_and_silence_that_it_does_not(house: House, turns: Turns) -> None:
    product = Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)
    assert (figures(product, NOW).worker_alive, figures(product, NOW).worker_age_s) == (False, None)
    turns.heartbeat_turn(NOW)
    assert house.store.facts.set_at(HEARTBEAT) == NOW
    alive = figures(product, NOW + timedelta(seconds=14))
    assert (alive.worker_alive, alive.worker_age_s) == (True, 14.0)
    assert not figures(product, NOW + timedelta(seconds=16)).worker_alive


def test_the_account_is_looked_at_now_and_then(house: House, turns: Turns) -> None:
    for second in range(121):
        turns.account_turn(NOW + timedelta(seconds=second))
    assert len(house.wire.calls("GET /v3/users/me")) == 3
    assert len(house.wire.calls("GET /v3/voices")) == 1
    assert house.store.facts.get(ACCOUNT) == {"balance": 50.0, "currency": "usd", "name": "ana"}
    assert catalogue.read(house.store).avatars[0].id == "look_1"


def test_a_problem_with_the_account_is_kept_and_goes_again(house: House, turns: Turns) -> None:
    house.wire.script("GET /v3/users/me", refusal(401, "unauthorized"))
    turns.account_turn(NOW)
    assert house.store.facts.get(ACCOUNT)["problem"]["code"] == "unauthorized"
    turns.account_turn(NOW + timedelta(seconds=5))
    assert "problem" not in house.store.facts.get(ACCOUNT)


def stop_queue(house: House, status: int, code: str) -> None:
    house.wire.script(CREATE, refusal(status, code))
    house.processor.process_reel(a_reel())
    assert house.processor.submission.gate().state == "stopped"


def test_a_key_that_works_again_opens_a_stopped_queue(house: House, turns: Turns, frozen: Any) -> None:
    stop_queue(house, 401, "unauthorized")
    house.wire.script("GET /v3/users/me", refusal(401, "unauthorized"))
    turns.account_turn(utcnow())
    assert house.processor.submission.gate().state == "stopped"
    frozen.tick(60)
    turns.account_turn(utcnow())
    assert house.processor.submission.gate() == Gate()
    assert house.store.facts.get(GATE) is None


@pytest.mark.parametrize("answer", [refusal(401, "unauthorized"), httpx.Response(500), httpx.ConnectError("gone")])
def test_a_stopped_queue_is_looked_into_once_a_minute_and_not_every_second(
    house: House, turns: Turns, frozen: Any, answer: Any
) -> None:
    turns.account_turn(utcnow())  # the catalogue is known
    stop_queue(house, 402, "insufficient_credit")
    house.wire.always("GET /v3/users/me", answer)
    for _ in range(121):
        turns.account_turn(utcnow())
        frozen.tick(1)
    assert len(house.wire.calls("GET /v3/users/me")) == 1 + 3


def test_the_account_is_left_alone_for_as_long_as_heygen_says(house: House, turns: Turns, frozen: Any) -> None:
    house.wire.script("GET /v3/users/me", refusal(429, "rate_limit_exceeded", **{"Retry-After": "100"}))
    for second in range(101):
        turns.account_turn(NOW + timedelta(seconds=second))
        assert len(house.wire.calls("GET /v3/users/me")) == (1 if second < 100 else 2)


def test_a_missing_catalogue_keeps_no_queue_shut(house: House, turns: Turns, frozen: Any) -> None:
    stop_queue(house, 401, "unauthorized")
    house.wire.always("GET /v3/voices", refusal(403, "forbidden"))
    turns.account_turn(utcnow())
    assert house.processor.submission.gate() == Gate()


def test_a_queue_that_has_just_stopped_is_looked_into_at_once(house: House, turns: Turns, frozen: Any) -> None:
    turns.account_turn(utcnow())
    frozen.tick(1)
    stop_queue(house, 401, "unauthorized")
    turns.account_turn(utcnow())
    assert house.processor.submission.gate() == Gate()


def test_a_wallet_that_was_topped_up_opens_a_stopped_queue(house: House, turns: Turns, frozen: Any) -> None:
    def wallet(balance: float) -> httpx.Response:
        return httpx.Response(200, json={"data": {"wallet": {"remaining_balance": balance}}})

    stop_queue(house, 402, "insufficient_credit")
    for balance, state in ((0, "stopped"), (0, "stopped"), (20, "open")):
        house.wire.script("GET /v3/users/me", wallet(balance))
        turns.account_turn(utcnow())
        assert house.processor.submission.gate().state == state
        frozen.tick(61)


def test_the_words_of_deliveries_are_indexed_little_by_little(house: House, turns: Turns) -> None:
    house.store.deliveries.record([a_delivery(b'{"event_type": "x", "n": %d}' % n) for n in range(WORDS_AT_ONCE + 1)])
    first, second = turns.words_turn(NOW), turns.words_turn(NOW)
    assert first < second
    assert house.store.deliveries.log.unindexed() == 0


# The whole


def test_a_running_worker_carries_reels_from_the_queue_to_their_end_and_stops_when_told(build: Build) -> None:
    house = build("polling", poll_interval_s=0.01)
    worker = Worker(house.processor)
    worker.start()
    house.processor.enqueue_many([a_reel() for _ in range(3)])
    worker.wake("submit")
    wait_until(lambda: len(house.wire.videos) == 3)
    wait_until(lambda: house.store.reels.counts()[ReelStatus.PROCESSING] == 3)
    for video_id in list(house.wire.videos):
        house.wire.finish(video_id, "failed")
    wait_until(lambda: house.store.reels.counts()[ReelStatus.FAILED] == 3)
    worker.stop()
    assert not [thread for thread in threading.enumerate() if thread.name in {"submit", "sweep", "heartbeat"}]


def test_a_worker_needs_nothing_but_a_processor(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    processor: HeyGenVideoProcessor = house.processor
    worker = Worker(processor)
    worker.start()
    wait_until(lambda: house.store.facts.get(HEARTBEAT))
    worker.stop()
    assert "failed" not in caplog.text


def test_a_worker_that_starts_looks_at_the_account_at_once_however_lately_another_looked(
    house: House, turns: Turns
) -> None:
    turns.account_turn(NOW)
    Turns(house.processor).account_turn(NOW + timedelta(seconds=1))
    assert len(house.wire.calls("GET /v3/users/me")) == 1
    Turns(house.processor).begin(NOW + timedelta(seconds=1))
    turns.account_turn(NOW + timedelta(seconds=1))
    assert len(house.wire.calls("GET /v3/users/me")) == 2
