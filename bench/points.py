"""Measure the points that the capacity model stands on: `python -m bench.points` (Linux; about a minute).

Processor time is counted, not the clock: it says the same on a machine that is busy with other things.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

import httpx

from bench.served import ROOT
from bench.webhooks import SECRET
from core.config import Settings
from core.models import Reel, ReelStatus
from core.product import Product, open_product
from core.signature import sign
from core.store import ReelFilter
from fake_heygen.cli.process import Process

REELS: Final = 120
DELIVERIES: Final = 3000
RENDER_S: Final = 2.0
SLOTS: Final = 10
TICKS: Final = os.sysconf("SC_CLK_TCK")
PATIENCE_S: Final = 180.0


@dataclass(frozen=True, kw_only=True)
class Points:
    """Hold what was measured, a reel or a delivery."""

    receiver_cpu_s: float
    worker_cpu_s: float
    store_bytes: float
    slot_s: float
    reels_per_s: float


@contextmanager
def running(environ: dict[str, str], *words: str) -> Iterator[int]:
    """Run `python -m core` as a process as long as the block lasts, and yield its id."""
    argv = [sys.executable, "-m", "core", *words]
    process = subprocess.Popen(argv, cwd=ROOT, env=os.environ | environ, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def cpu_s(pid: int) -> float:
    """Return the processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; raises TimeoutError."""
    pause, deadline = threading.Event(), time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("a measured process does not come to its end")
        pause.wait(0.05)


def measure(folder: Path, reels: int = REELS, deliveries: int = DELIVERIES) -> Points:
    """Carry reels through the product with a HeyGen that renders for two seconds in ten slots, and count."""
    with socket_port() as port, Process("--port", "0", "--seed", "1") as heygen:
        environ = {
            "HEYGEN_API_KEY": "bench",
            "HEYGEN_API_BASE_URL": heygen.url,
            "HEYGEN_PROCESSING_MODE": "webhook",
            "HEYGEN_WEBHOOK_BASE_URL": f"http://127.0.0.1:{port}",
            "HEYGEN_WEBHOOK_SECRET": SECRET,
            "HEYGEN_MAX_CONCURRENT": str(SLOTS),
            "DATABASE_URL": f"sqlite:///{folder}/reels.db",
        }
        product = open_product(Settings.from_env(environ))
        with running(environ, "receiver", "--port", str(port)) as receiver:
            until(lambda: answers(port))
            product.store.reels.counts()
            before = size(product, folder / "before.db")
            with running(environ, "worker") as worker:
                until(lambda: answers(port, worker=True))
                idle = cpu_s(worker)
                began = time.monotonic()
                product.processor.enqueue_many([Reel(script=SCRIPT, title=f"Reel {n}") for n in range(reels)])
                until(lambda: ended(product) == reels)
                took = time.monotonic() - began
                until(lambda: product.store.archive.waiting() == 0)
                worker_cpu_s = (cpu_s(worker) - idle) / reels
            after = size(product, folder / "after.db")
            done = product.store.reels.page(ReelFilter(), reels)
            return Points(
                receiver_cpu_s=receive(port, receiver, deliveries),
                worker_cpu_s=worker_cpu_s,
                store_bytes=(after - before) / reels,
                slot_s=fmean(held_s(product, reel) for reel in done),
                reels_per_s=reels / took,
            )


SCRIPT: Final = (
    "Hola a todos, esto es una prueba de cuánto cuesta un reel de verdad. " * 6 + f"[[sim: render={RENDER_S:g}s]]"
)


@contextmanager
def socket_port() -> Iterator[int]:
    """Yield a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    yield port


def answers(port: int, *, worker: bool = False) -> bool:
    """Tell whether the receiver answers, and sees a worker where one is asked for."""
    try:
        told = httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=5).json()
    except httpx.HTTPError:
        return False
    return not worker or bool(told["worker"]["alive"])


def ended(product: Product) -> int:
    """Return how many reels are completed."""
    return product.store.reels.counts().get(ReelStatus.COMPLETED, 0)


def held_s(product: Product, reel: Reel) -> float:
    """Return how long a reel held its slot: from when it was begun to be sent until we knew its end."""
    [sending] = [entry for entry in product.store.timeline.of(reel.id or 0) if entry.kind == "sending"]
    assert reel.detected_at is not None  # noqa: S101  # it is completed
    return (reel.detected_at - sending.at).total_seconds()


def size(product: Product, copy: Path) -> int:
    """Return the bytes of the database without what is free or still in its log."""
    subprocess.run(["sqlite3", product.store.path, f"VACUUM INTO '{copy}'"], check=True)  # noqa: S603, S607
    return copy.stat().st_size


def receive(port: int, pid: int, deliveries: int) -> float:
    """Send signed deliveries over kept connections and return the receiver's processor time for each."""

    def send(sender: int) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as client:
            for n in range(deliveries // 8):
                event = {"video_id": f"{sender}-{n}", "url": "https://files.example/v.mp4", "pad": "x" * 240}
                body = json.dumps({"event_type": "avatar_video.success", "event_data": event}).encode()
                client.post("/webhooks/heygen", content=body, headers={"Signature": sign(body, SECRET)})

    before = cpu_s(pid)
    senders = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return (cpu_s(pid) - before) / deliveries


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(json.dumps(asdict(measure(Path(place))), indent=2))  # noqa: T201  # a command's output
