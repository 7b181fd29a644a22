"""Play one scenario in all three modes side by side, in a simulator of its own, and measure the difference.

It runs as a program of its own (`python -m core compare`), so that pages neither wait for it nor end it; what it has
found so far stands in the store.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from core.clock import isoformat, utcnow
from core.config import environment
from core.demo import ROOT, DemoServer
from core.errors import ReelsError, Refused
from core.models import ProcessingMode
from core.sides import Clock, Outcome, Pace, Side
from core.simulator import Simulator
from core.store import Store

FACT: Final = "comparison"
LEASE: Final = "comparison"
PACE: Final = Pace(speed=3.0, fallback_after_s=45.0, poll_interval_s=6.0)
SEED: Final = 7  # the same fates in every mode, and in every run
FEWEST: Final = 1
MOST: Final = 30
LIMIT_S: Final = 40.0
LOOK_EVERY_S: Final = 0.5
LOST_AFTER_S: Final = 20.0
PATIENCE_S: Final = 5.0  # a reel that HeyGen has refused for a moment goes out within that

Progress = Mapping[str, Any]
_started: Final[list[subprocess.Popen[bytes]]] = []  # kept only so that the system may bury those that have ended


def compare(scenario: str, reels: int, tell: Callable[[Progress], object]) -> Sequence[Outcome]:
    """Run a scenario in three modes and return what each came to; `tell` hears how far they are.

    Raises ReelsError; nothing outside of it is touched, and nothing is left behind.
    """
    if not FEWEST <= reels <= MOST:
        raise Refused("{n} reels cannot be compared: choose {fewest} to {most}.", n=reels, fewest=FEWEST, most=MOST)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compare-", ignore_cleanup_errors=True)))
        fake = DemoServer(None, scenario="healthy", port=0)
        stack.callback(fake.stop)
        url = fake.start()
        control = Simulator(url, "")
        stack.callback(control.close)
        table = {**control.scenario(scenario)["scenario"], "seed": SEED}
        sides = []
        for mode in ProcessingMode:
            sides.append(Side(mode, folder, url, PACE))
            stack.callback(sides[-1].stop)
        return _play(control, sides, table, reels, tell)


def _play(
    control: Simulator, sides: Sequence[Side], table: Mapping[str, Any], reels: int, tell: Callable[[Progress], object]
) -> list[Outcome]:
    for side in sides:
        side.start()
    control.play(table)
    control.set_clock(speed=PACE.speed)
    to_clock = _clock(control)
    before = [side.simulator.balance() for side in sides]
    for side in sides:
        side.submit(reels)
    _watch(sides, reels, tell)
    return [side.outcome(to_clock, balance) for side, balance in zip(sides, before, strict=True)]


def _clock(control: Simulator) -> Clock:
    """Return how our time becomes the simulated one, while the pace stays as it is."""
    asked = utcnow()
    simulated = datetime.fromtimestamp(control.clock()["now"], UTC)
    ours = asked + (utcnow() - asked) / 2
    return lambda at: simulated + timedelta(seconds=(at - ours).total_seconds() * PACE.speed)


def _watch(sides: Sequence[Side], reels: int, tell: Callable[[Progress], object]) -> None:
    """Wait until every side has come to rest, or will not any more; at most LIMIT_S."""
    began, parent = time.monotonic(), os.getppid()
    idle_since: dict[ProcessingMode, float] = {}
    while (elapsed_s := time.monotonic() - began) < LIMIT_S:
        done = {side.mode: side.at_rest() for side in sides}
        tell({"elapsed_s": round(elapsed_s, 1), "done": {str(mode): n for mode, n in done.items()}})
        if os.getppid() != parent:
            raise Refused("The comparison was given up: what had started it has ended.")
        open_sides = [side for side in sides if done[side.mode] < reels]
        for side in open_sides:
            if side.waits_in_vain():
                idle_since.setdefault(side.mode, elapsed_s)
            else:
                idle_since.pop(side.mode, None)
        if all(elapsed_s - idle_since.get(side.mode, elapsed_s) >= PATIENCE_S for side in open_sides):
            return
        time.sleep(LOOK_EVERY_S)


# What pages and the command line share


def run(store: Store, scenario: str, reels: int) -> Progress:
    """Compare, keeping in the store how far it is and what it came to; raises ReelsError, which is kept there too."""
    owner, now = str(os.getpid()), utcnow()
    if not store.facts.lease(LEASE, owner, now, LIMIT_S + LOST_AFTER_S):
        raise Refused("Another comparison runs: wait until it is done.")
    about = {"scenario": scenario, "reels": reels, "began_at": isoformat(now), "speed": PACE.speed}

    def note(state: str, **more: Any) -> Progress:
        told = {**about, "state": state, **more}
        store.facts.put(FACT, told, utcnow())
        return told

    try:
        note("running", elapsed_s=0.0, done={})
        sides = compare(scenario, reels, lambda progress: note("running", **progress))
        took_s = (utcnow() - now).total_seconds()
        return note("done", took_s=round(took_s, 1), sides=[side.to_json() for side in sides])
    except ReelsError as error:
        note("failed", problem={"message": error.message, "values": {k: str(v) for k, v in error.values.items()}})
        raise
    except Exception:
        note("failed", problem=None)
        raise
    finally:
        store.facts.release(LEASE, owner)


def start(store: Store, scenario: str, reels: int) -> None:
    """Start a comparison as a program of its own; it ends by itself, at the latest when this process ends."""
    if running(store, utcnow()):
        raise Refused("Another comparison runs: wait until it is done.")
    _started[:] = [process for process in _started if process.poll() is None]
    about = {"scenario": scenario, "reels": reels, "began_at": isoformat(utcnow()), "speed": PACE.speed}
    store.facts.put(FACT, {**about, "state": "running", "elapsed_s": 0.0, "done": {}}, utcnow())
    words = ["compare", "--scenario", scenario, "--reels", str(reels), "--json"]
    _started.append(
        subprocess.Popen(  # noqa: S603  # our own program, with words of our own
            [sys.executable, "-m", "core", *words],
            cwd=ROOT,
            env=environment() | {"DATABASE_URL": f"sqlite:///{store.path.absolute()}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    )


def latest(store: Store) -> Progress | None:
    """Return how the last comparison stands, None when there was none."""
    told: Progress | None = store.facts.get(FACT)
    return told


def running(store: Store, now: datetime) -> bool:
    """Tell whether a comparison runs; one that has not been heard of for a while has died."""
    told, heard = latest(store), store.facts.set_at(FACT)
    fresh = heard is not None and now - heard < timedelta(seconds=LOST_AFTER_S)
    return told is not None and told["state"] == "running" and fresh
