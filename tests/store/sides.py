"""Name what tests of both stores need: what a broken constraint raises, and which tests are about SQLite alone."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest

BROKEN = (sqlite3.IntegrityError, psycopg.IntegrityError)
SQLITE_ALONE = pytest.mark.parametrize("address", ["sqlite"], indirect=True)
POSTGRESQL_ALONE = pytest.mark.parametrize("address", ["postgresql"], indirect=True)
