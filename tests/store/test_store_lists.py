"""What triggers keep, and what is found by words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import ReelStatus, SendState
from core.store import DeliveryFilter, ReelFilter, Store
from core.store.search import query, words
from tests.conftest import Build
from tests.factories import NOW, House, a_body, a_delivery

MIDNIGHT = NOW.replace(hour=0)


@pytest.fixture
def house(build: Build) -> House:
    return build()


@pytest.fixture
def store(house: House) -> Store:
    return house.store


def found(store: Store, text: str, limit: int = 50, **wanted: Any) -> list[int | None]:
    return [reel.id for reel in store.reels.page(ReelFilter(text=text, **wanted), limit)]


steps = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(list(ReelStatus)),
        st.sampled_from(list(SendState)),
        st.none() | st.integers(0, 40),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, minutes=st.integers(0, 24 * 60))
def test_what_triggers_keep_is_what_would_be_counted(house: House, steps: list[Any], minutes: int) -> None:
    reels, since = house.store.reels, MIDNIGHT + timedelta(minutes=minutes)
    for n, status, state, half_hours, gone in steps:
        detected_at = None if half_hours is None else MIDNIGHT + timedelta(minutes=37 * half_hours)
        reel = next((r for r in reels.page(ReelFilter(), 9) if (r.id or 0) % 6 == n), None)
        reel = reel or house.stored("pending", idempotency_key=f"key-{sum(reels.counts().values())}-{n}-{status}")
        reels.save(reel, status=status, send_state=state, detected_at=detected_at)
        if gone:
            with house.store.transaction() as conn:
                conn.execute("DELETE FROM reel WHERE id = ?", (reel.id,))
    stored = reels.page(ReelFilter(), 500)
    pending = [reel.send_state for reel in stored if reel.status is ReelStatus.PENDING]
    done = [r for r in stored if r.status is ReelStatus.COMPLETED and r.detected_at and r.detected_at >= since]
    assert reels.waiting_to_send() == {state: pending.count(state) for state in set(pending)}
    assert reels.completed_since(since) == len(done)


def test_words_are_found_whatever_their_case_and_accents(house: House, store: Store) -> None:
    one = house.stored(title="Promoción", script="Mañana ABRIMOS")
    two = house.stored(title="Otra", script="promocion de hoy")
    assert found(store, "PROMOCIO") == [two.id, one.id]
    assert found(store, "abri manana") == [one.id]
    assert found(store, "promoción hoy") == [two.id]
    assert found(store, "brimos") == []
    assert found(store, 'abri" OR "hoy') == []


@pytest.mark.parametrize("text", ["!!", '"', "*", "\x00", "()", "  "])
def test_a_text_without_a_word_finds_nothing(house: House, store: Store, text: str) -> None:
    house.stored(title=text)
    assert found(store, text) == []


def test_words_follow_their_reel(house: House, store: Store) -> None:
    reel = house.stored(title="viejo")
    store.reels.save(reel, title="nuevo")
    assert found(store, "viejo") == []
    assert found(store, "nuevo") == [reel.id]
    with store.transaction() as conn:
        conn.execute("DELETE FROM reel WHERE id = ?", (reel.id,))
    assert found(store, "nuevo") == []


def test_found_reels_are_paged_and_filtered_as_others_are(house: House, store: Store) -> None:
    for n in range(6):
        house.stored("failed" if n % 2 else "completed", title="hola")
    assert found(store, "hola", 2) == [6, 5]
    assert found(store, "hola", 2, before_id=5) == [4, 3]
    assert found(store, "hola", status=ReelStatus.FAILED) == [6, 4, 2]
    assert found(store, "hola", status=ReelStatus.FAILED, before_id=4) == [2]
    assert found(store, "hola", status=ReelStatus.TIMED_OUT) == []


def test_a_word_that_fills_a_page_is_taken_whole() -> None:
    assert words("Año-nuevo, 100%_off") == ["Año", "nuevo", "100", "off"]
    assert query(["hola", "raro"], lambda word: word == "hola") == '"hola" "raro"*'


@pytest.mark.parametrize("n", [1, 2, 3, 16, 17, 255, 256, 257, 600])
def test_a_batch_of_any_size_is_stored_whole(store: Store, n: int) -> None:
    store.deliveries.record([a_delivery(a_body(video_id=f"v{i}")) for i in range(n)])
    kept = store.deliveries.page(DeliveryFilter(), 1000)
    assert [delivery.body for delivery in reversed(kept)] == [a_body(video_id=f"v{i}") for i in range(n)]


def test_a_batch_joins_the_transaction_that_is_open(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.deliveries.record([a_delivery()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.deliveries.page(DeliveryFilter(), 9) == []


def test_many_reels_are_returned_as_they_are_stored(house: House) -> None:
    house.stored("pending")
    fresh = [house.again(house.stored("pending")) for _ in range(3)]
    assert house.store.reels.page(ReelFilter(), 3) == fresh[::-1]
