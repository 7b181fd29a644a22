"""Old and new beside one database while a release is rolled out: what is added disturbs nobody who does not know it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.campaigns import new_draft_key
from core.errors import StoreError
from core.models import ReelStatus, Verdict
from core.store import Store
from core.store.sqlite import SqliteConnections
from tests.factories import NOW, House, a_body, a_delivery, a_house, a_reel, an_observation, wait_until
from tests.store.sides import somebody_elses
from tests.support.releases import ADDS, NEXT, todays_schema

READY = {"mode": "polling", "requested_mode": "polling", "created_at": NOW, "updated_at": NOW}
RECORDS = {"sqlite": "SELECT name FROM _sqlite_migrations", "postgresql": "SELECT name FROM migration"}
Opener = Callable[..., Store]


@pytest.fixture
def newer(address: str, tmp_path: Path) -> Iterator[Opener]:
    """Open the database as tomorrow's release does; all that were opened are closed."""
    opened: list[Store] = []

    def open_newer(adds: str = ADDS, busy_timeout_s: float = 10.0) -> Store:
        dialect = "sqlite" if address.startswith("sqlite") else "postgres"
        schema = tmp_path / f"{dialect}-tomorrow"
        schema = schema if schema.exists() else todays_schema(dialect, tmp_path, adds)
        options: dict[str, Any] = {"busy_timeout_s": busy_timeout_s, "schema": schema}
        if dialect == "sqlite":
            opened.append(Store(SqliteConnections(tmp_path / "reels.db", **options)))
        else:
            from core.store.postgres import PostgresConnections

            opened.append(Store(PostgresConnections(address, tmp_path / "reels.db", **options)))
        return opened[-1]

    yield open_newer
    for store in opened:
        store.close()


@pytest.fixture
def old(address: str, tmp_path: Path) -> Iterator[House]:
    """Run today's release, which does not know tomorrow's."""
    house = a_house(database_url=address, data_folder=tmp_path)
    yield house
    house.client.close()
    house.store.close()


def records(address: str) -> list[str]:
    with somebody_elses(address) as conn:
        return sorted(name for (name,) in conn.execute(RECORDS[address.partition(":")[0]]))


def carry_one(house: House) -> None:
    """Submit a reel, take its webhook, and bring it to its end."""
    reel = house.processor.enqueue(a_reel())
    assert house.processor.process_reel(reel)
    video_id = house.again(reel).video_id or ""
    house.store.deliveries.record([a_delivery(a_body(video_id=video_id))])
    [delivery] = house.store.deliveries.claim(now=NOW, lease_s=60, limit=10)
    house.store.deliveries.settle(delivery, Verdict.APPLIED, now=NOW, reel_id=reel.id)
    house.wire.finish(video_id)
    house.processor.apply(an_observation(video_id=video_id))
    assert house.again(reel).status is ReelStatus.COMPLETED


def test_who_runs_already_goes_on_when_a_newer_release_adds_to_the_database(
    old: House, newer: Opener, address: str
) -> None:
    carry_one(old)
    assert newer().reels.counts()[ReelStatus.COMPLETED] == 1
    assert records(address)[-1] == Path(NEXT).stem
    carry_one(old)
    assert old.store.reels.counts()[ReelStatus.COMPLETED] == 2


def test_who_starts_again_beside_a_newer_database_uses_it_and_changes_nothing_of_it(
    newer: Opener, address: str, tmp_path: Path
) -> None:
    newer().facts.put("by", "tomorrow", NOW)
    before = records(address)
    house = a_house(database_url=address, data_folder=tmp_path)
    with closing(house.store), closing(house.client):
        carry_one(house)
    assert records(address) == before


def test_what_either_writes_the_other_reads(old: House, newer: Opener) -> None:
    new = newer()
    [theirs] = new.reels.add([a_reel(**READY)])
    [ours] = old.store.reels.add([a_reel(**READY)])
    assert old.store.reels.get(theirs.id or 0) == theirs
    assert new.reels.get(ours.id or 0) == ours


def test_of_several_newer_that_start_at_once_one_migrates_while_the_old_one_writes(
    old: House, newer: Opener, address: str
) -> None:
    stores = [newer() for _ in range(4)]
    ended, written = threading.Event(), 0
    with ThreadPoolExecutor(5) as pool:
        starts = [pool.submit(store.facts.add, "starts", "one") for store in stores]
        pool.submit(lambda: [start.result(30) for start in starts]).add_done_callback(lambda _: ended.set())
        while not ended.is_set():
            old.store.deliveries.record([a_delivery(f"body {written}".encode())])
            written += 1
        for start in starts:
            start.result()
    assert old.store.facts.tallies("starts") == {"one": 4}
    assert records(address).count(Path(NEXT).stem) == 1
    assert old.store.deliveries.waiting()[0] == written


@pytest.fixture
def backup(old: House, address: str) -> Iterator[Any]:
    """Read as a backup does: every table, for as long as it takes."""
    old.store.reels.counts()
    with somebody_elses(address) as conn:
        conn.execute("BEGIN")
        conn.execute("LOCK TABLE reel, delivery, timeline IN ACCESS SHARE MODE")
        yield conn


POSTGRES_ALONE = pytest.mark.parametrize("address", ["postgresql"], indirect=True)  # SQLite's readers hold nobody up


@POSTGRES_ALONE
def test_a_table_that_is_in_use_is_waited_for_and_all_else_goes_on_meanwhile(
    backup: Any, old: House, newer: Opener, address: str
) -> None:
    new, slowest_s, n = newer(), 0.0, 0
    with ThreadPoolExecutor(1) as pool:
        start = pool.submit(new.reels.counts)
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            begun, n = time.monotonic(), n + 1
            old.store.reels.add([a_reel(**READY)])
            old.store.deliveries.record([a_delivery(f"body {n}".encode())])
            slowest_s = max(slowest_s, time.monotonic() - begun)
        assert not start.done()
        assert slowest_s < 2.0  # they wait behind the change for a second, and not for the backup
        backup.execute("COMMIT")
        start.result(20)
    assert records(address)[-1] == Path(NEXT).stem
    assert old.store.deliveries.waiting()[0] == old.store.reels.counts()[ReelStatus.PENDING] == n


@POSTGRES_ALONE
def test_a_table_that_stays_in_use_is_one_sentence_and_the_next_start_succeeds(
    backup: Any, newer: Opener, address: str
) -> None:
    new = newer(busy_timeout_s=0.1)
    with pytest.raises(StoreError, match=r"in use by something that does not end, such as a backup"):
        new.reels.counts()
    assert Path(NEXT).stem not in records(address)
    backup.execute("COMMIT")
    assert new.reels.counts()[ReelStatus.PENDING] == 0


@POSTGRES_ALONE
def test_what_is_done_stands_while_the_next_file_waits(
    backup: Any, old: House, newer: Opener, address: str, tmp_path: Path
) -> None:
    new = newer()
    before = tmp_path / "postgres-tomorrow" / "0998_before.sql"
    before.write_text("ALTER TABLE campaign ADD COLUMN tomorrow TEXT;")
    with ThreadPoolExecutor(1) as pool:
        start = pool.submit(new.reels.counts)
        try:
            wait_until(lambda: before.stem in records(address), within_s=5)
            old.store.campaigns.add("Otoño", new_draft_key(), "token", NOW)
            assert not start.done()
        finally:
            backup.execute("COMMIT")
        start.result(20)
    assert records(address)[-2:] == [before.stem, Path(NEXT).stem]
