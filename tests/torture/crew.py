"""Keep the product's processes: start them with an appointment, kill, pause and start them again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

from tests.support.waiting import wait_for
from tests.torture.deaths import RECEIVING, WORKING, Appointment
from tests.torture.runner import LEASE_S, UP, live

PARTS: Final = {"serve": {RECEIVING, WORKING}, "receiver": {RECEIVING}, "worker": {WORKING}}
PAUSE_S: Final = (LEASE_S + 0.3, LEASE_S + 1.5)  # longer than a lease, shorter than the recorder's patience of 5 s
KEPT: Final = "torture: "
ENDS_S: Final = 20
APPOINTED: Final = 0.9


# Processes are forked from one that has imported everything, so that starting again takes no second of a processor.
FORGE: Final = multiprocessing.get_context("forkserver")
FORGE.set_forkserver_preload(["__main__", "tests.torture.runner"])
# Starting one looks after all, and two threads that look at one at the same time read its exit code as 255.
LOOKING: Final = threading.Lock()


class Member:
    """One process of the product, which is started again whenever it ends."""

    def __init__(self, name: str, role: str, folder: Path, environ: Mapping[str, str], port: int) -> None:
        self.name = name
        self.parts = PARTS[role]
        self.log = folder / f"{name}.log"
        self.awake_at: float | None = None
        self._life = (role, port, environ)
        self._process = FORGE.Process()
        self._begins = 0

    def start(self, appointment: Appointment | None = None, trouble: int | None = None) -> None:
        """Start it, with an appointment and trouble on its way to HeyGen, or without."""
        role, port, environ = self._life
        self._begins = len(self.output)
        self._process = FORGE.Process(
            target=live, args=(role, port, appointment, trouble, environ, self.log), daemon=True
        )
        with LOOKING:
            self._process.start()

    @property
    def output(self) -> str:
        """Return all that it wrote in all its lives."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def is_up(self) -> bool:
        """Tell whether it works by now."""
        return UP in self.output[self._begins :]

    @property
    def code(self) -> int | None:
        """Return how it ended, None while it runs."""
        with LOOKING:
            return self._process.exitcode

    def kill(self) -> None:
        """End it as a power cut would."""
        with LOOKING:
            self._process.kill()
        wait_for(lambda: self.code is not None, timeout_s=ENDS_S, what="a killed process to end", every_s=0.01)

    def pause(self, seconds: float) -> None:
        """Let it stand still."""
        self.awake_at = time.monotonic() + seconds
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self.awake_at = None
        self._signal(signal.SIGCONT)

    def stop(self) -> int | None:
        """End it as an operator would; return the exit code, None if it does not end."""
        with LOOKING:
            self._process.terminate()
        with suppress(AssertionError):
            wait_for(lambda: self.code is not None, timeout_s=ENDS_S, what="a stopped process to end")
        return self.code

    def _signal(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        with suppress(ProcessLookupError):  # it has just died
            os.kill(self._process.pid, number)


class Crew:
    """All processes over one store, and the hand that torments them."""

    def __init__(self, members: list[Member], random: Random, *, kill_every_s: float, pause_every_s: float) -> None:
        self.members = members
        self.counts: Counter[str] = Counter()
        self.complaints: list[tuple[str, str]] = []
        self._random = random
        self._every_s = {"kill": kill_every_s, "pause": pause_every_s}
        self._calm = threading.Event()
        self._thread = threading.Thread(target=self._torment, name="torment")
        self._restart_at: dict[str, float] = {}

    def start(self) -> None:
        """Start everybody, and torment them from now on."""
        for member in self.members:
            self._start(member)
        self._thread.start()

    def calm(self) -> None:
        """Torment nobody any more; everybody runs, without an appointment."""
        self._calm.set()
        self._thread.join()
        for member in self.members:
            if member.awake_at is not None:
                member.resume()
            if member.code is None:
                member.kill()
            self._note_end(member)
            member.start()

    def stop(self) -> None:
        """End everybody in peace."""
        wait_for(lambda: all(m.is_up or m.code is not None for m in self.members), timeout_s=30, what="a crew at work")
        for member in self.members:
            if member.code is not None:
                self.complaints.append(("log", f"{member.name} ended by itself with {member.code}"))
            elif (code := member.stop()) != 0:
                self.complaints.append(("log", f"{member.name} was stopped and ended with {code}"))

    def kill(self) -> None:
        """End everybody at once, whatever they do."""
        self._calm.set()
        if self._thread.is_alive():
            self._thread.join()
        for member in self.members:
            if member.code is None:
                member.kill()

    def _torment(self) -> None:
        next_at = {what: time.monotonic() + self._wait_s(what) for what in self._every_s}
        while not self._calm.wait(0.05):
            now = time.monotonic()
            for member in self.members:
                self._tend(member, now)
            for what in [what for what, at in next_at.items() if at <= now]:
                next_at[what] = now + self._wait_s(what)
                self._harm(what)

    def _wait_s(self, what: str) -> float:
        return min(self._random.expovariate(1 / self._every_s[what]), 3 * self._every_s[what])

    def _harm(self, what: str) -> None:
        standing = [member for member in self.members if member.code is None and member.awake_at is None]
        if not standing:
            return
        victim = self._random.choice(standing)
        if what == "kill":
            self.counts["kills at random"] += 1
            victim.kill()
        else:
            self.counts["pauses"] += 1
            victim.pause(self._random.uniform(*PAUSE_S))

    def _tend(self, member: Member, now: float) -> None:
        """Wake a member whose pause is over, and start one again that died, a little later."""
        if member.awake_at is not None and member.awake_at <= now and member.code is None:
            member.resume()
        if member.code is None:
            return
        if member.name not in self._restart_at:
            self._note_end(member)
            member.awake_at = None
            self._restart_at[member.name] = now + self._random.uniform(0.0, 0.8)
        elif self._restart_at[member.name] <= now:
            del self._restart_at[member.name]
            self.counts["restarts"] += 1
            self._start(member)

    def _note_end(self, member: Member) -> None:
        if member.code not in (None, -signal.SIGKILL):
            self.complaints.append(("log", f"{member.name} ended by itself with {member.code}"))

    def _start(self, member: Member) -> None:
        member.start(self._appointment(member), self._random.getrandbits(32))

    def _appointment(self, member: Member) -> Appointment | None:
        return Appointment.draw(self._random, member.parts) if self._random.random() < APPOINTED else None

    def appointments_kept(self) -> Counter[str]:
        """Return at which points somebody died or stood still, from the logs."""
        lines = (line for member in self.members for line in member.output.splitlines())
        return Counter(line.removeprefix(KEPT) for line in lines if line.startswith((KEPT + "dies", KEPT + "stands")))
