from __future__ import annotations

import threading
from datetime import timedelta

from core import pace
from tests.conftest import Build
from tests.factories import NOW


def test_of_all_callers_one_has_its_turn_and_then_nobody_for_a_while(build: Build) -> None:
    store = build().store
    assert [pace.take(store, "look", NOW, 60) for _ in range(3)] == [True, False, False]
    assert not pace.take(store, "look", NOW + timedelta(seconds=59), 60)
    assert pace.take(store, "look", NOW + timedelta(seconds=60), 60)
    assert pace.take(store, "other", NOW, 60)


def test_of_many_processes_at_the_same_moment_one_has_its_turn(build: Build) -> None:
    stores = [build().store for _ in range(6)]
    ready, won = threading.Barrier(len(stores)), []

    def race(n: int) -> None:
        ready.wait(20)
        if pace.take(stores[n], "look", NOW, 60):
            won.append(n)

    threads = [threading.Thread(target=race, args=(n,)) for n in range(len(stores))]
    with build().store.transaction():  # all find it due, and then wait for each other to write so
        for thread in threads:
            thread.start()
        assert not threading.Event().wait(0.3)
    for thread in threads:
        thread.join(20)
    assert len(won) == 1


def test_the_moment_can_be_moved_and_forgotten(build: Build) -> None:
    store = build().store
    pace.take(store, "look", NOW, 60)
    pace.postpone(store, "look", NOW, 5)
    assert pace.is_due(store, "look", NOW + timedelta(seconds=5))
    pace.postpone(store, "look", NOW, 600)
    assert not pace.is_due(store, "look", NOW + timedelta(seconds=599))
    pace.forget(store, "look", NOW)
    assert pace.is_due(store, "look", NOW)
