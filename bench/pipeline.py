"""Play reels through the stations of the capacity model, event by event, to see whether the arithmetic holds."""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from math import log
from typing import Final

from bench.capacity import ARCHIVISTS, ASK_S, CREATE_S, DOWNLOAD_S, INBOX_WORKERS, RENDER_S, SENDERS

SIGMA: Final = 0.6  # renders: lognormal, as in docs/performance.md
FIRST: Final = 0.2  # of the time: not counted, since everything begins empty


@dataclass(kw_only=True)
class Queue:
    """Serve in the order of arrival with a number of servers; counts how long they were busy."""

    servers: int
    busy: int = 0
    waiting: deque[Callable[[], None]] = field(default_factory=deque)
    changed_s: float = 0.0
    busy_s: float = 0.0

    def note(self, now: float) -> None:
        """Count the time since the last change."""
        self.busy_s += self.busy * (now - self.changed_s)
        self.changed_s = now


@dataclass(frozen=True, kw_only=True)
class Played:
    """Hold what came out: reels a second, how many waited at the end, the mean wait, and the busy servers of each."""

    reels_per_s: float
    waiting: int
    busy: dict[str, float]


class Pipeline:
    """Let reels arrive at random and pass: slot and sender, HeyGen, inbox, files."""

    def __init__(self, *, reels_per_s: float, slots: int, workers: int, seed: int = 1) -> None:
        self._rate = reels_per_s
        self._random = random.Random(seed)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self.now = 0.0
        self.known = 0
        self.slots = Queue(servers=slots)
        self.senders = Queue(servers=SENDERS * workers)
        self.inbox = Queue(servers=INBOX_WORKERS * workers)
        self.files = Queue(servers=ARCHIVISTS * workers)

    def play(self, for_s: float) -> Played:
        """Let so many seconds pass, and tell what the later part of them was like."""
        self._after(0.0, self._arrive)
        self._until(for_s * FIRST)
        queues = {"slots": self.slots, "senders": self.senders, "inbox": self.inbox, "files": self.files}
        for queue in queues.values():
            queue.note(self.now)
            queue.busy_s = 0.0
        known, began = self.known, self.now
        self._until(for_s)
        for queue in queues.values():
            queue.note(self.now)
        took = self.now - began
        busy = {name: queue.busy_s / took for name, queue in queues.items()}
        return Played(reels_per_s=(self.known - known) / took, waiting=len(self.slots.waiting), busy=busy)

    def _until(self, end_s: float) -> None:
        while self._events and self._events[0][0] <= end_s:
            self.now, _, act = heapq.heappop(self._events)
            act()
        self.now = end_s

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + seconds, next(self._order), act))

    def _take(self, queue: Queue, act: Callable[[], None]) -> None:
        """Have a server, now or when one is free."""
        if queue.busy < queue.servers:
            queue.note(self.now)
            queue.busy += 1
            act()
        else:
            queue.waiting.append(act)

    def _give(self, queue: Queue) -> None:
        """Give a server back; who waits longest has it."""
        if queue.waiting:
            queue.waiting.popleft()()
        else:
            queue.note(self.now)
            queue.busy -= 1

    def _serve(self, queue: Queue, seconds: float, then: Callable[[], None]) -> None:
        def end() -> None:
            self._give(queue)
            then()

        self._take(queue, lambda: self._after(seconds, end))

    def _arrive(self) -> None:
        self._after(self._random.expovariate(self._rate), self._arrive)
        self._take(self.slots, self._send)

    def _send(self) -> None:
        self._serve(self.senders, self._random.expovariate(1 / CREATE_S), self._render)

    def _render(self) -> None:
        median = RENDER_S / 2.718281828459045 ** (SIGMA**2 / 2)
        self._after(self._random.lognormvariate(log(median), SIGMA), self._tell)

    def _tell(self) -> None:
        self._serve(self.inbox, ASK_S, self._know)
        self._serve(self.inbox, ASK_S, lambda: None)  # the same news, by the account's endpoint

    def _know(self) -> None:
        self.known += 1
        self._give(self.slots)
        self._serve(self.files, DOWNLOAD_S, lambda: None)
