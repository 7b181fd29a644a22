"""Offer a front with two hosts of each kind, and say what could not be tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.deploy.front import Front, Host, a_receiver, hosts_environ, some_pages
from tests.deploy.needed import MISSING


@dataclass(frozen=True)
class Site:
    """Hold nginx and the hosts behind it."""

    front: Front
    receivers: list[Host]
    pages: list[Host]
    database: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start two receivers, two servers of pages and nginx before them, all over one store."""
    folder = tmp_path_factory.mktemp("site")
    environ = hosts_environ(folder)
    hosts: list[Host] = []
    front: Front | None = None
    try:
        receivers = [a_receiver(folder, environ) for _ in range(2)]
        hosts += receivers
        pages = [some_pages(folder, environ) for _ in range(2)]
        hosts += pages
        quick = ("client_body_timeout 30s", "client_body_timeout 1s")
        front = Front(folder / "nginx", [r.port for r in receivers], [p.port for p in pages], quick)
        for host in hosts:
            host.await_health()
        yield Site(front, receivers, pages, environ["DATABASE_URL"])
    finally:
        for program in [*([front] if front else []), *hosts]:
            program.kill()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested."""
    for line in MISSING:
        terminalreporter.write_line(line, red=True, bold=True)
