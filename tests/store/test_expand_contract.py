"""Every migration leaves the release before whole: what it uses stays, and nothing is asked of it that it ignores.

What is to go stands in its file as `-- contract: takes away column reel.old TEXT, unused since 0.2.0`, which holds once
that release stands in CHANGELOG.md: then no process runs any more that uses it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from core.store.sqlite import statements
from tests.store.promises import Promises, migrations, of_postgres, of_sqlite, unforgiven
from tests.store.sides import somebody_elses
from tests.support.postgres import PostgresServer
from tests.support.programs import ROOT
from tests.support.releases import ADDS

CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
BASE = {"sqlite": 1, "postgres": 4}  # the files that stood when the first release ran on it
STEPS = {
    "a column is dropped": (
        "ALTER TABLE reel DROP COLUMN failure_param",
        r"takes away column reel\.failure_param (TEXT|text)",
    ),
    "a column is renamed": (
        "ALTER TABLE reel RENAME COLUMN failure_param TO param",
        r"takes away column reel\.failure_param (TEXT|text)",
    ),
    "a table is dropped": ("DROP TABLE look", r"takes away (column|unique key) look\b.*"),
    "a table is renamed": ("ALTER TABLE look RENAME TO glance", r"takes away (column|unique key) look\b.*"),
    "a unique key is added": (
        "CREATE UNIQUE INDEX one_title ON draft (title)",
        r"demands of draft: unique .*\(title\)",
    ),
    "a unique key is dropped": ("DROP INDEX once", r"takes away unique key tally .*\(n\)"),
    "a reference keeps rows": (
        "CREATE TABLE seen (message_id BIGINT REFERENCES message (id))",
        r"demands of message: no deletion while seen .*",
    ),
    "a new value is demanded": ("ALTER TABLE look ADD COLUMN by TEXT NOT NULL", r"demands look\.by"),
    "a check is added": (
        "ALTER TABLE reel ADD COLUMN n INTEGER DEFAULT 0 CHECK (n < 9)",
        r"demands of reel: CHECK .*",
    ),
}
SQLITE_STEPS = {
    "an index is dropped that a query names": ("DROP INDEX reel_sending", "takes away index reel_sending"),
}
POSTGRES_STEPS = {
    "a value is demanded": ("ALTER TABLE reel ALTER COLUMN request_id SET NOT NULL", r"demands reel\.request_id"),
    "a type is changed": (
        "ALTER TABLE reel ALTER COLUMN attempt TYPE BIGINT",
        r"takes away column reel\.attempt int4",
    ),
    "a function is dropped": ("DROP FUNCTION numbers_in", r"takes away function numbers_in\(text\).*"),
    "a view loses": ("DROP VIEW delivery_aside_count", r"takes away column delivery_aside_count\.\w+ int[48]"),
}
STEPS_OF = {"sqlite": SQLITE_STEPS, "postgres": POSTGRES_STEPS}


class Database:
    """Hold an empty database of either kind, to which migrations are applied one by one."""

    def __init__(self, dialect: str, conn: Any) -> None:
        self.dialect = dialect
        self._conn = conn

    def run(self, script: str) -> None:
        for statement in statements(script) if self.dialect == "sqlite" else [script]:
            self._conn.execute(statement)

    def promises(self) -> Promises:
        return of_sqlite(self._conn) if self.dialect == "sqlite" else of_postgres(self._conn)


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
            yield Database("sqlite", conn)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create()
    with somebody_elses(url) as conn:
        yield Database("postgres", conn)
    server.drop(url)


@pytest.fixture
def whole(empty: Database) -> Database:
    """Return a database of today, with a unique key that can be dropped by its name."""
    for file in migrations(empty.dialect):
        empty.run(file.read_text())
    empty.run("CREATE UNIQUE INDEX once ON tally (n);")
    return empty


def test_no_migration_takes_from_the_release_before_or_asks_more_of_it(empty: Database) -> None:
    files = migrations(empty.dialect)
    for file in files[: BASE[empty.dialect]]:
        empty.run(file.read_text())
    for file in files[BASE[empty.dialect] :]:
        before, sql = empty.promises(), file.read_text()
        empty.run(sql)
        assert len(before.offers) > 30
        assert unforgiven(before.broken_by(empty.promises()), sql, CHANGELOG) == [], file.name


def test_what_is_only_added_breaks_nothing(whole: Database) -> None:
    before = whole.promises()
    whole.run(ADDS)
    assert before.broken_by(whole.promises()) == []


def test_every_step_that_the_release_before_would_not_survive_is_found(whole: Database) -> None:
    before = whole.promises()
    for step, (sql, expected) in (STEPS | STEPS_OF[whole.dialect]).items():
        whole.run("BEGIN;")
        whole.run(f"{sql};")
        broken = before.broken_by(whole.promises())
        whole.run("ROLLBACK;")
        assert broken != [], step
        assert all(re.fullmatch(expected, found) for found in broken), (step, broken)


GONE = "takes away column reel.old TEXT"


@pytest.mark.parametrize(
    ("sql", "changelog", "left"),
    [
        (f"-- contract: {GONE}, unused since 0.2.0\nALTER …", "## Unreleased\n\n## 0.2.0\n", []),
        (f"-- contract: {GONE}, unused since 0.2.0\nALTER …", "## Unreleased\n", [GONE]),
        ("-- contract: takes away column reel.other TEXT, unused since 0.2.0\n", "## 0.2.0\n", [GONE]),
        (f"-- contract: {GONE}\n", "## 0.2.0\n", [GONE]),
        ("ALTER …", "## 0.2.0\n", [GONE]),
    ],
)
def test_a_contract_step_is_allowed_when_its_release_is_out(sql: str, changelog: str, left: list[str]) -> None:
    assert unforgiven([GONE], sql, changelog) == left
