"""The player: lets what falls due happen, live as time passes or step by step on demand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from fake_heygen.clock import SimClock
from fake_heygen.due import Due, DueQueue

logger = logging.getLogger(__name__)

AT_A_STRETCH = 100
Work = Coroutine[Any, Any, None]
Handler = Callable[[Due], Work | None]


class Player:
    """Play the due-queue against the clock; `handle` changes state at once and returns what needs the wire.

    Live, work on the wire runs beside the clock; in `advance` it is awaited one by one, in order.
    """

    def __init__(self, clock: SimClock, queue: DueQueue, handle: Handler) -> None:
        self._clock = clock
        self._queue = queue
        self._handle = handle
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._running: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look again at the clock and the queue."""
        self._wake.set()

    def spawn(self, work: Work) -> asyncio.Task[None]:
        """Run work on the wire beside the clock."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    async def run(self) -> None:
        """Play for ever."""
        while True:
            self._wake.clear()
            async with self._turn:
                await self._play_live()
            await self._sleep()

    async def advance(self, seconds: float) -> None:
        """Move time on by `seconds`, playing what falls due in order, wire included."""
        async with self._turn:
            with self._held():
                await self.drain()
                await self._play_until(self._clock.now() + seconds)

    async def drain(self) -> None:
        """Wait for the work that is on the wire."""
        while self._running:
            await asyncio.wait(list(self._running))

    def stop(self) -> None:
        """Give up the work that is on the wire."""
        for task in self._running:
            task.cancel()

    async def _play_until(self, target: float) -> None:
        while due := self._queue.pop_until(target):
            self._clock.move_to(due.at)
            if work := self._begun(due):
                await self._survived(work)
        self._clock.move_to(target)

    async def _play_live(self) -> None:
        played = 0
        while not self._clock.frozen and (due := self._queue.pop_until(self._clock.now())):
            if work := self._begun(due):
                self.spawn(work)
            played += 1
            if played % AT_A_STRETCH == 0:
                await asyncio.sleep(0)  # a burst holds no request up

    def _begun(self, due: Due) -> Work | None:
        try:
            return self._handle(due)
        except Exception:
            logger.exception("What fell due could not happen: %s %s", due.kind, due.subject)
            return None

    async def _survived(self, work: Work) -> None:
        try:
            await work
        except Exception:
            logger.exception("A delivery ended in an unexpected error")

    async def _sleep(self) -> None:
        due = self._queue.peek()
        pause = self._clock.real_seconds_until(due.at) if due else None
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            return

    @contextmanager
    def _held(self) -> Iterator[None]:
        frozen = self._clock.frozen
        self._clock.freeze()
        try:
            yield
        finally:
            self._clock.freeze(frozen)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("A delivery ended in an unexpected error", exc_info=error)
