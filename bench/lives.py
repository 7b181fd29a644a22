"""Take new reels through their lives in stores of very different sizes, and count what each reel costs."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.counted import Counted
from bench.filling import fill
from bench.result import Result
from bench.scale import Scale
from core.clock import utcnow
from core.config import Settings
from core.heygen import HeyGenClient
from core.inbox import Inbox
from core.models import NewDelivery, ProcessingMode, Reel, ReelStatus
from core.processor import HeyGenVideoProcessor
from core.store import Store
from core.store.connections import Connections
from core.store.sqlite import SqliteConnections
from tests.support.postgres import PostgresServer, postgres_server, programs

TICKS: Final = os.sysconf("SC_CLK_TCK")
SCRIPT: Final = "Hola a todos, hoy presentamos una novedad que cambia la forma de contar historias en video vertical."
NAMES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Hold what a reel cost: seconds of processor here and in the database, statements, and calls to HeyGen."""

    cpu_s: float
    statements: float
    calls: float


class FixedHeyGen:
    """Answer as HeyGen would, at once: every video is accepted, and completed when it is asked for."""

    def __init__(self) -> None:
        self.calls = 0
        self.callback_url = ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.calls += 1
        if request.method == "POST":
            body = json.loads(request.content)
            self.callback_url = body["callback_url"]
            return httpx.Response(200, json={"data": {"video_id": f"video-{body['callback_id']}"}})
        video_id = request.url.path.rpartition("/")[2]
        now_s = int(time.time())
        video = {"id": video_id, "status": "completed", "video_url": f"https://files.example/{video_id}.mp4"}
        return httpx.Response(200, json={"data": {**video, "duration": 18.0, "completed_at": now_s}})


class Lives:
    """Live reels in one store, one after the other; `database_cpu_s` tells of processors that work elsewhere."""

    def __init__(self, connections: Connections, database_cpu_s: Callable[[], float] = lambda: 0.0) -> None:
        self.kind = connections.kind
        self._counted = Counted(connections)
        self._heygen = FixedHeyGen()
        self._database_cpu_s = database_cpu_s
        settings = Settings(
            api_key="bench",
            processing_mode=ProcessingMode.WEBHOOK,
            webhook_base_url="https://bench.example",
            max_concurrent=1000,
        )
        self._store = Store(self._counted)
        client = HeyGenClient("bench", "https://heygen.example", transport=httpx.MockTransport(self._heygen))
        self._processor = HeyGenVideoProcessor(
            "bench",
            ProcessingMode.WEBHOOK,
            "https://bench.example",
            settings=settings,
            store=self._store,
            client=client,
        )
        self._inbox = Inbox(self._processor)

    def cost(self, reels: int) -> Cost:
        """Take so many reels from their submission to their end and return what each cost."""
        cpu_s, counts = self._cpu_s(), (self._counted.statements, self._heygen.calls)
        for n in range(reels):
            self.live(n)
        return Cost(
            cpu_s=(self._cpu_s() - cpu_s) / reels,
            statements=(self._counted.statements - counts[0]) / reels,
            calls=(self._heygen.calls - counts[1]) / reels,
        )

    def _cpu_s(self) -> float:
        return time.process_time() + self._database_cpu_s()

    def live(self, n: int) -> None:
        """Submit, claim and send one reel, take its webhook in and work that off; raises where it is not completed."""
        reel = Reel(title=f"Reel {n}", script=SCRIPT, avatar_id="avatar", voice_id="voice")
        queued = self._processor.enqueue(reel)
        for claimed in self._processor.submission.claim(utcnow(), 1):
            self._processor.submission.send(claimed)
        self._deliver(self._heygen.callback_url, f"video-{reel.idempotency_key}")
        for delivery in self._inbox.claim(utcnow(), 4):
            self._inbox.work(delivery)
        self._store.deliveries.log.index(200)
        ended = self._store.reels.get(queued.id or 0)
        if ended.status is not ReelStatus.COMPLETED:
            raise RuntimeError(f"a reel of the benchmark is {ended.status}, not completed")

    def _deliver(self, callback_url: str, video_id: str) -> None:
        """Do what the receiver asks of the store for a webhook with a token."""
        reel_id, token = callback_url.split("/")[-2:]
        assert self._store.reels.token_reel(hashlib.sha256(token.encode()).digest()) == int(reel_id)  # noqa: S101  # ours
        assert self._store.reels.exists(int(reel_id))  # noqa: S101  # it was just sent
        event = {"video_id": video_id, "url": f"https://files.example/{video_id}.mp4"}
        body = json.dumps({"event_type": "avatar_video.success", "event_data": event}).encode()
        new = NewDelivery(
            received_at=utcnow(),
            reel_id=int(reel_id),
            auth="token",
            event_type="avatar_video.success",
            body=body,
            headers={"content-type": "application/json"},
        )
        self._store.deliveries.record([new])


def living(scale: Scale) -> list[Result]:
    """Return how the cost of a reel grows with the number of those that are there, on both stores."""
    results: list[Result] = []
    for stores in (on_sqlite, on_postgres):
        with stores(scale.crowds) as some:
            results += measured(some, scale) if some else []
    return results


@contextmanager
def on_sqlite(crowds: Sequence[int]) -> Iterator[list[Lives]]:
    """Fill a file for each size."""
    with tempfile.TemporaryDirectory(dir=".") as folder, ExitStack() as stack:
        some: list[Lives] = []
        for reels in crowds:
            connections = SqliteConnections(Path(folder).resolve() / f"{reels}.db")
            stack.callback(connections.close)
            fill(connections, reels)
            connections.read().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            some.append(Lives(connections))
        yield some


@contextmanager
def on_postgres(crowds: Sequence[int]) -> Iterator[list[Lives]]:
    """Fill a database for each size; nothing where PostgreSQL is not installed."""
    found = programs()
    if found is None:
        print("NOT MEASURED: PostgreSQL's programs or psycopg were not found", file=sys.stderr)  # noqa: T201  # loudly
        yield []
        return
    from core.store.postgres import PostgresConnections  # an extra

    options = ("autovacuum=off", "max_wal_size=4GB", "maintenance_work_mem=256MB", "shared_buffers=256MB")
    with postgres_server(found, *options) as server, ExitStack() as stack:
        some: list[Lives] = []
        for reels in crowds:
            url = server.create()
            connections = PostgresConnections(url, Path("reels.db"))
            stack.callback(connections.close)
            fill(connections, reels)
            vacuum(url)
            some.append(Lives(connections, lambda: backends_cpu_s(server)))
        yield some


def vacuum(url: str) -> None:
    """Do what autovacuum would have done in a year."""
    import psycopg  # an extra

    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE")
        conn.execute("CHECKPOINT")


def backends_cpu_s(server: PostgresServer) -> float:
    """Return the processor time of PostgreSQL's processes so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[1]) == server.process.pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def measured(stores: Sequence[Lives], scale: Scale) -> list[Result]:
    """Measure all sizes in turn, so that all meet the same machine; the first reels fill the caches."""
    for lives in stores:
        lives.cost(scale.lives)
    rounds = [[lives.cost(scale.lives) for lives in stores] for _ in range(scale.rounds)]
    return results(NAMES[stores[0].kind], scale.crowds, rounds)


def results(store: str, crowds: Sequence[int], rounds: Sequence[Sequence[Cost]]) -> list[Result]:
    """Return how each cost grows from the smallest store to the largest, and what it is there."""
    few, many = crowds[0], crowds[-1]
    name = f"a reel's life on {store}: %s at {many:,} reels, of at {few:,}"

    def growth(cost: Callable[[Cost], float], at: int = -1) -> list[float]:
        return [cost(costs[at]) / cost(costs[0]) for costs in rounds]

    between = [
        Result(name=f"the same at {crowd:,}", values=growth(lambda cost: cost.cpu_s, n))
        for n, crowd in enumerate(crowds[1:-1], 1)
    ]
    last = [costs[-1] for costs in rounds]
    return [
        Result(name=name % "CPU", values=growth(lambda cost: cost.cpu_s), target=1.5, at_most=True),
        *between,
        Result(name=name % "statements", values=growth(lambda cost: cost.statements), target=1.5, at_most=True),
        Result(name=name % "calls", values=growth(lambda cost: cost.calls), target=1.5, at_most=True),
        Result(name=f"… CPU a reel at {many:,}", values=[1000 * cost.cpu_s for cost in last], unit="ms"),
        Result(name=f"… statements a reel at {many:,}", values=[cost.statements for cost in last], unit=""),
        Result(name=f"… calls a reel at {many:,}", values=[cost.calls for cost in last], unit=""),
    ]
