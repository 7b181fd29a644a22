from __future__ import annotations

import multiprocessing
import random
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import UnknownReel
from core.models import Channel, ProcessingMode, Reel, ReelStatus, SendState
from core.schedule import ENOUGH_RENDERS
from core.store import ReelFilter, Store, open_store
from tests.conftest import Build
from tests.factories import NOW, House, a_delivery, a_reel, an_observation

LONG_AGO = NOW - timedelta(days=365)


@pytest.fixture
def house(build: Build) -> House:
    return build()


@pytest.fixture
def store(house: House) -> Store:
    return house.store


def queued(n: int, **fields: Any) -> list[Reel]:
    base = {"mode": ProcessingMode.POLLING, "requested_mode": ProcessingMode.POLLING, "send_after": NOW}
    return [a_reel(**base | {"created_at": NOW, "updated_at": NOW} | fields) for _ in range(n)]


def claim(
    store: Store, owner: str = "one", now: datetime = NOW, room: int = 10, limit: int = 10, **more: Any
) -> list[Reel]:
    return store.reels.claim(
        owner=owner, now=now, lease_s=60.0, room=room, limit=limit, forgotten=more.pop("forgotten", LONG_AGO), **more
    )


# Keeping


def test_every_field_of_a_reel_comes_back_as_it_was_stored(store: Store) -> None:
    full = a_reel(
        voice_id="voice_1",
        aspect_ratio="1:1",
        options={"caption": {"file_format": "srt"}, "resolution": "4k", "ñ": "😀"},
        mode=ProcessingMode.WEBHOOK,
        requested_mode=ProcessingMode.HYBRID,
        status=ReelStatus.COMPLETED,
        attempt=3,
        send_state=SendState.SENT,
        sends=2,
        unsure=True,
        video_id="v1",
        video_url="https://files.test/v1.mp4?" + "s" * 800,
        captioned_video_url="c",
        thumbnail_url="t",
        subtitle_url="s",
        duration_s=12.345,
        failure_code="code",
        failure_message="words — ñandú 😀\nsecond line",
        failure_param="script",
        request_id="req",
        detected_by=Channel.RECOVERY,
        remote_status="completed",
        checks=7,
        anomalies=2,
        lease_epoch=4,
        **{
            name: NOW + timedelta(milliseconds=i)
            for i, name in enumerate(f.name for f in fields(Reel))
            if _is_time(name)
        },
    )
    [stored] = store.reels.add([full])
    assert stored == replace(full, id=1)
    assert store.reels.get(1) == stored


def _is_time(name: str) -> bool:
    return name.endswith("_at") or name in {"send_after", "check_after"}


def test_times_are_kept_to_the_millisecond_and_come_back_aware(store: Store) -> None:
    at = NOW + timedelta(microseconds=123_499)
    [reel] = store.reels.add(queued(1, created_at=at))
    assert reel.created_at == NOW + timedelta(milliseconds=123)
    assert reel.created_at is not None
    assert reel.created_at.utcoffset() == timedelta(0)


def test_storing_one_key_twice_stores_it_once(store: Store) -> None:
    [reel] = queued(1)
    first, second = store.reels.add([reel, replace(reel, title="another title")])
    assert first == second
    assert store.reels.add([reel]) == [first]
    assert store.reels.counts()[ReelStatus.PENDING] == 1


def test_many_reels_keep_their_order(store: Store) -> None:
    reels = queued(1203)
    stored = store.reels.add(reels)
    assert [reel.idempotency_key for reel in stored] == [reel.idempotency_key for reel in reels]
    assert [reel.id for reel in stored] == list(range(1, 1204))


@pytest.mark.parametrize("reel_id", [0, -1, 1, 2**63 - 1, 2**63, 10**30])
def test_an_unknown_id_is_one_sentence(store: Store, reel_id: int) -> None:
    with pytest.raises(UnknownReel, match=str(reel_id)):
        store.reels.get(reel_id)


def test_a_video_belongs_to_one_reel(house: House) -> None:
    house.stored(video_id="v1")
    with pytest.raises(sqlite3.IntegrityError):
        house.stored(video_id="v1")
    assert house.store.reels.counts()[ReelStatus.PROCESSING] == 1


def test_present_and_past_videos_are_told_apart(house: House) -> None:
    reel = house.stored(video_id="v_old")
    house.store.reels.note_past_video(reel)
    house.store.reels.note_past_video(reel)
    house.store.reels.save(reel, video_id="v_new")
    assert house.store.reels.by_video("v_old") is None
    found = house.store.reels.by_past_video("v_old")
    assert found is not None
    assert found.video_id == "v_new"
    assert house.store.reels.by_past_video("v_new") is None


def test_every_token_of_a_reel_stays_good_and_only_for_it(house: House) -> None:
    one, two = house.stored(), house.stored()
    for reel, sha256 in ((one, b"a" * 32), (one, b"b" * 32), (two, b"c" * 32)):
        house.store.reels.add_token(reel.id or 0, sha256)
    assert [house.store.reels.token_reel(c * 32) for c in (b"a", b"b", b"c", b"d")] == [one.id, one.id, two.id, None]


# Looking


def test_a_list_is_paged_by_id_and_filtered(house: House) -> None:
    for n in range(6):
        house.stored("failed" if n % 2 else "completed", title=f"Title {n}", script=f"script {n} 100%_off")
    reels = house.store.reels
    newest = reels.page(ReelFilter(), 4)
    assert [reel.id for reel in newest] == [6, 5, 4, 3]
    assert [reel.id for reel in reels.page(ReelFilter(before_id=3), 4)] == [2, 1]
    assert [reel.id for reel in reels.page(ReelFilter(status=ReelStatus.FAILED), 9)] == [6, 4, 2]
    assert [reel.id for reel in reels.page(ReelFilter(text="title 3"), 9)] == [4]
    assert len(reels.page(ReelFilter(text="100%_OFF"), 9)) == 6
    assert reels.page(ReelFilter(text="100 of_x"), 9) == []
    assert reels.page(ReelFilter(text="\\"), 9) == []
    assert reels.page(ReelFilter(mode=ProcessingMode.WEBHOOK), 9) == []


def test_the_figures_count_what_they_say(house: House) -> None:
    house.stored("pending")
    house.stored("processing", mode=ProcessingMode.HYBRID, at=NOW - timedelta(seconds=100))
    house.stored("processing", mode=ProcessingMode.WEBHOOK, at=NOW - timedelta(seconds=10))
    house.stored("processing", mode=ProcessingMode.POLLING, at=NOW - timedelta(seconds=100))
    house.stored("completed", at=NOW - timedelta(days=1))
    house.stored("completed", at=NOW)
    reels = house.store.reels
    assert reels.overdue(NOW - timedelta(seconds=60)) == 1
    assert reels.completed_since(NOW - timedelta(hours=1)) == 1
    assert reels.waiting_to_send() == {SendState.QUEUED: 1}
    assert len(reels.processing()) == 3
    assert [reel.id for reel in reels.since(NOW - timedelta(hours=1))] == [6]


def test_renders_are_learned_from_heygens_own_times(house: House) -> None:
    house.stored("completed", at=NOW)
    house.stored("completed", submitted_at=NOW - timedelta(seconds=90), completed_at=NOW, script="x" * 40)
    house.stored("completed", submitted_at=NOW, completed_at=NOW - timedelta(seconds=5))
    house.stored("failed", submitted_at=NOW - timedelta(seconds=50), completed_at=NOW)
    assert house.store.reels.render_times() == [(90.0, 40)]


@pytest.mark.parametrize(
    ("submitted_s", "completed_s", "learned"),
    [
        (0, 3600 + 18, []),  # HeyGen's clock is an hour ahead
        (0, -3600 + 18, []),  # an hour behind
        (0, 18 + 61, []),
        (0, 18 + 60, [18.0]),  # not so far ahead: it ended when we knew, at the latest
        (0, 18, [18.0]),
        (0, 12, [12.0]),
        (30, 31, []),
    ],
)
def test_a_render_that_was_timed_by_two_clocks_teaches_nothing(
    house: House, submitted_s: int, completed_s: int, learned: list[float]
) -> None:
    times = {"submitted_at": submitted_s, "completed_at": completed_s, "detected_at": 18}
    house.stored("completed", **{name: NOW + timedelta(seconds=s) for name, s in times.items()})
    assert [seconds for seconds, _characters in house.store.reels.render_times()] == learned


def test_long_renders_of_a_clock_far_ahead_do_not_put_off_the_next_look(house: House) -> None:
    before = house.processor.history()
    for n in range(ENOUGH_RENDERS):
        at = NOW + timedelta(minutes=n)
        house.stored("completed", at=at, completed_at=at + timedelta(hours=5), detected_at=at + timedelta(seconds=9))
    assert house.processor.history() == before


def test_deadlines_are_found_once_they_have_come(house: House) -> None:
    reel = house.stored(deadline_at=NOW)
    house.stored(deadline_at=NOW + timedelta(seconds=1))
    house.stored("timed_out", deadline_at=LONG_AGO)
    reels = house.store.reels
    assert reels.past_deadline(NOW - timedelta(milliseconds=1)) == []
    assert [found.id for found in reels.past_deadline(NOW)] == [reel.id]
    reels.save(reel, check_after=NOW + timedelta(seconds=30))
    assert reels.past_deadline(NOW) == []


# Counts kept by triggers

changes = st.lists(
    st.tuples(st.sampled_from(["add", "move", "delete", "undo"]), st.integers(0, 9), st.sampled_from(list(ReelStatus))),
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=changes)
def test_counts_are_right_right_after_any_change(store: Store, steps: list[tuple[str, int, ReelStatus]]) -> None:
    for kind, n, status in steps:  # the examples follow each other in one database: any start will do
        _change(store, kind, n, status)
        counted = dict(store.reels._connections.read().execute("SELECT status, count(*) FROM reel GROUP BY status"))
        assert store.reels.counts() == dict.fromkeys(ReelStatus, 0) | counted


def _change(store: Store, kind: str, n: int, status: ReelStatus) -> None:
    try:
        with store.transaction() as conn:
            ids = [row[0] for row in conn.execute("SELECT id FROM reel ORDER BY id")]
            if kind == "add" or not ids:
                store.reels.add(queued(1 + n, status=status))
            elif kind == "delete":
                conn.execute("DELETE FROM reel WHERE id = ?", (ids[n % len(ids)],))
            else:
                store.reels.save(store.reels.get(ids[n % len(ids)]), status=status)
            if kind == "undo":
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass


# Transactions


def test_a_transaction_that_fails_undoes_everything_in_it(house: House) -> None:
    reel = house.stored()

    def change_everything() -> None:
        with house.store.transaction():
            house.store.reels.save(reel, title="changed")
            house.store.timeline.add(reel.id or 0, NOW, "note")
            house.store.deliveries.record([a_delivery()])
            house.store.facts.put("fact", 1, NOW)
            assert house.again(reel).title == "changed"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_everything()
    assert house.again(reel) == reel
    assert house.kinds(reel) == []
    assert house.store.deliveries.counts() == {}
    assert house.store.facts.get("fact") is None


def test_a_block_inside_a_block_is_one_transaction(house: House) -> None:
    reel = house.stored()

    def nest() -> None:
        with house.store.transaction():
            with house.store.transaction():
                house.store.reels.save(reel, title="inner")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        nest()
    assert house.again(reel).title == "Launch"


def test_nobody_sees_a_transaction_before_it_is_committed(house: House) -> None:
    reel = house.stored()
    seen: list[str] = []
    with house.store.transaction():
        house.store.reels.save(reel, title="not yet")
        other = threading.Thread(target=lambda: seen.append(house.again(reel).title))
        other.start()
        other.join()
    assert seen == ["Launch"]
    assert house.again(reel).title == "not yet"


def test_the_store_works_on_after_a_failed_transaction(house: House) -> None:
    with pytest.raises(sqlite3.IntegrityError), house.store.transaction():
        house.store.timeline.add(999, NOW, "note")
    assert house.stored().id == 1


# Claims


def test_a_claimed_reel_is_leased_and_counted_as_one_more_sending(store: Store) -> None:
    store.reels.add(queued(1))
    [reel] = claim(store)
    assert (reel.send_state, reel.sends, reel.first_sent_at, reel.lease_epoch) == (SendState.SENDING, 1, NOW, 1)
    assert claim(store, "two") == []
    assert store.reels.any_sending()
    assert not store.reels.may_send(NOW)


def test_the_oldest_are_claimed_first_and_none_before_its_time(store: Store) -> None:
    store.reels.add(queued(1, send_after=NOW + timedelta(seconds=1)))
    store.reels.add(queued(1, send_after=NOW))
    store.reels.add(queued(1, send_after=NOW - timedelta(seconds=1)))
    assert [reel.id for reel in claim(store, limit=1)] == [3]
    assert [reel.id for reel in claim(store)] == [2]
    assert not store.reels.may_send(NOW)
    assert [reel.id for reel in claim(store, now=NOW + timedelta(seconds=1))] == [1]


def test_no_more_are_claimed_than_there_is_room_for_in_flight(house: House) -> None:
    house.stored("processing")
    house.stored("pending", send_state=SendState.UNKNOWN, send_after=NOW + timedelta(hours=1))
    house.store.reels.add(queued(9))
    assert len(claim(house.store, room=5)) == 3
    assert claim(house.store, room=5) == []
    assert claim(house.store, room=0) == []
    assert len(claim(house.store, room=6)) == 1


def test_a_reel_whose_outcome_is_unknown_needs_no_room_of_its_own(house: House) -> None:
    reel = house.stored("pending", send_state=SendState.UNKNOWN, unsure=True)
    house.stored("processing")
    house.store.reels.add(queued(1))
    assert [found.id for found in claim(house.store, room=2)] == [reel.id]


def test_webhook_reels_that_were_forgotten_hold_no_room(house: House) -> None:
    for mode in ProcessingMode:
        house.stored("processing", mode=mode, at=NOW - timedelta(hours=2))
    house.store.reels.add(queued(5))
    assert len(claim(house.store, room=3, forgotten=NOW - timedelta(hours=1))) == 1


def test_one_reel_alone_can_be_claimed(store: Store) -> None:
    store.reels.add(queued(3))
    assert [reel.id for reel in claim(store, only=2)] == [2]
    assert claim(store, only=2) == []


def test_a_lease_that_ran_out_comes_back_as_unknown(store: Store) -> None:
    store.reels.add(queued(1))
    [first] = claim(store)
    assert claim(store, "two", now=NOW + timedelta(seconds=59.999)) == []
    [second] = claim(store, "two", now=NOW + timedelta(seconds=60))
    assert second.unsure
    assert not first.unsure
    assert (second.sends, second.lease_epoch, second.first_sent_at) == (2, 2, NOW)
    assert second.idempotency_key == first.idempotency_key


def test_a_change_of_the_send_state_ends_the_lease(store: Store) -> None:
    store.reels.add(queued(1))
    [reel] = claim(store)
    store.reels.save(reel, send_state=SendState.QUEUED, send_after=NOW)
    assert [again.lease_epoch for again in claim(store)] == [2]


@pytest.mark.parametrize("status", ["processing", "completed", "failed", "timed_out"])
def test_only_pending_reels_are_claimed(house: House, status: str) -> None:
    house.stored(status, send_after=NOW, send_state=SendState.QUEUED)
    assert claim(house.store) == []


def test_no_two_threads_claim_the_same_reel(house: House, build: Build) -> None:
    house.store.reels.add(queued(40))
    stores = [house.store, build().store]

    def work(n: int) -> list[int | None]:
        mine: list[int | None] = []
        while got := claim(stores[n % 2], f"owner {n}", room=100, limit=3):
            mine += [reel.id for reel in got]
        return mine

    with ThreadPoolExecutor(6) as pool:
        claimed = sorted(i or 0 for some in pool.map(work, range(6)) for i in some)
    assert claimed == list(range(1, 41))


def _claim_all(path: Path, owner: str, results: Any) -> None:
    store = open_store(f"sqlite:///{path}")
    mine: list[int | None] = []
    try:
        while got := claim(store, owner, room=100, limit=2):
            mine += [reel.id for reel in got]
        results.put(mine)
    except BaseException as error:
        results.put([repr(error)])
    finally:
        store.close()


def test_no_two_processes_claim_the_same_reel(house: House) -> None:
    house.store.reels.add(queued(30))
    house.store.close()
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    processes = [context.Process(target=_claim_all, args=(house.store.path, f"process {n}", results)) for n in range(3)]
    for process in processes:
        process.start()
    claimed = [i for _ in processes for i in results.get(timeout=20)]
    for process in processes:
        process.join(20)
    assert sorted(claimed) == list(range(1, 31))


def test_many_threads_read_and_write_at_once_without_a_lock_error(house: House, build: Build) -> None:
    reels = [house.stored() for _ in range(4)]
    houses = [house, build()]

    def work(n: int) -> int:
        chance, mine = random.Random(n), houses[n % 2]
        for _ in range(25):
            reel = chance.choice(reels)
            with mine.store.transaction():
                mine.store.timeline.add(reel.id or 0, NOW, "note", by=n)
                mine.store.facts.add("writes", "all")
            mine.store.reels.page(ReelFilter(), 10)
            mine.store.timeline.of(reel.id or 0)
            mine.processor.apply(an_observation("processing", video_id=reel.video_id))
        return n

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == list(range(8))
    assert house.store.facts.tallies("writes") == {"all": 200}


# Timeline


def test_a_timeline_is_in_order_of_time_to_the_millisecond_deliveries_included(house: House) -> None:
    reel = house.stored()
    at = [NOW + timedelta(milliseconds=ms) for ms in range(6)]
    house.store.timeline.add(reel.id or 0, at[3], "third", keep=1, drop=None)
    house.store.timeline.add(reel.id or 0, at[1], "first")
    house.store.deliveries.record([a_delivery(received_at=at[2], reel_id=reel.id)])
    house.store.timeline.add(reel.id or 0, at[5], "last")
    house.store.timeline.add(reel.id or 0, at[5], "last but after it")
    entries = house.store.timeline.of(reel.id or 0)
    assert [entry.kind for entry in entries] == ["first", "webhook", "third", "last", "last but after it"]
    assert [entry.at for entry in entries] == [at[1], at[2], at[3], at[5], at[5]]
    assert entries[1].detail["event_type"] == "avatar_video.success"
    assert entries[2].detail == {"keep": 1}


def test_a_timeline_shows_no_other_reels_entries(house: House) -> None:
    one, two = house.stored(), house.stored()
    house.store.timeline.add(one.id or 0, NOW, "mine")
    house.store.deliveries.record([a_delivery(reel_id=two.id)])
    assert house.kinds(one) == ["mine"]
    assert house.kinds(two) == ["webhook"]


def test_a_delivery_with_an_odd_event_type_can_be_shown(house: House) -> None:
    reel = house.stored()
    odd = 'a\x00b"\\\n\x7f😀'
    house.store.deliveries.record([a_delivery(reel_id=reel.id, event_type=odd)])
    [entry] = house.store.timeline.of(reel.id or 0)
    assert entry.detail["event_type"] == odd


def test_nothing_is_written_into_the_timeline_of_a_reel_that_does_not_exist(store: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        store.timeline.add(1, NOW, "note")


def test_looks_are_counted(house: House) -> None:
    reel = house.stored()
    house.store.looks.note({reel.id or 0: None}, Channel.POLL, NOW)
    house.store.looks.note({reel.id or 0: "processing"}, Channel.POLL, NOW + timedelta(seconds=1))
    assert (house.again(reel).checks, house.again(reel).last_checked_at) == (2, NOW + timedelta(seconds=1))


def test_every_query_that_runs_often_uses_an_index(house: House) -> None:
    house.stored()
    executed: list[str] = []
    reader = house.store.reels._connections.read()
    reader.set_trace_callback(executed.append)
    reels, deliveries = house.store.reels, house.store.deliveries
    for ask in (
        lambda: reels.may_send(NOW),
        reels.any_sending,
        reels.processing,
        lambda: reels.past_deadline(NOW),
        lambda: reels.page(ReelFilter(), 50),
        lambda: reels.page(ReelFilter(status=ReelStatus.FAILED, before_id=9), 50),
        lambda: reels.completed_since(NOW),
        lambda: reels.overdue(NOW),
        lambda: reels.by_video("v1"),
        lambda: reels.by_key("k"),
        lambda: house.store.timeline.of(1),
        lambda: deliveries.has_due(NOW),
        deliveries.last_received_at,
        deliveries.waiting,
    ):
        ask()
    reader.set_trace_callback(None)
    with closing(sqlite3.connect(house.store.path)) as conn:
        for sql in executed:
            plan = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
            walked = [step for step in plan if step in {"SCAN reel", "SCAN delivery", "SCAN timeline"}]
            assert not walked or "ORDER BY id DESC" in sql, sql
    assert len(executed) == 14
