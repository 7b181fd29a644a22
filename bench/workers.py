"""Carry reels through the product with one, two and four workers on PostgreSQL, and say what bounds them."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.lives import backends_cpu_s
from bench.points import answers, cpu_s, ended, running, socket_port, until
from bench.result import Result
from bench.scale import Scale
from bench.webhooks import SECRET
from core.config import Settings
from core.models import Reel
from core.product import Product, open_product
from fake_heygen.cli.process import Process
from tests.support.postgres import PostgresServer, postgres_server, programs

SLOTS: Final = 200
STARTED_CPU_S: Final = 0.3
QUIET_LOOKS: Final = 10
QUIET_CPU_S: Final = 0.1
SCRIPT: Final = "Hola a todos, hoy presentamos una novedad en video vertical. [[sim: render=1s]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Hold reels completed in a second, and the cores that each kind of process used meanwhile."""

    reels_per_s: float
    cores: Mapping[str, float]


def working(scale: Scale) -> list[Result]:
    """Return how throughput grows with the number of workers; nothing where PostgreSQL is not installed."""
    began = os.getloadavg()[0]
    found = programs()
    if found is None:
        print("NOT MEASURED: PostgreSQL's programs or psycopg were not found", file=sys.stderr)  # noqa: T201  # loudly
        return []
    with postgres_server(found, "fsync=on", "synchronous_commit=on", "full_page_writes=on") as server:
        rounds = [[carried(server, workers, scale.carried) for workers in scale.workers] for _ in range(3)]
    loads = [began, os.getloadavg()[0]]
    told = Result(name="load of the machine before and after the workers", values=loads, unit="")
    return [*results(scale.workers, rounds), told]


def carried(server: PostgresServer, workers: int, reels: int) -> Carried:
    """Carry so many reels with so many processes of the worker, in a database of their own."""
    with product_of(server.create()) as (product, environ, port, heygen), ExitStack() as stack:
        receiver = stack.enter_context(running(environ, "receiver", "--port", str(port)))
        some = [stack.enter_context(running(environ, "worker")) for _ in range(workers)]
        until(lambda: answers(port, worker=True))
        settled(some)
        used: Mapping[str, Callable[[], float]] = {
            "the workers": lambda: sum(map(cpu_s, some)),
            "PostgreSQL": lambda: backends_cpu_s(server),
            "the receiver": lambda: cpu_s(receiver),
            "the simulator": lambda: cpu_s(heygen),
        }
        before, began = {who: read() for who, read in used.items()}, time.monotonic()
        product.processor.enqueue_many([Reel(script=SCRIPT, title=f"Reel {n}") for n in range(reels)])
        until(lambda: ended(product) == reels)
        took_s = time.monotonic() - began
        cores = {who: (read() - before[who]) / took_s for who, read in used.items()}
        return Carried(reels_per_s=reels / took_s, cores=cores)


def settled(workers: Sequence[int]) -> None:
    """Wait until every worker has started: none uses a processor for long."""
    seen: list[float] = []

    def is_quiet() -> bool:
        seen.append(sum(map(cpu_s, workers)))
        started = min(map(cpu_s, workers)) > STARTED_CPU_S and len(seen) > QUIET_LOOKS
        return started and seen[-1] - seen[-QUIET_LOOKS] < QUIET_CPU_S * len(workers)

    until(is_quiet)


@contextmanager
def product_of(url: str) -> Iterator[tuple[Product, dict[str, str], int, int]]:
    """Yield a product over a database, the settings of its processes, a free port, and the id of its HeyGen."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket_port() as port,
        Process("--port", "0", "--seed", "1") as heygen,
    ):
        httpx.put(f"{heygen.url}/_sim/scenario", json={"concurrency": SLOTS}, trust_env=False).raise_for_status()
        environ = {
            "HEYGEN_API_KEY": "bench",
            "HEYGEN_API_BASE_URL": heygen.url,
            "HEYGEN_PROCESSING_MODE": "webhook",
            "HEYGEN_WEBHOOK_BASE_URL": f"http://127.0.0.1:{port}",
            "HEYGEN_WEBHOOK_SECRET": SECRET,
            "HEYGEN_MAX_CONCURRENT": str(SLOTS),
            "DATABASE_URL": url,
            "DATA_FOLDER": str(Path(folder).resolve()),
        }
        product = open_product(Settings.from_env(environ))
        product.store.reels.counts()
        try:
            yield product, environ, port, heygen.pid
        finally:
            product.client.close()
            product.store.close()


def results(workers: Sequence[int], rounds: Sequence[Sequence[Carried]]) -> list[Result]:
    """Return reels a second of one worker, how many times that several carry, and how busy the processors were."""
    first = [f"{count} worker{'s' * (count > 1)} on PostgreSQL" for count in workers]
    rates = [
        Result(name=f"{first[0]}: reels completed", values=[costs[0].reels_per_s for costs in rounds], unit="a second"),
        *(
            Result(name=f"{name}, of one", values=[costs[n].reels_per_s / costs[0].reels_per_s for costs in rounds])
            for n, name in enumerate(first[1:], 1)
        ),
    ]
    cores = [
        Result(
            name=f"{name}: cores of {os.cpu_count()} used by {who}",
            values=[costs[n].cores[who] for costs in rounds],
            unit="",
        )
        for n, name in enumerate(first)
        for who in rounds[0][n].cores
    ]
    return rates + cores
