"""Commit deliveries: one writer thread, everything that waits in one durable transaction, one answer each."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final

from core.clock import utcnow
from core.errors import StoreError
from core.models import NewDelivery
from core.store import Store

logger = logging.getLogger(__name__)

MAX_BATCH: Final = 256
MAX_WAITING: Final = 2048
REFUSALS_EVERY_S: Final = 0.5

Waiting = tuple[NewDelivery, "asyncio.Future[None]"]


class TooManyWaiting(Exception):
    """Report that no further delivery can be taken on now."""


class Recorder:
    """Take deliveries from event loops and commit them in batches (`synchronous=FULL`)."""

    def __init__(self, store: Store, on_commit: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._on_commit = on_commit
        self._waiting: deque[Waiting] = deque()
        self._refusals: Counter[tuple[str, int | None]] = Counter()
        self._wake = threading.Event()
        self._woken = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self.batches: Counter[int] = Counter()

    def start(self) -> None:
        """Start the writer thread."""
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits, then end the writer thread."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    @property
    def backlog(self) -> int:
        """Return how many deliveries wait for their commit."""
        return len(self._waiting)

    def record(self, new: NewDelivery) -> asyncio.Future[None]:
        """Return a future that is done once the delivery is durable; it carries StoreError if it cannot be.

        Call it in a running event loop. Raises TooManyWaiting.
        """
        if len(self._waiting) >= MAX_WAITING or self._stopping:
            raise TooManyWaiting
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.append((new, future))
        if not self._woken:  # once a turn of the loop, so that what comes together is committed together
            self._woken = True
            loop.call_soon(self._wake_writer)
        return future

    def _wake_writer(self) -> None:
        self._woken = False
        self._wake.set()

    def refuse(self, reason: str, reel_id: int | None) -> None:
        """Count a request that was not believed; written with the next batch."""
        if len(self._refusals) < MAX_BATCH or (reason, reel_id) in self._refusals:
            self._refusals[reason, reel_id] += 1
        else:
            self._refusals[reason, None] += 1

    def unwritten_refusals(self) -> dict[str, int]:
        """Return the refusals, by reason, that the next batch will write."""
        counted: Counter[str] = Counter()
        for (reason, _), n in list(self._refusals.items()):
            counted[reason] += n
        return counted

    def _run(self) -> None:
        while not (self._stopping and not self._waiting):
            self._wake.wait(REFUSALS_EVERY_S)
            self._wake.clear()
            self._woken = False  # also where a loop ended before it could wake us
            try:
                while self._waiting:
                    self._commit([self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))])
                self._write_refusals()
            except Exception:  # whatever it was, the next delivery must find a writer
                logger.exception("The recorder goes on after an error")

    def _commit(self, batch: Sequence[Waiting]) -> None:
        """Commit a batch; when it fails for a single item's sake, each is tried alone."""
        try:
            self._store.deliveries.record([new for new, _ in batch])
        except StoreError as error:
            _resolve([(future, error) for _, future in batch])
            return
        except Exception:
            logger.exception("A batch of %d deliveries failed; each is tried alone", len(batch))
            _resolve([(future, self._alone(new)) for new, future in batch])
            return
        self.batches[len(batch)] += 1
        _resolve([(future, None) for _, future in batch])
        self._on_commit()

    def _alone(self, new: NewDelivery) -> StoreError | None:
        try:
            self._store.deliveries.record([new])
        except Exception as error:
            logger.exception("A delivery could not be stored")
            return StoreError("The delivery could not be stored ({error}).", error=str(error))
        return None

    def _write_refusals(self) -> None:
        if not self._refusals:
            return
        taken, self._refusals = self._refusals, Counter()
        try:
            self._store.facts.refuse_many(dict(taken), utcnow())  # a copy: an event loop may still be adding to it
        except StoreError as error:
            logger.warning("%s", error)
            self._refusals.update(taken)


def _resolve(outcomes: Sequence[tuple[asyncio.Future[None], StoreError | None]]) -> None:
    """Wake each event loop once for all of its futures."""
    for loop, group in groupby(outcomes, key=lambda outcome: outcome[0].get_loop()):
        some = list(group)
        try:
            loop.call_soon_threadsafe(_settle, some)
        except RuntimeError:  # the loop has closed: nobody waits any more, and what is stored stays stored
            logger.info("%d deliveries were stored after their server had stopped", len(some))


def _settle(outcomes: Sequence[tuple[asyncio.Future[None], StoreError | None]]) -> None:
    for future, error in outcomes:
        if future.done():  # the client hung up
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
