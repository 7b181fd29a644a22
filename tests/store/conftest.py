"""Run one suite against both stores: each test that builds a product does so on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.store import open_store
from tests.support.postgres import TEMPLATE, PostgresServer, postgres_server, programs
from tests.support.untested import untested

collect_ignore = [] if find_spec("psycopg") or os.environ.get("CI") else ["test_postgres.py"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run PostgreSQL for this process; without its programs a CI run fails, any other says what it does not test."""
    found = programs()
    if found is None:
        untested(
            "PostgreSQL's programs (initdb, postgres) or psycopg were not found, so nothing was tried on that store."
        )
    with postgres_server(found) as server:
        server.admin(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
        with closing(open_store(server.url(TEMPLATE))) as store:
            store.reels.counts()
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of a fresh database of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/reels.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    yield server.url(TEMPLATE)
    server.empty(TEMPLATE)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of a database of either kind that may be changed: no other test uses it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/reels.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)
