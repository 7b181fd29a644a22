"""What PostgreSQL alone does: many writers, the database's clock, wake-ups, stems, and a server that goes and comes."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from core.clock import utcnow
from core.errors import StoreError
from core.models import ProcessingMode, ReelStatus
from core.store import ReelFilter, Store, open_store
from core.store.postgres import PostgresConnections
from core.store.postgres_schema import SCHEMA, migrate
from core.store.sqlite import SCHEMA as SQLITE_SCHEMA
from core.store.sqlite import SqliteConnections
from core.turns import Turns
from tests.conftest import Build
from tests.factories import NOW, House, a_body, a_delivery, a_reel, an_observation, wait_until
from tests.store.sides import somebody_elses
from tests.support.postgres import TEMPLATE, PostgresServer, postgres_server, programs

LONG_AGO = NOW - timedelta(days=365)


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    """Return the address of an empty database."""
    yield postgres.url(TEMPLATE)
    postgres.empty(TEMPLATE)


@pytest.fixture
def house(build: Build) -> House:
    return build()


@pytest.fixture
def real(database: str, tmp_path: Path) -> Iterator[Store]:
    """Open the store as the product does, by the database's clock."""
    with closing(open_store(database, busy_timeout_s=5.0, data_folder=tmp_path)) as opened:
        yield opened


# One schema, two dialects


def test_both_stores_have_the_same_tables_and_columns(database: str, tmp_path: Path) -> None:
    sqlite = SqliteConnections(tmp_path / "reels.db")
    rows = sqlite.read().execute(
        "SELECT m.name, x.name FROM sqlite_master m, pragma_table_xinfo(m.name) x "
        "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '%\\_text%' ESCAPE '\\' "
        "AND m.name <> '_sqlite_migrations'"
    )
    theirs = {tuple(row) for row in rows}
    sqlite.close()
    with somebody_elses(database) as conn:
        found = conn.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
        ours = {row for row in found if not row[0].endswith(("_slot", "_text", "_unread")) and row[0] != "migration"}
    assert ours == theirs


def test_from_the_tenth_on_every_migration_has_a_namesake() -> None:
    ours, theirs = (
        {path.name for path in folder.glob("*.sql") if path.name >= "0010"} for folder in (SCHEMA, SQLITE_SCHEMA)
    )
    assert ours == theirs


def test_several_that_start_at_once_migrate_once(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.create()
    stores = [open_store(url, data_folder=tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda store: store.facts.add("starts", "thread"), stores))
    assert stores[0].facts.tallies("starts") == {"thread": 4}
    with somebody_elses(url) as conn:
        assert [name for (name,) in conn.execute("SELECT name FROM migration ORDER BY name")] == sorted(
            path.stem for path in SCHEMA.glob("*.sql")
        )
    for store in stores:
        store.close()


def test_a_migration_that_fails_midway_leaves_neither_its_tables_nor_its_record(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    schema, url = tmp_path / "schema", postgres.create()
    shutil.copytree(SCHEMA, schema)
    (schema / "0999_broken.sql").write_text("CREATE TABLE half (x INTEGER);\nCREATE TABLE half (x INTEGER);\n")
    connections = PostgresConnections(url, tmp_path / "reels.db", schema=schema)
    with pytest.raises(StoreError, match='"half" already exists'):
        connections.read().execute("SELECT 1")
    with somebody_elses(url) as conn:
        assert conn.execute("SELECT to_regclass('half')").fetchone() == (None,)
    (schema / "0999_broken.sql").write_text("CREATE TABLE half (x INTEGER);\n")
    assert connections.read().execute("SELECT count(*) FROM half").fetchone()[0] == 0
    connections.close()


def test_a_database_in_another_encoding_is_refused(postgres: PostgresServer, tmp_path: Path) -> None:
    postgres.admin("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with (
        closing(open_store(postgres.url("latin"), data_folder=tmp_path)) as store,
        pytest.raises(StoreError, match="encoding is LATIN1; it must be UTF8"),
    ):
        store.reels.counts()


# Many writers


def test_many_that_change_everything_at_once_wait_in_no_circle(house: House, build: Build) -> None:
    reels = [house.stored(mode=ProcessingMode.HYBRID) for _ in range(6)]
    houses = [house, build()]
    for reel in reels:
        house.store.deliveries.record([a_delivery(a_body(video_id=reel.video_id), reel_id=reel.id)])

    def work(n: int) -> None:
        mine = houses[n % 2]
        for step in range(12):
            reel = reels[(n * 5 + step) % len(reels)]
            status = ("completed", "failed", "processing")[(n + step) % 3]
            mine.processor.apply(an_observation(status, video_id=reel.video_id))
            with mine.store.transaction():
                stored = mine.store.reels.get(reel.id or 0)
                mine.store.timeline.add(stored.id or 0, NOW, "note")
                mine.store.reels.save(stored, status=ReelStatus.PROCESSING, title=f"Title {step}")
            for delivery in mine.store.deliveries.claim(now=NOW, lease_s=0.0, limit=2):
                with mine.store.transaction():
                    if mine.store.deliveries.is_unsettled(delivery):
                        mine.processor.apply(an_observation("failed", video_id=reel.video_id))
                        mine.store.deliveries.hasten(reel.id or 0, NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    counted = dict(house.store.reels._connections.read().execute("SELECT status, count(*) FROM reel GROUP BY status"))
    assert house.store.reels.counts() == dict.fromkeys(ReelStatus, 0) | counted
    with somebody_elses(house.settings.database_url) as conn:
        deadlocks = conn.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    assert deadlocks == (0,)


def test_workers_count_their_calls_in_one_order(house: House) -> None:
    """One that waits for the first count must not hold the second, for which another may wait that holds the first."""
    facts, client = house.store.facts, house.client
    labels = [f"{kind}|200" for kind in ("GET users/me", "GET voices")]
    for label in labels:
        facts.add("calls", label)
    client.voices()
    client.me()
    found = "SELECT n FROM tally WHERE label = %s FOR UPDATE NOWAIT"
    with somebody_elses(house.settings.database_url) as first, ThreadPoolExecutor(1) as worker:
        first.execute("BEGIN")
        first.execute(found, (labels[0],))
        beating = worker.submit(Turns(house.processor).heartbeat_turn, NOW)
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        with somebody_elses(house.settings.database_url) as second:
            wait_until(lambda: second.execute(waiting).fetchone() == (1,))
            assert second.execute(found, (labels[1],)).fetchone() == (1.0,)
        first.execute("COMMIT")
        beating.result(20)
    assert facts.tallies("calls") == dict.fromkeys(labels, 2.0)


def test_a_reel_that_is_read_to_be_changed_waits_for_the_other_who_changes_it(house: House, build: Build) -> None:
    reel, other, seen = house.stored(), build(), []

    def second() -> None:
        with other.store.transaction():
            seen.append(other.store.reels.get(reel.id or 0).title)

    with somebody_elses(house.settings.database_url) as conn:
        with house.store.transaction():
            house.store.reels.save(house.store.reels.get(reel.id or 0), title="first")
            thread = threading.Thread(target=second)
            thread.start()
            waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            wait_until(lambda: seen or conn.execute(waits).fetchone())
        thread.join()
    assert seen == ["first"]


def test_nobody_waits_for_a_counter_that_another_changes(house: House, build: Build) -> None:
    one, two, other = house.stored(), house.stored(), build()
    with house.store.transaction():
        house.store.reels.save(one, status=ReelStatus.FAILED)
        thread = threading.Thread(target=lambda: other.store.reels.save(two, status=ReelStatus.FAILED), daemon=True)
        thread.start()
        thread.join(5)
        assert not thread.is_alive()
    assert house.store.reels.counts()[ReelStatus.FAILED] == 2


def test_a_claim_passes_over_what_another_has_in_hand(house: House, build: Build) -> None:
    house.store.deliveries.record([a_delivery(a_body(video_id=f"v{n}")) for n in range(4)])
    with house.store.transaction():
        first = house.store.deliveries.claim(now=NOW, lease_s=60.0, limit=2)
        second = build().store.deliveries.claim(now=NOW, lease_s=60.0, limit=4)
    assert ([d.id for d in first], [d.id for d in second]) == ([1, 2], [3, 4])


def test_no_more_are_sent_at_once_than_there_is_room_for_whoever_claims(house: House, build: Build) -> None:
    waiting = [a_reel(mode="polling", requested_mode="polling", created_at=NOW, updated_at=NOW, send_after=NOW)] * 1
    house.store.reels.add([*waiting, *(a_reel(**_queued()) for _ in range(29))])
    stores = [house.store, build().store, build().store]

    def claim(n: int) -> int:
        return len(stores[n % 3].reels.claim(owner=f"{n}", now=NOW, lease_s=60.0, room=10, limit=4, forgotten=LONG_AGO))

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, range(18))) == 10


def _queued() -> dict[str, object]:
    return {"mode": "polling", "requested_mode": "polling", "created_at": NOW, "updated_at": NOW, "send_after": NOW}


# The database's clock


def test_leases_run_by_the_databases_clock_whatever_the_hosts_say(real: Store) -> None:
    real.deliveries.record([a_delivery(received_at=LONG_AGO)])
    behind, ahead = utcnow() - timedelta(days=300), utcnow() + timedelta(days=300)
    assert len(real.deliveries.claim(now=behind, lease_s=60.0, limit=1)) == 1
    assert real.deliveries.claim(now=ahead, lease_s=60.0, limit=1) == []
    assert real.facts.lease("sweep", "one", behind, 60.0)
    assert not real.facts.lease("sweep", "two", ahead, 60.0)
    assert real.facts.lease("sweep", "one", ahead, 0.0)
    assert real.facts.lease("sweep", "two", behind, 60.0)


# Wake-ups


def test_what_another_process_stores_wakes_the_worker(real: Store, house: House) -> None:
    woken = threading.Event()
    stop = real.listen(woken.set)
    assert stop is not None
    with somebody_elses(house.settings.database_url) as conn:
        wait_until(lambda: conn.execute("SELECT 1 FROM pg_stat_activity WHERE query = 'LISTEN reels'").fetchone())
    for store_something in (
        lambda: house.store.deliveries.record([a_delivery()]),
        lambda: house.stored("pending"),
    ):
        woken.clear()
        store_something()
        assert woken.wait(10)
    stop()


# Words


def test_words_are_found_by_their_spanish_and_english_stems(house: House) -> None:
    one = house.stored(title="Las promociones", script="Corriendo hacia el mar")
    two = house.stored(title="Our launches", script="They were running")
    for text, reel in (("promoción", one), ("CORRER", one), ("launch", two), ("run", two), ("launching", two)):
        assert [found.id for found in house.store.reels.page(ReelFilter(text=text), 9)] == [reel.id], text


# A server that goes and comes


def test_a_database_that_is_not_there_is_one_sentence_without_a_password_and_soon(tmp_path: Path) -> None:
    url = "postgresql://reels:geheim@127.0.0.1:9/reels"
    with closing(open_store(url, data_folder=tmp_path)) as store:
        for use in (store.reels.counts, lambda: store.facts.put("a", 1, NOW), store.reels.counts):
            with pytest.raises(StoreError) as caught:
                use()
            assert "postgresql://reels:***@127.0.0.1:9/reels cannot be used" in str(caught.value)
            assert "geheim" not in str(caught.value)
            assert "\n" not in str(caught.value)


def test_a_server_that_is_restarted_is_found_again(tmp_path: Path) -> None:
    found = programs()
    assert found is not None
    with (
        postgres_server(found, "synchronous_commit=on") as server,
        closing(open_store(server.url("postgres"), data_folder=tmp_path)) as store,
    ):
        store.facts.put("kept", 1, NOW)
        woken = threading.Event()
        stop = store.listen(woken.set)
        server.stop()
        for _ in range(3):
            with pytest.raises(StoreError):
                store.facts.put("lost", 1, NOW)
        server.start()
        wait_until(lambda: _answers(store))
        assert (store.facts.get("kept"), store.facts.get("lost")) == (1, None)
        wait_until(lambda: _wakes(store, woken))
        assert stop is not None
        stop()


def _answers(store: Store) -> bool:
    try:
        store.facts.put("again", 1, NOW)
    except StoreError:
        return False
    return True


def _wakes(store: Store, woken: threading.Event) -> bool:
    store.deliveries.record([a_delivery()])
    return woken.wait(0.2)


def test_a_connection_that_breaks_while_idle_is_replaced(real: Store, database: str) -> None:
    real.facts.put("a", 1, NOW)
    with somebody_elses(database) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    assert real.facts.get("a") == 1


def test_the_migrated_schema_is_left_alone(database: str) -> None:
    with psycopg.connect(database) as conn:
        migrate(conn)
        assert conn.execute("SELECT pg_current_xact_id_if_assigned()").fetchone() == (None,)
