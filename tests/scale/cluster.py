"""Everything that runs: database, broker, receivers, workers, beat, pages and nginx, each on a host of its own."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from tests.scale.database import Database
from tests.scale.front import Front
from tests.scale.network import Host, Network
from tests.scale.station import WAY, Station
from tests.support.programs import ROOT, Program, clean_environ, free_port
from tests.support.waiting import wait_for

ANY: Final = "0.0.0.0"  # of a network that is ours alone
MODULE: Final = [sys.executable, "-m"]
QUIET: Final = ["--without-gossip", "--without-mingle", "-l", "WARNING"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Say how many hosts of a kind there are, and how many children a Celery worker has."""

    receivers: int = 3
    workers: int = 3
    pages: int = 2
    children: int = 4


class Cluster:
    """Hold the hosts; database and broker run from the beginning, the product's once it has its settings."""

    def __init__(self, folder: Path, sizes: Sizes, *, apart: bool) -> None:
        self.folder = folder
        self.sizes = sizes
        self.network = Network(apart=apart)
        self.front_port = free_port()
        self.database = Database(self.network.host("database"), folder)
        self.broker = self._a_broker()
        self.product: list[Station] = []
        self._our_way: Program | None = None

    def _a_broker(self) -> Station:
        program = shutil.which("redis-server")
        assert program is not None, "redis-server is not installed (Debian: apt-get install redis-server)"
        host = self.network.host("broker")
        self._broker_at = (host.address, free_port())
        words = ["--port", str(self._broker_at[1]), "--bind", ANY, "--protected-mode", "no", "--save", ""]
        argv = [program, *words, "--appendonly", "no", "--dir", str(self.folder)]
        station = Station(host, "broker", {"redis": argv}, clean_environ(), self.folder)
        station.start()
        return station

    @property
    def settings(self) -> dict[str, str]:
        """Return what every host is told besides."""
        address, port = self._broker_at
        return {"CELERY_BROKER_URL": f"redis://{address}:{port}/0", "DATA_FOLDER": str(self.folder / "data")}

    def flush(self) -> None:
        """Take everything out of the broker; raises OSError where it is away."""
        with socket.create_connection(self._broker_at, timeout=2) as conn:
            conn.sendall(b"FLUSHALL\r\n")
            conn.recv(100)

    def settle(self, environ: Mapping[str, str], heygen_port: int) -> None:
        """Make the product's hosts with these settings; none is started yet."""
        (self.folder / "data").mkdir()
        self._ways = (heygen_port, environ)
        sizes = self.sizes
        receivers = [self._receiver(f"receiver-{n}") for n in range(1, sizes.receivers + 1)]
        pages = [self._pages(f"pages-{n}") for n in range(1, sizes.pages + 1)]
        workers = [self._worker(f"worker-{n}") for n in range(1, sizes.workers + 1)]
        beat = self._station("beat", "beat", [*MODULE, "celery", "-A", "core.tasks", "beat", "-l", "WARNING"])
        self._ports = {station.name: address for station, address in (*receivers, *pages)}
        addresses = [[address for _, address in some] for some in (receivers, pages)]
        self.front = Front(self._host("front"), self.folder, self.front_port, *addresses)
        self.product = [*(station for station, _ in (*receivers, *pages)), *workers, beat, self.front]

    def _host(self, name: str) -> Host:
        host = self.network.host(name)
        if name == "front" and self.network.apart:  # the world finds nginx at our own loopback
            argv = [*MODULE, "tests.scale.way", f"{self.front_port}={host.address}:{self.front_port}"]
            self._our_way = Program(argv, clean_environ(), self.folder / "way.log", ROOT)
            wait_for(lambda: _listens(self.front_port), what="the way to nginx")
        return host

    def _station(self, name: str, kind: str, argv: list[str]) -> Station:
        heygen_port, environ = self._ways
        ways = [f"{heygen_port}={self.network.here}:{heygen_port}"]
        host = self._host(name)
        programs = {WAY: [*MODULE, "tests.scale.way", *ways]} if self.network.apart else {}
        return Station(host, kind, {**programs, kind: argv}, environ, self.folder)

    def _receiver(self, name: str) -> tuple[Station, str]:
        port = free_port()
        station = self._station(name, "receiver", [*MODULE, "core", "receiver", "--host", ANY, "--port", str(port)])
        return station, f"{station.host.address}:{port}"

    def _pages(self, name: str) -> tuple[Station, str]:
        port = free_port()
        words = ["streamlit_app.py", "--server.address", ANY, "--server.port", str(port)]
        argv = ["env", "PAGES_ALONE=yes", "PAGES_OPEN_TO=everybody", *MODULE, "streamlit", "run", *words]
        station = self._station(name, "pages", argv)
        return station, f"{station.host.address}:{port}"

    def _worker(self, name: str) -> Station:
        words = ["worker", "-n", f"{name}@reels", "-c", str(self.sizes.children), *QUIET]
        return self._station(name, "worker", [*MODULE, "celery", "-A", "tests.scale.tasks", *words])

    @property
    def everybody(self) -> Iterator[Station]:
        """Iterate over all hosts."""
        yield from (self.database, self.broker, *self.product)

    def await_all(self, tend: Callable[[], None] = lambda: None) -> None:
        """Wait until every host answers, through nginx too, and Celery shows that it lives; `tend` meanwhile."""

        def answers(address: str) -> bool:
            tend()
            return _health(f"http://{address}") is not None

        for name, address in self._ports.items():
            wait_for(partial(answers, address), timeout_s=120, every_s=0.5, what=f"{name} to answer")
        wait_for(self._works, timeout_s=120, every_s=0.5, what="Celery to work, as nginx tells")
        self.front.await_pages()

    def _works(self) -> bool:
        health = _health(self.front.url)
        return health is not None and bool(health["worker"]["alive"])

    def close(self) -> None:
        """End everything."""
        for station in self.product:
            station.kill()
        if self._our_way is not None:
            self._our_way.kill()
        self.broker.kill()
        self.database.close()


def _health(url: str) -> dict[str, dict[str, bool]] | None:
    try:
        answer = httpx.get(f"{url}/healthz", timeout=5, trust_env=False)
        return answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError):
        return None


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
