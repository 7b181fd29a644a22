"""Name what tests of both stores need: what a broken constraint raises, and which tests are about SQLite alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

try:
    import psycopg
except ImportError:  # an extra; tests that need it are skipped, and that is said
    psycopg = None  # type: ignore[assignment]

BROKEN = (sqlite3.IntegrityError, *((psycopg.IntegrityError,) if psycopg else ()))
SQLITE_ALONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@contextmanager
def somebody_elses(address: str) -> Iterator[Any]:
    """Connect as somebody else would, past our own code."""
    if address.startswith("sqlite"):
        conn: Any = sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None)
    else:
        conn = psycopg.connect(address, autocommit=True)
    with closing(conn):
        yield conn
