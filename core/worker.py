"""Do the work in turns: submit, work off the inbox, sweep what is due, keep what is done, look after the account.

Threads are only wake-ups: the rows are the truth, and every turn may be lost, doubled or killed midway.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from core import catalogue
from core.archive import Archivist
from core.campaigns import Retrier
from core.clock import utcnow
from core.connectivity import Connectivity
from core.errors import HeyGenError, ReelsError
from core.gate import Gate
from core.inbox import Inbox
from core.models import Account
from core.notify import Teller
from core.processor import HeyGenVideoProcessor
from core.reconcile import Reconciler
from core.removal import Remover
from core.schedule import backoff_s
from core.submission import GATE
from core.sweep import Sweeper

logger = logging.getLogger(__name__)

POLL_S: Final = 0.25
HEARTBEAT: Final = "heartbeat"
HEARTBEAT_S: Final = 2.0
ALIVE_S: Final = 15.0
ACCOUNT: Final = "account"
ACCOUNT_S: Final = 60.0
CATALOGUE_S: Final = 600.0
SENDERS: Final = 6
INBOX_WORKERS: Final = 4
ARCHIVISTS: Final = 2
WORDS_AT_ONCE: Final = 200
WORDS_AGAIN_S: Final = 0.1
WORDS_S: Final = 2.0
STOP_S: Final = 5.0

Turn = Callable[[datetime], float]


class Loop(threading.Thread):
    """Call one turn again and again; it returns the seconds to wait, which a wake-up cuts short."""

    def __init__(self, name: str, turn: Turn) -> None:
        super().__init__(name=name, daemon=True)
        self._turn = turn
        self._wake = threading.Event()
        self._stopping = threading.Event()

    def wake(self) -> None:
        """Have the next turn at once."""
        self._wake.set()

    def stop(self) -> None:
        """Let no further turn begin."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Take turns until stopped."""
        failures = 0
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                wait_s = self._turn(utcnow())
                failures = 0
            except ReelsError as error:
                logger.warning("%s: %s", self.name, error)
                failures += 1
                wait_s = backoff_s(failures, 1.0, cap_s=10.0)
            except Exception:
                logger.exception("A turn of %s failed", self.name)
                failures += 1
                wait_s = backoff_s(failures, 1.0, cap_s=10.0)
            self._wake.wait(wait_s)


class Slots:
    """Run a bounded number of jobs at once, each in a thread of its own, and know how many more could start."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._running = 0
        self._changed = threading.Condition()

    @property
    def free(self) -> int:
        """Return how many jobs could start at once."""
        return self._size - self._running

    def run(self, job: Callable[[], object], then: Callable[[], None]) -> None:
        """Start a job; `then` is called when it has ended."""
        with self._changed:
            self._running += 1
        threading.Thread(target=self._one, args=(job, then), name=self._name, daemon=True).start()

    def _one(self, job: Callable[[], object], then: Callable[[], None]) -> None:
        try:
            job()
        except Exception:
            logger.exception("A job failed; its lease runs out and it is taken up again")
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()
            then()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the running jobs; tell whether all have ended."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, timeout_s)


class Worker:
    """Run all turns of a processor in threads of this process."""

    def __init__(self, processor: HeyGenVideoProcessor, probe_secrets: Callable[[], Sequence[str]] = tuple) -> None:
        self._processor = processor
        self._store = processor.store
        self._inbox = Inbox(processor)
        self._sweeper = Sweeper(processor)
        self._archivist = Archivist(processor)
        self._teller = Teller(processor)
        self._senders = Slots("sender", SENDERS)
        self._inbox_slots = Slots("inbox", INBOX_WORKERS)
        self._archive_slots = Slots("archive", ARCHIVISTS)
        self._telling_slots = Slots("telling", len(processor.settings.notify_urls))
        self._catalogue_at: datetime | None = None
        self._account_at: datetime | None = None
        self._account_quiet_until: datetime | None = None
        self._submit = Loop("submit", self.submit_turn)
        self._inbox_loop = Loop("inbox", self.inbox_turn)
        self._archive = Loop("archive", self.archive_turn)
        self._telling = Loop("telling", self.telling_turn)
        self._loops = [
            self._submit,
            self._inbox_loop,
            self._archive,
            self._telling,
            Loop("sweep", self._sweeper.turn),
            Loop("retry", Retrier(processor).turn),
            Loop("reconcile", Reconciler(processor).turn),
            Loop("connectivity", Connectivity(processor, probe_secrets).turn),
            Loop("account", self.account_turn),
            Loop("removal", Remover(processor).turn),
            Loop("words", self.words_turn),
            Loop("heartbeat", self.heartbeat_turn),
        ]

    def start(self) -> None:
        """Start all loops."""
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """End all loops, and wait a little for what is under way; what is cut short is taken up again later."""
        for loop in self._loops:
            loop.stop()
        deadline = time.monotonic() + STOP_S
        for waited in (self._senders, self._inbox_slots, self._archive_slots, self._telling_slots):
            if not waited.wait(max(0.0, deadline - time.monotonic())):
                logger.info(
                    "Stopping while an answer is still being waited for; it is taken up again at the next start"
                )
        for loop in self._loops:
            loop.join(max(0.0, deadline - time.monotonic()))

    def wake(self) -> None:
        """Have the loops look at once, because something has just been stored."""
        self._submit.wake()
        self._inbox_loop.wake()

    def submit_turn(self, now: datetime) -> float:
        """Start sending as many reels as there are free senders and slots at HeyGen."""
        submission = self._processor.submission
        for reel in submission.claim(now, self._senders.free) if self._senders.free else ():
            self._senders.run(lambda reel=reel: submission.send(reel), self._submit.wake)  # type: ignore[misc]
        return POLL_S

    def inbox_turn(self, now: datetime) -> float:
        """Start working off as many deliveries as there are free hands."""
        for delivery in self._inbox.claim(now, self._inbox_slots.free) if self._inbox_slots.free else ():
            self._inbox_slots.run(lambda delivery=delivery: self._inbox.work(delivery), self._inbox_loop.wake)  # type: ignore[misc]
        return POLL_S

    def archive_turn(self, now: datetime) -> float:
        """Start downloading the files of as many reels as there are free hands."""
        for job in self._archivist.claim(now, self._archive_slots.free) if self._archive_slots.free else ():
            self._archive_slots.run(lambda job=job: self._archivist.keep(job), self._archive.wake)  # type: ignore[misc]
        return 1.0

    def telling_turn(self, now: datetime) -> float:
        """Start sending a message to every target that is free and has one waiting."""
        for telling in self._teller.claim(now):
            self._telling_slots.run(lambda telling=telling: self._teller.tell(telling), self._telling.wake)  # type: ignore[misc]
        return self._teller.pause_s

    def words_turn(self, _now: datetime) -> float:
        """Make the words of new deliveries findable, few at a time: the receiver needs the writer too."""
        return WORDS_AGAIN_S if self._store.deliveries.log.index(WORDS_AT_ONCE) == WORDS_AT_ONCE else WORDS_S

    def heartbeat_turn(self, now: datetime) -> float:
        """Show that this worker lives."""
        calls = self._processor.client.take_calls()
        with self._store.transaction():
            self._store.facts.put(HEARTBEAT, {"at": now.isoformat()}, now)
            for (kind, outcome), n in calls.items():
                self._store.facts.add("calls", f"{kind}|{outcome}", n)
        return HEARTBEAT_S

    def account_turn(self, now: datetime) -> float:
        """Look at the account from time to time, refresh the catalogue, and open a stopped queue when it is cured."""
        if self._account_quiet_until is not None and now < self._account_quiet_until:
            return 1.0
        gate = self._processor.submission.gate()
        probe = gate.state == "stopped" and gate.until is not None and gate.until <= now
        if not probe and not _is_due(self._account_at, now, ACCOUNT_S):
            return 1.0
        self._account_at = now
        try:
            self._note_account(self._processor.client.me(), now)
            if _is_due(self._catalogue_at, now, CATALOGUE_S):
                catalogue.refresh(self._store, self._processor.client, now)
                self._catalogue_at = now
        except HeyGenError as error:
            self._note_problem(error, now)
            return 5.0 if self._catalogue_at is None else 1.0
        return 1.0

    def _note_problem(self, error: HeyGenError, now: datetime) -> None:
        before = self._store.facts.get(ACCOUNT) or {}
        problem = {
            "message": error.message,
            "values": error.values,
            "code": getattr(error, "code", "unreachable"),
        }
        self._account_quiet_until = now + timedelta(seconds=error.retry_after_s or 0.0)
        with self._store.transaction():
            self._store.facts.put(ACCOUNT, {**before, "problem": problem}, now)
            self._put_gate(self._processor.submission.gate().after_failed_look(now), now)
        if self._catalogue_at is None:
            self._account_at = None

    def _note_account(self, account: Account, now: datetime) -> None:
        """Keep the wallet's balance, and let what the account says open a stopped queue."""
        known = {"balance": account.balance, "currency": account.currency, "name": account.name}
        with self._store.transaction():
            self._store.facts.put(ACCOUNT, known, now)
            self._put_gate(self._processor.submission.gate().after_look(account.balance, now), now)

    def _put_gate(self, gate: Gate, now: datetime) -> None:
        if gate != self._processor.submission.gate():
            self._store.facts.put(GATE, None if gate.state == "open" else gate.to_json(), now)


def _is_due(last: datetime | None, now: datetime, every_s: float) -> bool:
    return last is None or (now - last).total_seconds() >= every_s
