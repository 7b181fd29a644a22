"""Time the store: every query at two sizes, and many reels stored at once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database

from bench.crowd import NOW
from bench.queries import crowded, queries, timed_ms
from bench.result import Result
from bench.scale import Scale
from core.models import ProcessingMode, Reel
from core.store import open_store
from core.store.rows import INSERTED_COLUMNS, bind_reels, columns_of

SCRIPT = "Hola a todos, hoy presentamos una novedad que cambia la forma de contar historias en video vertical."


def storing(scale: Scale) -> list[Result]:
    """Return how long queries take, how that grows, and how fast reels are stored."""
    small, large = (asked(reels) for reels in scale.reels)
    slowest = max(large, key=lambda name: large[name])
    growth = {name: large[name] / small[name] for name in large}
    fastest_growing = max(growth, key=lambda name: growth[name])
    many = f"{scale.reels[1]:,} reels"
    return [
        Result(
            name=f"slowest of {len(large)} queries at {many} ({slowest})",
            values=[large[slowest]],
            target=5,
            at_most=True,
            unit="ms",
        ),
        Result(
            name=f"and compared with {scale.reels[0]:,}, at worst ({fastest_growing})",
            values=[growth[fastest_growing]],
            target=3,
            at_most=True,
        ),
        Result(
            name=f"{scale.inserted:,} reels stored at once, of insert_all",
            values=[inserted(scale) for _ in range(scale.rounds)],
            target=4,
        ),
    ]


def asked(reels: int) -> dict[str, float]:
    """Return the milliseconds that each query takes in a store of so many reels."""
    with tempfile.TemporaryDirectory(dir=".") as folder, crowded(Path(folder).resolve() / "crowd.db", reels) as product:
        return {name: timed_ms(query) for name, query in queries(product, reels).items()}


def inserted(scale: Scale) -> float:
    """Return how many times faster than by sqlite-utils' insert_all reels are stored, with the same triggers."""
    ours = timed_s(scale.inserted, lambda path, reels: open_store(f"sqlite:///{path}").reels.add(reels))
    theirs = timed_s(scale.inserted, insert_all)
    return theirs / ours


def insert_all(path: Path, reels: list[Reel]) -> None:
    """Store reels as sqlite-utils would: a mapping of all fields a reel."""
    db = Database(path)
    empty = dict.fromkeys(INSERTED_COLUMNS)
    names, rows = bind_reels(columns_of(reels))
    db.table("reel").insert_all(empty | dict(zip(names, row, strict=True)) for row in rows)
    db.conn.close()


def timed_s(n: int, store: Callable[[Path, list[Reel]], object]) -> float:
    """Return the seconds that it takes to store new reels in a fresh database."""
    reels = [a_reel(i) for i in range(n)]
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder).resolve() / "reels.db"
        fresh = open_store(f"sqlite:///{path}")
        fresh.reels.counts()
        began = time.perf_counter()
        store(path, reels)
        took_s = time.perf_counter() - began
        fresh.close()
    return took_s


def a_reel(n: int) -> Reel:
    """Return a reel that waits to be sent."""
    at = NOW + timedelta(milliseconds=n)
    mode = ProcessingMode.POLLING
    fields = {"mode": mode, "requested_mode": mode, "created_at": at, "updated_at": at, "send_after": at}
    return Reel(title=f"Reel {n}", script=SCRIPT, avatar_id="avatar", voice_id="voice", **fields)  # type: ignore[arg-type]
