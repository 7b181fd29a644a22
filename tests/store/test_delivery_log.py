"""What is found among the deliveries, by which filter, and what triggers keep of them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import Verdict
from core.store import DeliveryFilter, Store
from core.store import delivery_log as log
from tests.conftest import Build
from tests.factories import NOW, a_body, a_delivery
from tests.store.sides import SQLITE_ALONE


@pytest.fixture
def store(build: Build) -> Store:
    return build().store


def record(store: Store, n: int = 1, **fields: Any) -> list[int]:
    """Store deliveries that differ in their video, and return their ids."""
    before = max(found(store) or [0])
    made = [a_delivery(a_body(video_id=f"video{before + k}"), **fields) for k in range(n)]
    store.deliveries.record(made)
    return [before + k + 1 for k in range(n)]


def rule(store: Store, delivery_id: int, verdict: Verdict, **settled: Any) -> None:
    delivery = store.deliveries.get(delivery_id)
    assert delivery is not None
    store.deliveries.settle(delivery, verdict, now=NOW, **settled)


def found(store: Store, limit: int = 50, **wanted: Any) -> list[int]:
    return [row.id for row in store.deliveries.log.walk(DeliveryFilter(**wanted), limit).rows]


def test_each_filter_finds_its_own_newest_first(store: Store) -> None:
    record(store, 2, reel_id=7)
    record(store, 2, event_type="avatar_video.fail")
    rule(store, 1, Verdict.APPLIED)
    rule(store, 3, Verdict.POISON, set_aside=True)
    assert found(store) == [4, 3, 2, 1]
    assert found(store, reel_id=7) == [2, 1]
    assert found(store, event_type="avatar_video.fail") == [4, 3]
    assert found(store, verdict=Verdict.WAITING) == [4, 2]
    assert found(store, set_aside=True) == [3]
    assert found(store, set_aside=True, reel_id=7) == []
    assert found(store, verdict=Verdict.WAITING, reel_id=7) == [2]
    assert found(store, verdict=Verdict.WAITING, event_type="avatar_video.fail", before_id=4) == []


@SQLITE_ALONE
def test_every_filter_is_led_by_an_index_of_its_own(store: Store) -> None:
    record(store, 3, reel_id=7)
    store.deliveries.log.index(9)
    conn = store._connections.read()
    for lead, sql in log._LEADS.items():
        values = {"text": "video1", "before": 9, "room": 9, "reel_id": 7, "verdict": "waiting", "event_type": "x"}
        plan = " ".join(row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql.format(order='')}", values))
        assert "TEMP B-TREE" not in plan, lead


def test_a_list_goes_on_where_it_ended(store: Store) -> None:
    record(store, 5)
    first = store.deliveries.log.walk(DeliveryFilter(), 2)
    assert ([row.id for row in first.rows], first.next_before) == ([5, 4], 4)
    last = store.deliveries.log.walk(DeliveryFilter(before_id=2), 2)
    assert ([row.id for row in last.rows], last.next_before) == ([1], None)
    assert store.deliveries.log.walk(DeliveryFilter(), 5).next_before is None


def test_a_rare_row_behind_many_others_is_found_by_going_on(store: Store) -> None:
    short = log.DeliveryLog(store._connections, walk=3)
    record(store, 1, reel_id=7, event_type="rare")
    record(store, 7, reel_id=7)
    wanted, steps = DeliveryFilter(reel_id=7, event_type="rare"), []
    while True:
        stretch = short.walk(wanted, 2)
        steps.append([row.id for row in stretch.rows])
        if stretch.next_before is None:
            break
        wanted = DeliveryFilter(reel_id=7, event_type="rare", before_id=stretch.next_before)
    assert steps == [[], [], [1]]
    assert short.matching(DeliveryFilter(reel_id=7, event_type="rare"), 9) == ([1], False)


def test_words_of_the_body_are_found_once_they_are_indexed(store: Store) -> None:
    store.deliveries.record(
        [
            a_delivery(a_body(video_id="3fa9c1d2e4b5", msg="Falló la CANCIÓN")),
            a_delivery(b'{"event_type": "x", "msg": "canci\xc3\xb3n"} \xff'),
        ]
    )
    assert found(store, text="3fa9c1d2e4b5") == []
    assert store.deliveries.log.unindexed() == 2
    assert store.deliveries.log.index(1) == 1
    assert (store.deliveries.log.index(9), store.deliveries.log.index(9), store.deliveries.log.unindexed()) == (1, 0, 0)
    assert found(store, text="3fa9c1d2e4b5") == [1]
    assert found(store, text="3fa9c1") == [1]
    assert found(store, text="canción") == [2]
    assert found(store, text="avatar_video.success") == [1]
    assert found(store, text="event_type", verdict=Verdict.WAITING, before_id=2) == [1]
    assert found(store, text='"" - * ( NOT') == []
    assert found(store, text="-") == []


def test_a_deleted_delivery_is_found_no_more(store: Store) -> None:
    record(store, 2)
    rule(store, 1, Verdict.APPLIED)
    store.deliveries.log.index(9)
    with store.transaction() as conn:
        conn.execute("DELETE FROM delivery WHERE id = 1")
        if store._connections.kind == "sqlite":
            conn.execute("INSERT INTO delivery_text (delivery_text) VALUES ('integrity-check')")
    assert found(store, text="video0") == []
    assert found(store, text="video1") == [2]
    assert store.deliveries.counts() == {Verdict.WAITING: 1}
    assert [bar.verdict for bar in over_time(store)] == [Verdict.WAITING]


def test_no_more_is_counted_for_a_replay_than_was_asked_for(store: Store) -> None:
    record(store, 5)
    matching = store.deliveries.log.matching
    assert matching(DeliveryFilter(), 3) == ([5, 4, 3], True)
    assert matching(DeliveryFilter(), 5) == ([5, 4, 3, 2, 1], False)
    assert matching(DeliveryFilter(verdict=Verdict.POISON), 5) == ([], False)


def test_many_are_replayed_from_the_start(store: Store) -> None:
    record(store, 3)
    for n in (1, 2, 3):
        rule(store, n, Verdict.POISON, set_aside=True)
    assert store.deliveries.replay_many([1, 3, 99], NOW) == 2
    assert store.deliveries.counts() == {Verdict.WAITING: 2, Verdict.POISON: 1}
    assert (store.deliveries.log.set_aside(), found(store, set_aside=True)) == (1, [2])


def test_the_one_before_is_the_same_reels_else_the_same_videos(store: Store) -> None:
    same = a_body(video_id="v1", extra=1)
    store.deliveries.record([a_delivery(reel_id=3), a_delivery(a_body(video_id="v2"), reel_id=3)])
    store.deliveries.record([a_delivery(), a_delivery(same), a_delivery(b'{"event_type": "x"}', event_type="x")])
    for n, video in ((3, "v1"), (4, "v1"), (5, None)):
        rule(store, n, Verdict.UNKNOWN_REEL, video_id=video)
    before = {}
    for n in range(1, 6):
        delivery = store.deliveries.get(n)
        assert delivery is not None
        earlier = store.deliveries.log.before(delivery)
        before[n] = earlier and earlier.id
    assert before == {1: None, 2: 1, 3: None, 4: 3, 5: None}


def test_the_kinds_of_event_are_listed_once(store: Store) -> None:
    assert store.deliveries.log.kinds() == []
    for name in ("b", "a", "b", "c"):
        record(store, event_type=name)
    assert store.deliveries.log.kinds() == ["a", "b", "c"]


# Over time


def over_time(store: Store, quarters: int = 1, offset_s: float = 0) -> list[log.Bar]:
    return store.deliveries.log.over_time(NOW - timedelta(days=2), quarters=quarters, offset_s=offset_s)


def test_spans_begin_where_the_viewers_clock_shows_a_whole_hour(store: Store) -> None:
    record(store, received_at=NOW + timedelta(minutes=20))
    rule(store, 1, Verdict.APPLIED)
    india = 5.5 * 3600
    [hour], [half] = over_time(store, 4), over_time(store, 4, india)
    assert (hour.begins_at, hour.n) == (NOW, 1)
    assert half.begins_at == NOW - timedelta(minutes=30)
    assert store.deliveries.log.over_time(NOW + timedelta(minutes=30), quarters=4) == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(list(Verdict)), st.integers(0, 3), st.booleans()), max_size=12
    )
)
def test_what_triggers_keep_is_what_would_be_counted(store: Store, steps: list[Any]) -> None:
    for n, verdict, quarter, gone in steps:
        ids = found(store, 500)
        if n < len(ids):
            rule(store, ids[n], verdict)
            if gone:
                with store.transaction() as conn:
                    conn.execute("DELETE FROM delivery WHERE id = ?", (ids[n],))
        else:
            record(store, received_at=NOW + timedelta(minutes=15 * quarter))
    rows = store.deliveries.log.walk(DeliveryFilter(), 500).rows
    assert store.deliveries.counts() == Counter(row.verdict for row in rows)
    kept = {(bar.begins_at, bar.verdict): bar.n for bar in over_time(store)}
    assert kept == Counter((row.received_at, row.verdict) for row in rows)
