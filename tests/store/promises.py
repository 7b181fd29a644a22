"""Read off a database what the release before relies on, and find what a migration takes from it or asks of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.support.programs import ROOT

CONTRACT: Final = re.compile(r"^-- contract: (.+), unused since ([\d.]+)$", re.M)
RELEASES: Final = re.compile(r"^## v?(\d[\d.]*)", re.M)
_SQLITE_TABLES: Final = """
    SELECT name FROM sqlite_master WHERE type IN ('table', 'view')
    AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%\\_text\\__%' ESCAPE '\\' AND name <> '_sqlite_migrations'
"""
_SQLITE_UNIQUE: Final = """
    SELECT i.name, i.partial, coalesce((SELECT m.sql FROM sqlite_master m WHERE m.name = i.name), ''),
        (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
    FROM pragma_index_list(?) i WHERE i."unique"
"""
_COLUMNS: Final = """
    SELECT table_name, column_name, udt_name,
        is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER' AND is_identity = 'NO'
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migration'
"""
_UNIQUE: Final = """
    SELECT i.indrelid::regclass::text, regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', '')
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'migration'
"""
_LIMITS: Final = """
    SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid), confrelid::regclass::text,
        confdeltype::text
    FROM pg_constraint WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace
"""
_FUNCTIONS: Final = """
    SELECT oid::regprocedure::text || ' returns ' || pg_get_function_result(oid)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND probin IS NULL
"""


@dataclass(frozen=True)
class Promises:
    """Hold what there is for everybody to use, and what is asked of whoever writes, each with its table."""

    offers: frozenset[str]
    demands: frozenset[tuple[str, str]]
    tables: frozenset[str]

    def broken_by(self, later: Promises) -> list[str]:
        """Return what a later schema takes away, and what it asks of those who do not know it."""
        asked = [demand for table, demand in later.demands - self.demands if table in self.tables]
        return sorted([f"takes away {offer}" for offer in self.offers - later.offers] + asked)


@cache
def named_after(words: str) -> frozenset[str]:
    """Return the names that our code says after these words of SQL."""
    code = "".join(file.read_text() for file in (ROOT / "core" / "store").glob("*.py"))
    return frozenset(re.findall(rf"\b{words} (\w+)", code))


def of_sqlite(conn: Any) -> Promises:
    """Read a SQLite database."""
    offers, demands = set[str](), set[tuple[str, str]]()
    tables = {name for (name,) in conn.execute(_SQLITE_TABLES)}
    hinted = {f"index {name}" for name in named_after("INDEXED BY")}
    for table in tables:
        for _, name, kind, notnull, default, key, hidden in conn.execute(f"PRAGMA table_xinfo({table})"):
            offers.add(f"column {table}.{name} {kind}")
            if notnull and default is None and not key and not hidden:
                demands.add((table, f"demands {table}.{name}"))
        for _, partial, sql, columns in conn.execute(_SQLITE_UNIQUE, (table,)):
            where = " WHERE " + sql.partition(" WHERE ")[2] if partial else ""
            _add_unique(offers, demands, table, f"({columns}){where}")
        for *_, other, column, _to, _on_update, on_delete, _match in conn.execute(f"PRAGMA foreign_key_list({table})"):
            if on_delete in ("NO ACTION", "RESTRICT"):
                _add_reference(demands, table, column, other)
        offers |= {f"index {name}" for _, name, *_ in conn.execute(f"PRAGMA index_list({table})")} & hinted
        (sql,) = conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        demands |= {(table, f"demands of {table}: {check}") for check in re.findall(r"CHECK \(.+\)", sql)}
    return Promises(frozenset(offers), frozenset(demands), frozenset(tables))


def of_postgres(conn: Any) -> Promises:
    """Read a PostgreSQL database."""
    offers, demands, tables = set[str](), set[tuple[str, str]](), set[str]()
    for table, name, kind, asked in conn.execute(_COLUMNS):
        tables.add(table)
        offers.add(f"column {table}.{name} {kind}")
        if asked:
            demands.add((table, f"demands {table}.{name}"))
    for table, definition in conn.execute(_UNIQUE):
        _add_unique(offers, demands, table, definition)
    for table, kind, definition, other, on_delete in conn.execute(_LIMITS):
        if kind == "c":
            demands.add((table, f"demands of {table}: {definition}"))
        elif on_delete in "ar":
            _add_reference(demands, table, definition, other)
    offers |= {f"function {signature}" for (signature,) in conn.execute(_FUNCTIONS)}
    return Promises(frozenset(offers), frozenset(demands), frozenset(tables))


def _add_unique(offers: set[str], demands: set[tuple[str, str]], table: str, key: str) -> None:
    """A unique key is asked of those who write, and `ON CONFLICT` needs it."""
    offers.add(f"unique key {table} {key}")
    demands.add((table, f"demands of {table}: unique {key}"))


def _add_reference(demands: set[tuple[str, str]], table: str, column: str, other: str) -> None:
    """What refers to a table keeps its rows from being deleted, which somebody else's code may do."""
    if other in named_after("DELETE FROM"):
        demands.add((other, f"demands of {other}: no deletion while {table} ({column}) refers to it"))


def unforgiven(broken: Iterable[str], sql: str, changelog: str) -> list[str]:
    """Return what is broken and does not stand in the file as a contract step whose release is out."""
    out = set(RELEASES.findall(changelog))
    forgiven = {what for what, since in CONTRACT.findall(sql) if since in out}
    return [what for what in broken if what not in forgiven]


def migrations(dialect: str) -> list[Path]:
    """Return the numbered files in their order."""
    return sorted((ROOT / "core" / "store" / "schema" / dialect).glob("*.sql"))
