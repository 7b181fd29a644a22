"""Break the cluster again and again, and mend what was broken."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import Final

from tests.scale.cluster import Cluster
from tests.scale.database import CIRCLE, CRASH, FAST
from tests.scale.harms import HARMS, draw
from tests.scale.logs import AWAY
from tests.scale.station import Station

END: Final = 2000


class Mayhem:
    """Strike again and again, mend what was struck after a while, and write down what was done."""

    def __init__(self, cluster: Cluster, random: Random, *, every_s: float) -> None:
        self.counts: Counter[str] = Counter()
        self.complaints: list[tuple[str, str]] = []
        self._cluster = cluster
        self._random = random
        self._every_s = every_s
        self._calm = threading.Event()
        self._thread = threading.Thread(target=self._torment, name="mayhem")
        self._mending: dict[str, tuple[float, Callable[[], None]]] = {}
        self._began = time.monotonic()

    @property
    def members(self) -> list[Station]:
        """Return the hosts whose logs are ours."""
        return [station for station in self._cluster.product if station is not self._cluster.front]

    def start(self) -> None:
        """Start everybody, wait until everything answers, and begin."""
        for station in self._cluster.product:
            self._start(station)
        self._cluster.await_all()
        self._began = time.monotonic()
        self._thread.start()

    def calm(self) -> None:
        """Mend everything, have every worker without trouble on its way, and see that everything answers again."""
        self._calm.set()
        self._thread.join()
        for _, mend in list(self._mending.values()):
            mend()
        self._mending.clear()
        for station in self._cluster.product:
            if station.kind == "worker":
                station.kill()
                station.start()
        self._cluster.await_all(self._note_ends)  # what begins while the database still does ends in one sentence

    def stop(self) -> None:
        """End everybody in peace, senders of work first."""
        self._note_ends()
        for station in reversed(self._cluster.product):
            self.complaints += [("log", text) for text in station.stop()]

    def kill(self) -> None:
        """End everybody of ours at once; database and broker stay."""
        self._calm.set()
        if self._thread.ident is not None:
            self._thread.join()
        for station in self._cluster.product:
            station.kill()
        if CIRCLE in self._cluster.database.output:
            self.complaints.append(("log", f"PostgreSQL says: {CIRCLE}"))

    def appointments_kept(self) -> Counter[str]:
        """Return nothing: nobody has an appointment here, all is chance."""
        return Counter()

    # Striking

    def _torment(self) -> None:
        try:
            self._strike_on()
        except Exception as error:
            self.complaints.append(("log", f"the mayhem broke off: {error!r}"))

    def _strike_on(self) -> None:
        next_at = time.monotonic() + self._wait_s()
        while not self._calm.wait(0.05):
            now = time.monotonic()
            self._mend(now)
            if now >= next_at:
                self._note_ends()
                self._strike()
                next_at = time.monotonic() + self._wait_s()

    def _wait_s(self) -> float:
        return min(self._random.expovariate(1 / self._every_s), 3 * self._every_s)

    def _mend(self, now: float) -> None:
        for name in [name for name, (at, _) in self._mending.items() if at <= now]:
            self._mending.pop(name)[1]()

    def _standing(self) -> dict[str, list[str]]:
        standing: dict[str, list[str]] = {}
        for station in self._cluster.everybody:
            if station.name not in self._mending:
                standing.setdefault(station.kind, []).append(station.name)
        return standing

    def _strike(self) -> None:
        blow = draw(self._random, self._standing(), apart=self._cluster.network.apart)
        if blow is None:
            return
        station = next(station for station in self._cluster.everybody if station.name == blow.whom)
        self._write(f"{blow.whom}: {blow.what} for {blow.lasts_s:.1f} s")
        self.counts[blow.what if len(HARMS[blow.what].kinds) == 1 else f"{station.kind} {blow.what}"] += 1
        mend = self._acts[blow.what](self, station)
        if mend is not None:
            self._mending[station.name] = (time.monotonic() + blow.lasts_s, mend)

    def _write(self, text: str) -> None:
        with (self._cluster.folder / "mayhem.log").open("a") as out:
            out.write(f"{time.monotonic() - self._began:8.1f} {text}\n")

    def _note_ends(self) -> None:
        """Write down what ended by itself, and start it again."""
        for station in self._cluster.everybody:
            if ended := station.ended:
                if AWAY in station.output[-END:]:  # it met no database when it began, said so, and is started again
                    self.counts["began without a database"] += 1
                else:
                    self.complaints += [("log", text) for text in ended]
                station.kill()
                self._start(station)

    def _start(self, station: Station) -> None:
        troubled = station.kind == "worker" and not self._calm.is_set()
        station.start(**({"SCALE_TROUBLE": str(self._random.getrandbits(32))} if troubled else {}))

    # Each returns how it is mended, if it is to be

    def _kill(self, station: Station) -> Callable[[], None]:
        station.kill()
        return lambda: self._start(station)

    def _cut(self, station: Station) -> Callable[[], None]:
        station.host.cut()
        return station.host.heal

    def _cut_and_kill(self, station: Station) -> Callable[[], None]:
        """Let it fall silent first, so that nobody is told that its connections are gone."""
        station.host.cut()
        station.kill()

        def mend() -> None:
            station.host.heal()
            self._start(station)

        return mend

    def _flush(self, _station: Station) -> None:
        with suppress(OSError):
            self._cluster.flush()

    def _restart(self, number: signal.Signals) -> Callable[[], None]:
        database = self._cluster.database
        self.complaints += [("log", text) for text in database.stop(number) if number is FAST]

        def mend() -> None:
            database.start()
            database.await_answers()

        return mend

    def _reload(self, station: Station) -> None:
        station.send(signal.SIGHUP)

    _acts: Final[Mapping[str, Callable[[Mayhem, Station], Callable[[], None] | None]]] = {
        "killed": _kill,
        "cut off": _cut,
        "lost its power": _cut_and_kill,
        "broker flushed": _flush,
        "broker killed": _kill,
        "database restarted": lambda self, _: self._restart(FAST),
        "database crashed": lambda self, _: self._restart(CRASH),
        "nginx reloaded": _reload,
    }
