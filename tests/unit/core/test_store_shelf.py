"""What is put away or deleted leaves lists, search and counts, and what past reels teach is summed up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.models import Channel, Reel, ReelStatus, Shelf
from core.store import ReelFilter
from core.store.looks import RING
from tests.conftest import Build
from tests.factories import NOW, House

DAY = timedelta(days=1)


@pytest.fixture
def house(build: Build) -> House:
    return build()


def listed(house: House, **wanted: object) -> list[int | None]:
    return [reel.id for reel in house.store.reels.page(ReelFilter(**wanted), 99)]  # type: ignore[arg-type]


def put(house: House, reel: Reel, shelf: Shelf) -> None:
    moments = {Shelf.ARCHIVED: "archived_at", Shelf.DELETED: "deleted_at"}
    house.store.reels.save(reel, **{moments[shelf]: NOW})


@pytest.mark.parametrize("shelf", [Shelf.ARCHIVED, Shelf.DELETED])
def test_a_reel_off_the_list_is_neither_listed_nor_found_nor_counted(house: House, shelf: Shelf) -> None:
    kept, gone = house.stored("failed", title="Uno"), house.stored("failed", title="Dos")
    put(house, gone, shelf)
    for wanted in ({}, {"status": ReelStatus.FAILED}, {"mode": kept.mode}, {"text": "Launch Dos"}, {"text": "hola"}):
        assert gone.id not in listed(house, **wanted), wanted
    assert listed(house, shelf=shelf) == listed(house, shelf=shelf, text="dos", status=ReelStatus.FAILED) == [gone.id]
    assert house.store.reels.counts()[ReelStatus.FAILED] == 1


def test_a_reel_that_is_brought_back_is_counted_again_in_its_new_state(house: House) -> None:
    reel = house.stored("timed_out")
    put(house, reel, Shelf.ARCHIVED)
    house.store.reels.save(reel, status=ReelStatus.COMPLETED)
    assert set(house.store.reels.counts().values()) == {0}
    house.store.reels.save(reel, archived_at=None)
    assert house.store.reels.counts()[ReelStatus.COMPLETED] == 1


def test_deleted_reels_were_paid_but_are_not_done_today(house: House) -> None:
    first, second = house.stored("completed", duration_s=12.5), house.stored("completed", duration_s=30.0)
    put(house, first, Shelf.ARCHIVED)
    put(house, second, Shelf.DELETED)
    for moment in (NOW, NOW - timedelta(minutes=7)):
        assert house.store.reels.completed_since(moment) == 1
    assert house.store.experience.seconds_since(NOW) == 42.5
    assert house.store.experience.seconds_since(NOW + DAY) == 0
    assert not house.store.reels.since(NOW - DAY)[1:]


def test_the_seconds_follow_every_change(house: House) -> None:
    reel = house.stored("processing")
    reel = house.store.reels.save(reel, status=ReelStatus.COMPLETED, detected_at=NOW, duration_s=8.0)
    assert house.store.experience.seconds_since(NOW) == 8.0
    house.store.reels.save(reel, duration_s=9.0)
    assert house.store.experience.seconds_since(NOW) == 9.0
    house.store.reels.save(reel, status=ReelStatus.PENDING, detected_at=None, duration_s=None)
    assert house.store.experience.seconds_since(NOW) == 0.0


def test_a_day_has_the_reels_that_were_created_in_it(house: House) -> None:
    days = [house.stored("completed", at=NOW + n * DAY, title=f"Tag {n}").id for n in range(5)]
    late = house.stored("completed", at=NOW + DAY - timedelta(minutes=20)).id  # stored after a later one
    assert listed(house, created_from=NOW + DAY) == days[:0:-1]
    assert listed(house, created_until=NOW + DAY) == [late, days[0]]
    assert listed(house, created_from=NOW + DAY, created_until=NOW + 3 * DAY) == [days[2], days[1]]
    assert listed(house, created_from=NOW + DAY, text="tag", status=ReelStatus.COMPLETED) == days[:0:-1]
    assert listed(house, created_from=NOW + 9 * DAY) == listed(house, created_until=NOW - DAY) == []


def test_times_to_know_are_told_by_channel_and_only_where_heygen_told_its_own(house: House) -> None:
    for n, channel in ((1, Channel.WEBHOOK), (9, Channel.POLL), (3, Channel.WEBHOOK), (0, Channel.POLL)):
        house.stored("completed", detected_by=channel, completed_at=NOW, detected_at=NOW + timedelta(seconds=n))
    house.stored("completed", detected_by=Channel.POLL, completed_at=NOW, detected_at=NOW - timedelta(seconds=2))
    house.stored("completed", detected_by=Channel.WEBHOOK, completed_at=NOW + timedelta(hours=1), detected_at=NOW)
    assert house.store.experience.knowing_times(Channel.WEBHOOK) == [3.0, 1.0]
    assert house.store.experience.knowing_times(Channel.POLL) == [9.0, 0.0]
    assert house.store.experience.knowing_times(Channel.WEBHOOK, limit=1) == [3.0]


def test_the_latest_looks_are_kept_and_no_more(house: House) -> None:
    reel = house.stored()
    for n in range(RING + 10):
        at = NOW + timedelta(seconds=n)
        house.store.looks.note({reel.id or 0: f"word {n}"}, Channel.POLL, at)
    kept = house.store.looks.of(reel.id or 0)
    assert [look.raw_status for look in kept] == [f"word {n}" for n in range(10, RING + 10)]
    assert house.again(reel).checks == RING + 10
