from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.errors import StoreError
from core.models import NewDelivery
from core.recorder import MAX_BATCH, MAX_WAITING, Recorder, TooManyWaiting
from core.store import DeliveryFilter
from tests.conftest import Build
from tests.factories import House, a_body, a_delivery, a_store, wait_until
from tests.store.sides import somebody_elses

LOCK = "BEGIN; LOCK TABLE delivery, refusal, tally"


@pytest.fixture
def house(build: Build) -> House:
    return build()


@contextmanager
def recording(house: House, on_commit: Callable[[], None] = lambda: None) -> Iterator[Recorder]:
    recorder = Recorder(house.store, on_commit)
    recorder.start()
    try:
        yield recorder
    finally:
        recorder.stop()


def numbered(n: int, **fields: Any) -> NewDelivery:
    return a_delivery(a_body(video_id=f"v{n}"), **fields)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 20))


async def record_all(recorder: Recorder, deliveries: list[NewDelivery]) -> list[BaseException | None]:
    futures = [recorder.record(new) for new in deliveries]
    return await asyncio.gather(*futures, return_exceptions=True)


def stored(house: House) -> int:
    return len(house.store.deliveries.page(DeliveryFilter(), 9999))


@contextmanager
def locked(house: House) -> Iterator[None]:
    with somebody_elses(house.settings.database_url) as other:
        other.execute("BEGIN IMMEDIATE" if house.settings.database_url.startswith("sqlite") else LOCK)
        yield
        other.execute("ROLLBACK")


def test_what_is_recorded_is_durable_when_its_future_is_done(house: House) -> None:
    async def look() -> list[bytes]:
        await recorder.record(a_delivery())
        with somebody_elses(house.settings.database_url) as other:
            return [row[0] for row in other.execute("SELECT body FROM delivery")]

    with recording(house) as recorder:
        assert run(look()) == [a_body()]


def test_everything_that_waits_is_committed_at_once(house: House) -> None:
    house.store.reels.counts()

    async def while_locked() -> list[BaseException | None]:
        with locked(house):
            first = recorder.record(numbered(0))
            await asyncio.to_thread(wait_until, lambda: recorder.backlog == 0)
            others = [recorder.record(numbered(n)) for n in range(1, 101)]
        return await asyncio.gather(first, *others, return_exceptions=True)

    with recording(house) as recorder:
        assert set(run(while_locked())) == {None}
        assert recorder.batches == {1: 1, 100: 1}
    assert stored(house) == 101


def test_no_batch_is_larger_than_its_bound(house: House) -> None:
    recorder = Recorder(house.store)

    async def fill_then_start() -> None:
        futures = [recorder.record(numbered(n)) for n in range(MAX_BATCH + 10)]
        recorder.start()
        await asyncio.gather(*futures)

    run(fill_then_start())
    recorder.stop()
    assert recorder.batches == {MAX_BATCH: 1, 10: 1}


def test_a_bad_delivery_fails_alone(house: House) -> None:
    recorder = Recorder(house.store)
    bad: Any = object()

    async def mixed() -> list[BaseException | None]:
        futures = [recorder.record(numbered(n)) for n in range(3)]
        futures.insert(1, recorder.record(a_delivery(headers={"odd": bad})))
        recorder.start()
        return await asyncio.gather(*futures, return_exceptions=True)

    outcomes = run(mixed())
    recorder.stop()
    assert [type(outcome) for outcome in outcomes] == [type(None), StoreError, type(None), type(None)]
    assert stored(house) == 3


def test_a_client_that_hangs_up_does_not_hurt_the_batch(house: House) -> None:
    recorder = Recorder(house.store)

    async def hang_up() -> list[BaseException | None]:
        futures = [recorder.record(numbered(n)) for n in range(5)]
        futures[2].cancel()
        recorder.start()
        return await asyncio.gather(*futures, return_exceptions=True)

    outcomes = run(hang_up())
    recorder.stop()
    assert [
        outcome for outcome in outcomes if outcome is not None and not isinstance(outcome, asyncio.CancelledError)
    ] == []
    assert stored(house) == 5


def test_a_server_that_has_stopped_does_not_hurt_the_batch(house: House, caplog: pytest.LogCaptureFixture) -> None:
    recorder = Recorder(house.store)

    async def leave() -> None:
        recorder.record(numbered(0))

    run(leave())
    recorder.start()
    wait_until(lambda: stored(house) == 1)

    async def go_on() -> None:
        await recorder.record(numbered(1))

    run(go_on())
    recorder.stop()
    assert stored(house) == 2
    assert "error" not in caplog.text


def test_when_the_store_cannot_be_written_everybody_is_told_and_later_ones_work(build: Build, house: House) -> None:
    house.store.reels.counts()
    impatient = a_store(house.settings.database_url, house.settings.data_folder, busy_timeout_s=0.05)
    recorder = Recorder(impatient)
    recorder.start()

    async def while_locked() -> None:
        with locked(house):
            outcomes = await record_all(recorder, [numbered(1), numbered(2)])
        assert [type(outcome) for outcome in outcomes] == [StoreError, StoreError]
        assert await record_all(recorder, [numbered(1)]) == [None]

    run(while_locked())
    recorder.stop()
    impatient.close()
    assert stored(house) == 1


def test_there_is_a_bound_on_what_waits(house: House) -> None:
    recorder = Recorder(house.store)

    async def fill() -> None:
        futures = [recorder.record(a_delivery()) for _ in range(MAX_WAITING)]
        with pytest.raises(TooManyWaiting):
            recorder.record(a_delivery())
        recorder.start()
        await asyncio.gather(*futures)
        await recorder.record(a_delivery())

    run(fill())
    recorder.stop()
    assert house.store.deliveries.page(DeliveryFilter(), 9)[0].seen == MAX_WAITING + 1


def test_what_waits_is_committed_before_stopping_and_nothing_is_taken_on_after(house: House) -> None:
    async def stop_while_waiting() -> None:
        futures = [recorder.record(numbered(n)) for n in range(50)]
        stopping = threading.Thread(target=recorder.stop)
        stopping.start()
        await asyncio.gather(*futures)
        await asyncio.to_thread(stopping.join)
        with pytest.raises(TooManyWaiting):
            recorder.record(numbered(99))

    recorder = Recorder(house.store)
    recorder.start()
    run(stop_while_waiting())
    assert stored(house) == 50


def test_each_commit_wakes_the_worker(house: House) -> None:
    commits: list[int] = []
    with recording(house, lambda: commits.append(1)) as recorder:
        run(record_all(recorder, [numbered(1)]))
        wait_until(lambda: commits)


def test_a_wake_up_that_fails_does_not_end_the_recording(house: House) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with recording(house, fail) as recorder:
        run(record_all(recorder, [numbered(1)]))
        assert run(record_all(recorder, [numbered(2)])) == [None]


def test_refused_requests_are_counted_without_a_delivery(house: House) -> None:
    with recording(house) as recorder:
        for _ in range(3):
            recorder.refuse("unsigned", None)
        recorder.refuse("forged", 7)
        wait_until(lambda: house.store.facts.tallies("refused") == {"unsigned": 3, "forged": 1})
    assert stored(house) == 0


def test_refused_requests_are_counted_after_the_store_was_locked(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.store.reels.counts()
    impatient = a_store(house.settings.database_url, house.settings.data_folder, busy_timeout_s=0.01)
    recorder = Recorder(impatient)
    with locked(house):
        recorder.refuse("unsigned", None)
        recorder.start()
        wait_until(lambda: "lock" in caplog.text)
        recorder.refuse("unsigned", None)
    wait_until(lambda: house.store.facts.tallies("refused") == {"unsigned": 2})
    recorder.stop()
    impatient.close()


def test_a_flood_of_forgeries_needs_bounded_memory(house: House) -> None:
    recorder = Recorder(house.store)
    for n in range(10_000):
        recorder.refuse("forged", n)
    recorder.start()
    wait_until(lambda: house.store.facts.tallies("refused") == {"forged": 10_000})
    recorder.stop()
    assert len(house.store.facts.refusals(10_000)) <= MAX_BATCH + 1


def test_forgeries_that_arrive_while_others_are_being_written_do_not_end_the_recording(house: House) -> None:
    with recording(house) as recorder:
        for n in range(20_000):
            recorder.refuse("forged", n)
            if n % 2000 == 0:
                run(record_all(recorder, [numbered(n)]))
        wait_until(lambda: house.store.facts.tallies("refused") == {"forged": 20_000})
        assert run(record_all(recorder, [numbered(-1)])) == [None]
