"""Measure in turn and say how each ratio compares with its target: `python -m bench`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.fleet import fleet
from bench.load import Load, run
from bench.queries import crowded, queries, timed_ms
from bench.served import ROOT, durable, noop, served
from bench.single import at_as_many_calls, documented, follow, optimum, ours
from bench.webhooks import SignedWebhook

ROUNDS: Final = 3
SECONDS: Final = 3.0
AT_MOST: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Hold one measured figure; `at_most` says that less is better."""

    name: str
    ratios: Sequence[float]
    target: float
    at_most: bool = False

    @property
    def ratio(self) -> float:
        """Return the median of what was measured."""
        return median(self.ratios)

    def line(self) -> str:
        """Return the row of the table."""
        passed = self.ratio <= self.target if self.at_most else self.ratio >= self.target
        sign = "≤" if self.at_most else "≥"
        spread = f"{min(self.ratios):.2f}–{max(self.ratios):.2f}"
        return f"{self.name:<52} {self.ratio:8.2f} {sign} {self.target:<6g} {'pass' if passed else 'MISS'}  {spread}"


def schedules() -> list[Result]:
    """Simulate the detection: exact, so that there is no spread."""
    document, crowd_of_100 = follow(documented()), fleet()
    single = at_as_many_calls(ours, document.calls)
    best = at_as_many_calls(optimum, document.calls)
    return [
        Result(name="100 in flight: less delay", ratios=[document.delay_s / crowd_of_100.delay_s], target=10),
        Result(name="100 in flight: fewer calls", ratios=[document.calls / crowd_of_100.calls], target=10),
        Result(name="single reel: less delay", ratios=[document.delay_s / single.delay_s], target=1.3),
        Result(name="single reel: of the optimum", ratios=[single.delay_s / best.delay_s], target=1.03, at_most=True),
    ]


def receiver() -> list[Result]:
    """Load the handler that does nothing, then the receiver FULL and NORMAL, in turn."""
    full, normal = [], []
    for number in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            nothing = _load(noop(), f"n{number}")
            safe = _load(durable(Path(folder, "full.db")), f"f{number}")
            fast = _load(durable(Path(folder, "normal.db"), "--synchronous", "NORMAL"), f"o{number}")
        full.append(safe.rate / nothing.rate)
        normal.append(safe.rate / fast.rate)
    return [
        Result(name="durable receiver of a no-op handler", ratios=full, target=0.35),
        Result(name="FULL of NORMAL", ratios=normal, target=0.85),
    ]


def _load(command: Sequence[str], name: str) -> Load:
    with served(command) as port:
        load = run(port, SignedWebhook(name), connections=256, seconds=SECONDS, at_most=AT_MOST)
    if load.errors or not load.served:
        raise RuntimeError(f"{name}: {load}")
    return load


def store() -> list[Result]:
    """Time the queries at two sizes."""
    took: list[dict[str, float]] = []
    for reels in (100_000, 1_000_000):
        with tempfile.TemporaryDirectory() as folder, crowded(Path(folder, "crowd.db"), reels) as product:
            took.append({name: timed_ms(query) for name, query in queries(product, reels).items()})
    small, large = took
    slow = max(large, key=lambda name: large[name])
    grown = max(large, key=lambda name: large[name] / small[name])
    return [
        Result(name=f"slowest query, ms ({slow})", ratios=[large[slow]], target=5, at_most=True),
        Result(name=f"most grown query ({grown})", ratios=[large[grown] / small[grown]], target=3, at_most=True),
    ]


def main() -> int:
    """Run all; a target that is missed is said, only a benchmark that could not run is an error."""
    groups: tuple[Callable[[], list[Result]], ...] = (schedules, receiver, store)
    results, broken = [], False
    for group in groups:
        try:
            found = group()
        except Exception as error:
            print(f"{group.__name__} could not run: {error}", file=sys.stderr)  # noqa: T201  # a command's output
            broken = True
            continue
        for result in found:
            print(result.line(), flush=True)  # noqa: T201  # a command's output
        results += found
        target = ROOT / "build" / "bench.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=1))
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
