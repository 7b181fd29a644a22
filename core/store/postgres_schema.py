"""Bring PostgreSQL's tables up to date, beside processes of the release before, which go on meanwhile.

A change of a table waits for whoever reads it, and everybody else waits behind the change. So it waits for a moment
only, lets the others pass, and tries again.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import psycopg

SCHEMA: Final = Path(__file__).parent / "schema" / "postgres"
WAIT_S: Final = 1.0
PAUSE_S: Final = 0.5
_MIGRATING: Final = 7_235_701  # any number, the same in every process
_RECORD: Final = "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL)"
_MET_OTHERS: Final = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


class TablesInUse(Exception):
    """Report that a table that is to be changed was in use for longer than we wait."""


def migrate(conn: psycopg.Connection[Any], schema: Path = SCHEMA, patience_s: float = 30.0) -> None:
    """Apply the numbered files that are missing; each commits together with its record, or not at all.

    Files that only a later release knows are left alone. Raises TablesInUse, psycopg.Error.
    """
    known = _applied(conn)
    conn.rollback()  # what follows are transactions of their own, and not parts of the one that reading began
    missing = [file for file in sorted(schema.glob("*.sql")) if file.stem not in known]
    if not missing:
        return
    if (encoding := conn.info.parameter_status("server_encoding")) != "UTF8":
        raise psycopg.NotSupportedError(f"its encoding is {encoding}; it must be UTF8")
    until_s = time.monotonic() + patience_s
    for file in missing:
        while not _applies(conn, file):
            if time.monotonic() > until_s:
                raise TablesInUse(file.stem)
            time.sleep(PAUSE_S)  # those who waited behind us have their turn


def _applies(conn: psycopg.Connection[Any], file: Path) -> bool:
    """Apply a file unless another process has; False where its tables were in use."""
    try:
        with conn.transaction():
            conn.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATING,))  # a second process waits here
            conn.execute(_RECORD)
            if file.stem not in _applied(conn):
                conn.execute(f"SET LOCAL lock_timeout = {round(WAIT_S * 1000)}".encode())
                conn.execute(file.read_bytes())
                conn.execute("INSERT INTO migration (name, applied_at) VALUES (%s, now())", (file.stem,))
    except _MET_OTHERS:
        return False
    return True


def _applied(conn: psycopg.Connection[Any]) -> set[str]:
    if conn.execute("SELECT to_regclass('migration')").fetchone() == (None,):
        return set()
    return {name for (name,) in conn.execute("SELECT name FROM migration")}
