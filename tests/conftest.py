"""Offer what every folder of tests shares: a product over a fresh database, and time that stands still."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import freezegun
import hypothesis
import pytest
from freezegun import freeze_time

from tests.factories import NOW, House, Wire, a_house
from tests.support.untested import told

# Freezing walks through every loaded module; these read no clock that a test is about.
LIBRARIES = (
    *("_pytest", "altair", "anyio", "av", "click", "httpcore", "httpx", "hypothesis", "numpy", "pandas", "playwright"),
    *(
        "pluggy",
        "prometheus_client",
        "psycopg",
        "psycopg_pool",
        "pyarrow",
        "sqlite_utils",
        "starlette",
        "streamlit",
        "uvicorn",
    ),
)
freezegun.configure(extend_ignore_list=list(LIBRARIES))

# The same examples on every run; HYPOTHESIS_PROFILE=search looks for new ones.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("search", max_examples=1000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

Build = Callable[..., House]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested."""
    for line in told(terminalreporter.stats.get("skipped", ())):
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture
def database(tmp_path: Path) -> str:
    """Return the address of a fresh database."""
    return f"sqlite:///{tmp_path}/reels.db"


@pytest.fixture
def build(database: str, tmp_path: Path) -> Iterator[Build]:
    """Return a factory of products; without `path` they all share one database."""
    houses: list[House] = []

    def make(mode: str = "polling", *, path: Path | None = None, wire: Wire | None = None, **settings: Any) -> House:
        place = {"database_url": f"sqlite:///{path}" if path else database, "data_folder": tmp_path}
        houses.append(a_house(mode, wire, **place | settings))
        return houses[-1]

    yield make
    for house in houses:
        house.client.close()
        house.store.close()


@pytest.fixture
def frozen() -> Iterator[Any]:
    """Stop the clock at NOW; `tick(seconds)` moves it."""
    with freeze_time(NOW) as clock:
        yield clock


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Work in an empty folder without any of our variables set; returns the folder."""
    for name in [name for name in os.environ if name.startswith(("HEYGEN_", "NOTIFY_"))]:
        monkeypatch.delenv(name)
    for name in ("APP_ENV", "DATABASE_URL", "CELERY_BROKER_URL", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path
