"""Load the receiver and what it is compared with, in turn, so that all meet the same machine."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from bench.lives import backends_cpu_s
from bench.load import Load, Make, run
from bench.points import cpu_s
from bench.result import Result
from bench.scale import Scale
from bench.served import document, durable, noop, one_commit_each, served
from bench.servers import REELS
from bench.slow_disk import slow_fsync
from bench.webhooks import DocumentWebhook, SignedWebhook
from tests.support.postgres import PostgresServer, postgres_server, programs

FSYNC_US: Final = 2000
GENERATOR_BUSY: Final = 0.8

Rounds = Mapping[str, list[Load]]


@dataclass(frozen=True, slots=True)
class Server:
    """Hold where a server listens and what it is sent; `cpu_s` tells of the processors that it took so far."""

    name: str
    port: int
    cpu_s: Callable[[], float] = lambda: 0.0

    def load(self, scale: Scale, number: int, share: float = 1.0) -> Load:
        """Load it once; `number` keeps the videos of different rounds apart."""
        run_name = f"{self.name.replace(' ', '')}{number}"
        make: Make = DocumentWebhook(run_name, REELS) if self.name == "document" else SignedWebhook(run_name)
        before = self.cpu_s()
        load = run(
            self.port,
            make,
            connections=scale.connections,
            seconds=scale.seconds * share,
            at_most=scale.requests if self.name in {"no-op", "FULL", "NORMAL"} else scale.requests // 2,
        )
        return replace(load, cpu_s=self.cpu_s() - before)


@contextmanager
def servers() -> Iterator[list[Server]]:
    """Run all servers; those that are not loaded do nothing."""
    with tempfile.TemporaryDirectory(dir=".") as folder, ExitStack() as stack:
        at = Path(folder).resolve()
        slow = slow_fsync(at, FSYNC_US)
        plain = {"BENCH_DATABASE": str(at / "document.db")}
        commands = {
            "no-op": (noop(), plain),
            "FULL": (durable(at / "full.db"), plain),
            "NORMAL": (durable(at / "normal.db", "--synchronous", "NORMAL"), plain),
            "FULL, INFO logged": (durable(at / "info.db", "--info"), plain),
            "document": (document(), plain),
        }
        if slow is None:
            print("NOT MEASURED: a slow disk needs Linux and a C compiler named cc", file=sys.stderr)  # noqa: T201  # loudly
        else:
            commands["slow disk"] = (durable(at / "slow.db"), slow)
            commands["slow disk, one commit each"] = (durable(at / "one.db", "--batch", "1"), slow)
        plain_servers = [Server(name, stack.enter_context(served(*started))[0]) for name, started in commands.items()]
        yield plain_servers + stack.enter_context(on_one_postgres())


@contextmanager
def on_one_postgres() -> Iterator[list[Server]]:
    """Run PostgreSQL, every commit durable, and yield what is loaded on it; nothing where it is not installed."""
    found = programs()
    if found is None:
        print("NOT MEASURED: PostgreSQL's programs or psycopg were not found", file=sys.stderr)  # noqa: T201  # loudly
        yield []
        return
    with postgres_server(found, "fsync=on", "synchronous_commit=on", "full_page_writes=on") as server:
        ours, theirs = server.create(), server.create()
        with (
            served(durable(ours)) as (port, pid),
            served(one_commit_each(), {"BENCH_POSTGRES": theirs}) as (their_port, their_pid),
        ):
            yield [
                Server("PostgreSQL", port, partial(_with_database_s, pid, server)),
                Server("PostgreSQL, one commit each", their_port, partial(_with_database_s, their_pid, server)),
            ]


def _with_database_s(pid: int, server: PostgresServer) -> float:
    return cpu_s(pid) + backends_cpu_s(server) if Path("/proc/self/stat").exists() else 0.0


def receiving(scale: Scale) -> list[Result]:
    """Return what the receiver is worth."""
    began = os.getloadavg()[0]
    with servers() as some:
        for server in some:  # starts what is slow to start, and fills the caches
            server.load(scale, 0, share=0.2)
        rounds: Rounds = {server.name: [] for server in some}
        for number in range(1, scale.rounds + 1):
            for server in some:
                load = server.load(scale, number)
                _check(server.name, load)
                rounds[server.name].append(load)
    loads = [began, os.getloadavg()[0]]
    return [*results(rounds), Result(name="load of the machine before and after the receivers", values=loads, unit="")]


def _check(name: str, load: Load) -> None:
    """Raise where a figure would mean nothing: nothing served, a refusal, or a generator that could not keep up."""
    if not load.served or (load.errors and name != "document"):
        raise RuntimeError(f"{name}: {load}")
    if load.busy > GENERATOR_BUSY:
        raise RuntimeError(f"{name}: the load generator was the bottleneck: {load}")


def results(rounds: Rounds) -> list[Result]:
    """Return the ratios, one a round each."""
    return [
        Result(name="receiver, of a no-op handler", values=rates(rounds, "FULL", "no-op"), target=0.35, aim=0.55),
        Result(name="the same with every delivery logged", values=rates(rounds, "FULL, INFO logged", "no-op")),
        Result(
            name="requests a second, of the document's route",
            values=rates(rounds, "FULL", "document"),
            target=15,
            aim=35,
        ),
        Result(
            name="p99 latency, the document's route to ours",
            values=[
                theirs.quantile_s(0.99) / ours.quantile_s(0.99)
                for theirs, ours in zip(rounds["document"], rounds["FULL"], strict=True)
            ],
            target=8,
            aim=20,
        ),
        *slow_disk(rounds),
        *on_postgres(rounds),
        Result(name="synchronous FULL, of NORMAL", values=rates(rounds, "FULL", "NORMAL"), target=0.85),
        Result(
            name="busiest load generator, of a core",
            values=[load.busy for loads in rounds.values() for load in loads],
        ),
    ]


def slow_disk(rounds: Rounds) -> list[Result]:
    """Return what committing together is worth on a slow disk, nothing where that was not measured."""
    if "slow disk" not in rounds:
        return []
    values = rates(rounds, "slow disk", "slow disk, one commit each")
    return [Result(name="fsync of 2 ms more, of one commit a delivery", values=values, target=15, aim=25)]


def on_postgres(rounds: Rounds) -> list[Result]:
    """Return what committing together is worth on PostgreSQL, nothing where that was not measured."""
    if "PostgreSQL" not in rounds:
        return []
    values = rates(rounds, "PostgreSQL", "PostgreSQL, one commit each")
    pairs = list(zip(rounds["PostgreSQL"], rounds["PostgreSQL, one commit each"], strict=True))
    cpu = [theirs.cpu_a_request_s / ours.cpu_a_request_s for ours, theirs in pairs if ours.cpu_s and theirs.cpu_s]
    return [
        Result(name="on PostgreSQL, of a commit a request with asyncpg", values=values, target=3),
        Result(name="processor time of such a request, database included, of a delivery's", values=cpu, target=3),
    ]


def rates(rounds: Rounds, ours: str, theirs: str) -> list[float]:
    """Return by how much one served more than another, round by round."""
    return [a.rate / b.rate for a, b in zip(rounds[ours], rounds[theirs], strict=True)]
