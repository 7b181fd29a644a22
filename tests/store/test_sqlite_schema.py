from __future__ import annotations

import multiprocessing
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from core.campaigns import new_draft_key
from core.errors import StoreError
from core.models import ProcessingMode, ReelStatus
from core.store import ReelFilter, Store, open_store
from core.store.sqlite import SCHEMA, SqliteConnections, _migration, migrate, statements
from tests.factories import NOW, a_delivery, a_reel

READY = {"mode": ProcessingMode.POLLING, "requested_mode": ProcessingMode.POLLING, "created_at": NOW, "updated_at": NOW}
FILES = sorted(path.stem for path in SCHEMA.glob("*.sql"))


@contextmanager
def store_at(path: Path, busy_timeout_s: float = 5.0) -> Iterator[Store]:
    store = open_store(f"sqlite:///{path}", busy_timeout_s=busy_timeout_s)
    try:
        yield store
    finally:
        store.close()


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as conn:
        return {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def applied(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as conn:
        return [name for (name,) in conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]


def test_opening_a_store_touches_no_disk(tmp_path: Path) -> None:
    with store_at(tmp_path / "data" / "reels.db") as store:
        assert store.path == tmp_path / "data" / "reels.db"
    assert list(tmp_path.iterdir()) == []


def test_the_first_use_makes_folder_file_and_every_table(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "reels.db"
    with store_at(path) as store:
        assert set(store.reels.counts().values()) == {0}
    assert applied(path) == FILES
    assert {"reel", "timeline", "callback_token", "delivery", "fact", "lease", "tally", "refusal"} <= tables(path)


def test_a_relative_and_an_absolute_address_name_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_store("sqlite:///data/reels.db").path == Path("data/reels.db")
    assert open_store("sqlite:////var/lib/reels.db").path == Path("/var/lib/reels.db")


def test_commits_are_durable_and_readers_do_not_wait_for_writers(tmp_path: Path) -> None:
    connections = SqliteConnections(tmp_path / "reels.db")
    for conn in (connections.read(), connections._open_writer().conn):
        assert conn.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert conn.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert conn.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    connections.close()


def test_what_was_stored_is_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "reels.db"
    with store_at(path) as store:
        [reel] = store.reels.add([a_reel(created_at=NOW, updated_at=NOW, mode="polling", requested_mode="polling")])
    with store_at(path) as store:
        assert store.reels.get(reel.id or 0) == reel
        assert store.reels.counts()[ReelStatus.PENDING] == 1
    assert applied(path) == FILES


def test_a_migration_that_fails_midway_leaves_neither_its_tables_nor_its_record(tmp_path: Path) -> None:
    schema = tmp_path / "schema"
    shutil.copytree(SCHEMA, schema)
    (schema / "0999_broken.sql").write_text("CREATE TABLE half (x);\nCREATE TABLE half (x);\n")
    path = tmp_path / "reels.db"
    with pytest.raises(StoreError, match="half already exists"):
        SqliteConnections(path, schema=schema).read()
    assert "half" not in tables(path)
    (schema / "0999_broken.sql").write_text("CREATE TABLE half (x);\n")
    connections = SqliteConnections(path, schema=schema)
    connections.read()
    connections.close()
    assert "half" in tables(path)
    assert applied(path) == [*FILES, "0999_broken"]


def test_an_older_database_gets_what_it_lacks_and_keeps_what_it_has(tmp_path: Path) -> None:
    schema, path = tmp_path / "schema", tmp_path / "reels.db"
    schema.mkdir()
    shutil.copy(SCHEMA / f"{FILES[0]}.sql", schema)
    old = SqliteConnections(path, schema=schema)
    with old.write() as conn:
        conn.execute("INSERT INTO reel_count (status, n) VALUES ('failed', 7)")
    old.close()
    with store_at(path) as store:
        assert store.reels.counts()[ReelStatus.FAILED] == 7
        assert store.deliveries.counts() == {}
    assert applied(path) == FILES


def test_what_was_put_away_or_deleted_before_is_counted_by_its_campaign(tmp_path: Path) -> None:
    schema, path, draft = tmp_path / "schema", tmp_path / "reels.db", new_draft_key()
    schema.mkdir()
    for name in [*FILES[:10], "0013_accounts"]:  # what is written now has an account
        shutil.copy(SCHEMA / f"{name}.sql", schema)
    with closing(Store(SqliteConnections(path, schema=schema))) as old:
        campaign_id = old.campaigns.add("Otoño", draft, "token", NOW)
        rows = [a_reel(campaign_id=campaign_id, idempotency_key=f"{draft}-{n}", **READY) for n in range(1, 4)]
        _first, second, third = old.reels.add(rows)
        old.reels.save(second, status=ReelStatus.FAILED, archived_at=NOW)
        old.reels.save(third, deleted_at=NOW, campaign_id=None)
    with store_at(path) as store:
        found = store.campaigns.get(1)
        assert found.counts == {"pending": 1, "failed": 1, "archived": 1, "archived_wrong": 1, "deleted": 1}


def test_reels_of_before_are_the_account_without_a_name(tmp_path: Path) -> None:
    path = tmp_path / "reels.db"
    columns = "title, script, avatar_id, voice_id, aspect_ratio, options, mode, requested_mode, idempotency_key, status"
    columns += ", attempt, send_state, send_after, created_at, updated_at"
    row = ("Viejo", "Hola", "", "", "9:16", "{}", "polling", "polling", "k", "pending", 1, "queued", 5, 5, 5)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        db = Database(conn)
        older = Migrations("reels")
        for name in FILES[: FILES.index("0013_accounts")]:
            older(name=name)(_migration((SCHEMA / f"{name}.sql").read_text()))
        older.apply(db)
        conn.execute(f"INSERT INTO reel ({columns}) VALUES ({', '.join('?' * len(row))})", row)  # ours
    with store_at(path) as store:
        [claimed] = store.reels.claim(owner="o", now=NOW, lease_s=60.0, room=1, limit=1, forgotten=NOW)
        assert (claimed.title, claimed.account) == ("Viejo", "")
        assert [reel.title for reel in store.reels.page(ReelFilter(account=""), 9)] == ["Viejo"]
        assert store.reels.page(ReelFilter(account="acme"), 9) == []
    assert applied(path) == FILES


def test_a_migrated_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "reels.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        migrate(Database(conn))
        before = conn.execute("PRAGMA schema_version").fetchone()
        migrate(Database(conn))
        assert conn.execute("PRAGMA schema_version").fetchone() == before


def test_a_script_is_split_into_whole_statements_triggers_included() -> None:
    script = "CREATE TABLE a (x);\n-- a remark; with a semicolon\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n"
    script += "  DELETE FROM a;\nEND;\n"
    split = list(statements(script))
    assert len(split) == 2
    assert split[1].rstrip().endswith("END;")
    for file in SCHEMA.glob("*.sql"):
        assert "".join(statements(file.read_text())).strip() == file.read_text().strip()


def _use(path: Path, barrier: object, results: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    try:
        with store_at(path) as store:
            store.facts.add("starts", "process")
        results.put("ok")  # type: ignore[attr-defined]
    except BaseException as error:
        results.put(repr(error))  # type: ignore[attr-defined]


def test_several_processes_starting_at_once_migrate_once(tmp_path: Path) -> None:
    path, n = tmp_path / "reels.db", 4
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(n), context.Queue()
    processes = [context.Process(target=_use, args=(path, barrier, results)) for _ in range(n)]
    for process in processes:
        process.start()
    outcomes = [results.get(timeout=20) for _ in processes]
    for process in processes:
        process.join(20)
    assert outcomes == ["ok"] * n
    assert applied(path) == FILES
    with store_at(path) as store:
        assert store.facts.tallies("starts") == {"process": n}


def test_a_start_waits_for_another_that_is_just_making_the_database(tmp_path: Path) -> None:
    path = tmp_path / "reels.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.execute("BEGIN EXCLUSIVE")
        release = threading.Timer(0.2, other.execute, ["COMMIT"])
        release.start()
        with store_at(path) as store:
            assert store.deliveries.counts() == {}
        release.join()
    assert applied(path) == FILES


@pytest.mark.parametrize("kind", ["folder", "below a file", "not a database"])
def test_a_path_that_cannot_be_used_is_one_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "reels.db"
    if kind == "folder":
        path.mkdir()
    elif kind == "not a database":
        path.write_bytes(b"this is no database, " * 100)
    else:
        path.write_text("")
        path /= "reels.db"
    with store_at(path, busy_timeout_s=0.1) as store:
        for use in (store.reels.counts, lambda: store.facts.put("a", 1, NOW)):
            with pytest.raises(StoreError) as caught:
                use()
            assert str(path) in str(caught.value)
            assert "\n" not in str(caught.value)


def test_a_database_that_breaks_while_it_is_used_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "reels.db"
    with store_at(path, busy_timeout_s=0.1) as store:
        store.deliveries.record([a_delivery()])
        with closing(sqlite3.connect(path, isolation_level=None)) as conn:
            conn.execute("DROP TABLE delivery")
        with pytest.raises(StoreError):
            store.deliveries.last_received_at()
        with pytest.raises(StoreError):
            store.deliveries.record([a_delivery()])


def test_a_lock_that_somebody_else_keeps_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "reels.db"
    with store_at(path, busy_timeout_s=0.05) as store:
        store.facts.put("a", 1, NOW)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked"):
                store.facts.put("a", 2, NOW)
            assert store.facts.get("a") == 1
            other.execute("ROLLBACK")
        store.facts.put("a", 3, NOW)
        assert store.facts.get("a") == 3


def test_a_disk_that_is_full_is_one_sentence_and_no_end(tmp_path: Path) -> None:
    path = tmp_path / "reels.db"
    with store_at(path) as store:
        store.facts.put("small", 1, NOW)
        writer = store._connections._open_writer().conn
        pages = writer.execute("PRAGMA page_count").fetchone()[0]
        writer.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="full"):
            store.facts.put("large", "x" * 1_000_000, NOW)
        assert store.facts.get("large") is None
        writer.execute("PRAGMA max_page_count = 1000000")
        store.facts.put("large", "x" * 1_000_000, NOW)
        assert store.facts.get("small") == 1


def note_at_the_commit(store: Store, unknown_reel: int) -> None:
    with store.transaction() as conn:
        conn.execute("PRAGMA defer_foreign_keys = ON")  # what is wrong is found by the COMMIT alone
        store.timeline.add(unknown_reel, NOW, "note")


def test_a_commit_that_fails_is_undone_and_the_next_write_succeeds(tmp_path: Path) -> None:
    with store_at(tmp_path / "reels.db") as store:
        [reel] = store.reels.add([a_reel(mode="polling", requested_mode="polling", created_at=NOW, updated_at=NOW)])
        with pytest.raises(sqlite3.IntegrityError):
            note_at_the_commit(store, reel.id + 1)
        store.timeline.add(reel.id, NOW, "note")
        assert [entry.kind for entry in store.timeline.of(reel.id)] == ["note"]
