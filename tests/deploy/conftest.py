"""Offer a front with two hosts of each kind, and say what could not be tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.front import Front, Host, a_receiver, hosts_environ, some_pages


@dataclass(frozen=True)
class Site:
    """Hold nginx and the two hosts behind it, over one store."""

    front: Front
    hosts: list[Host]
    folder: Path
    environ: dict[str, str]


@pytest.fixture
def receivers(tmp_path: Path) -> Iterator[Site]:
    """Start two receivers and nginx before them."""
    with behind_nginx(tmp_path, a_receiver) as site:
        yield site


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Site]:
    """Start two servers of pages and nginx before them."""
    with behind_nginx(tmp_path, some_pages) as site:
        yield site


@contextmanager
def behind_nginx(folder: Path, start: Callable[[Path, dict[str, str]], Host]) -> Iterator[Site]:
    environ = hosts_environ(folder, DRAIN_S="1")
    hosts: list[Host] = []
    fronts: list[Front] = []
    try:
        hosts += [start(folder, environ) for _ in range(2)]
        ports = [host.port for host in hosts]
        fronts.append(Front(folder / "nginx", ports, ports, ("client_body_timeout 30s", "client_body_timeout 1s")))
        for host in hosts:
            host.await_health()
        yield Site(fronts[0], hosts, folder, environ)
    finally:
        for program in [*fronts, *hosts]:
            program.kill()
