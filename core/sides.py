"""Run one mode of a comparison: a whole product over a database, an account and a receiver of its own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette

from core.config import Settings
from core.history import beliefs
from core.models import ProcessingMode, Reel
from core.runtime import Runtime
from core.serving import listen
from core.simulator import Row, Simulator
from core.store import ReelFilter

STOP_S: Final = 10.0
SCRIPT: Final = "Hola. Este reel compara los tres modos."  # one for all, so that there is one film to draw
Clock = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Hold how fast the simulated clock runs, and in simulated seconds when a mode asks."""

    speed: float
    fallback_after_s: float
    poll_interval_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Hold what one mode came to: states here and in truth, when ends were known, calls, deliveries, money, verdict.

    Seconds are simulated ones, from the end of a render until this mode knew of it.
    """

    mode: str
    states: Mapping[str, int]
    truth: Mapping[str, int]
    channels: Mapping[str, int]
    known_s: Sequence[float]
    p50_s: float | None
    p95_s: float | None
    asked: int
    calls: int
    webhooks: int
    spent: float
    sound: bool
    findings: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


class Side:
    """Hold a product in one mode, against an account of its own at a simulator."""

    def __init__(self, mode: ProcessingMode, folder: Path, url: str, pace: Pace) -> None:
        self.mode = mode
        key = f"compare-{mode}"
        self._listener = listen("127.0.0.1", 0)
        port = self._listener.getsockname()[1]
        settings = Settings(
            api_key=key,
            api_base_url=url,
            processing_mode=mode,
            webhook_base_url=None if mode is ProcessingMode.POLLING else f"http://127.0.0.1:{port}",
            database_url=f"sqlite:///{folder / f'{mode}.db'}",
            fallback_after_s=pace.fallback_after_s / pace.speed,
            poll_interval_s=pace.poll_interval_s / pace.speed,
        )
        self._runtime = Runtime(settings, port=port)
        self.product = self._runtime.product
        self.simulator = Simulator(url, key)
        app = Starlette(routes=list(self._runtime.routes))
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name=f"side-{mode}", daemon=True
        )

    def start(self) -> None:
        """Start receiver and worker; the account is opened by the first call."""
        self.product.client.me()
        self._runtime.start()
        self._thread.start()

    def submit(self, count: int) -> None:
        """Queue so many reels."""
        self.product.processor.enqueue_many([Reel(title=f"{n}/{count}", script=SCRIPT) for n in range(1, count + 1)])

    def at_rest(self) -> int:
        """Count the reels that have come to rest."""
        counts = self.product.store.reels.counts()
        return sum(n for status, n in counts.items() if status.is_terminal)

    def waits_in_vain(self) -> bool:
        """Tell whether nothing is on its way to a mode that asks for nothing."""
        return self.mode is ProcessingMode.WEBHOOK and self.simulator.idle()

    def outcome(self, to_clock: Clock, balance: float) -> Outcome:
        """Measure what became of the reels; `balance` is what the wallet held before."""
        store, ledger = self.product.store, self.simulator.ledger()
        reels = store.reels.page(ReelFilter(), 1000)
        known_s = known_after_s(ledger, reels, to_clock)
        report = self.simulator.check(
            beliefs(store, {row["video_id"] for row in ledger}, to_clock=to_clock).lines, simulated=True
        )
        calls = [(row["method"], row["path"]) for row in self.simulator.requests()]
        return Outcome(
            mode=str(self.mode),
            states=dict(Counter(str(reel.status) for reel in reels)),
            truth=dict(Counter(row["outcome"] or "rendering" for row in ledger)),
            channels=dict(Counter(str(reel.detected_by) for reel in reels if reel.detected_by)),
            known_s=known_s,
            p50_s=percentile(known_s, 0.5),
            p95_s=percentile(known_s, 0.95),
            asked=sum(method == "GET" and path.startswith("/v3/videos/") for method, path in calls),
            calls=len(calls),
            webhooks=len(self.simulator.sent()),
            spent=round(balance - self.simulator.balance(), 4),
            sound=report["sound"],
            findings={kind: n for kind, n in report["counts"].items() if n},
        )

    def stop(self) -> None:
        """End the server, then the threads behind it."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_S)
            self._runtime.stop()
        self._listener.close()
        self.simulator.close()
        self.product.client.close()
        self.product.store.close()


def known_after_s(ledger: Sequence[Row], reels: Sequence[Reel], to_clock: Clock) -> list[float]:
    """Return how long after each true end we knew it, shortest first; an end told wrongly is none."""
    ends = {row["video_id"]: row for row in ledger if row["terminal_at"] is not None}
    found = []
    for reel in reels:
        row = ends.get(reel.video_id or "")
        if row is not None and reel.detected_at is not None and reel.status == row["outcome"]:
            found.append(round(max(0.0, to_clock(reel.detected_at).timestamp() - row["terminal_at"]), 2))
    return sorted(found)


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Return the value below which a share of an ordered list lies (nearest rank), None of an empty one."""
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] if ordered else None
