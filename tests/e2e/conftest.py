"""Run the product against the fake, each as a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.programs import Fake, Serve


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(scope="module")
def fake(folder: Path) -> Iterator[Fake]:
    server = Fake(folder)
    yield server
    server.stop()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Serve]]:
    """Start the product as often as a test likes; all are stopped at its end."""
    started: list[Serve] = []

    def start(heygen_url: str, **settings: str) -> Serve:
        server = Serve(tmp_path, heygen_url, **settings)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
