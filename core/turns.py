"""Do the work in turns: submit, work off the inbox, sweep what is due, keep what is done, look after the account.

A turn is given `now` and returns the seconds after which another is worth while. Whoever calls it, a thread or a task
of Celery, is only a wake-up: the rows are the truth, and every turn may be lost, doubled or killed midway.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from core import catalogue, heartbeat, pace
from core.archive import Archivist
from core.campaigns import Retrier
from core.connectivity import Connectivity
from core.errors import HeyGenError, ReelsError
from core.gate import Gate
from core.inbox import Inbox
from core.models import Account
from core.notify import Teller
from core.processor import HeyGenVideoProcessor
from core.reconcile import Reconciler
from core.removal import Remover
from core.submission import GATE
from core.sweep import Sweeper

logger = logging.getLogger(__name__)

POLL_S: Final = 0.25
ACCOUNT: Final = "account"
ACCOUNT_S: Final = 60.0
ACCOUNT_SOON_S: Final = 5.0
QUIET: Final = "account_quiet"  # for as long as HeyGen asks for
CATALOGUE: Final = "catalogue"
CATALOGUE_S: Final = 600.0
SENDERS: Final = 6
INBOX_WORKERS: Final = 4
ARCHIVISTS: Final = 2
WORDS_AT_ONCE: Final = 200
WORDS_AGAIN_S: Final = 0.1
WORDS_S: Final = 2.0

Turn = Callable[[datetime], float]


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
        except ReelsError as error:
            logger.warning("A job of %s broke off and is taken up again: %s", self._name, error)
        except Exception:
            logger.exception("A job failed; its lease runs out and it is taken up again")
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()
            then()

    @property
    def busy(self) -> bool:
        """Tell whether any job runs."""
        return self._running > 0

    def wait_for_one(self, timeout_s: float) -> None:
        """Wait until one of the running jobs has ended."""
        with self._changed:
            before = self._running
            self._changed.wait_for(lambda: self._running < max(before, 1), timeout_s)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the running jobs; tell whether all have ended."""
        with self._changed:
            return self._changed.wait_for(lambda: self._running == 0, timeout_s)


class Turns:
    """Hold every turn of a processor by its name; `ended` is called with a turn's name when one of its jobs has ended.

    Any number of processes may take the same turns at the same time.
    """

    def __init__(
        self,
        processor: HeyGenVideoProcessor,
        probe_secrets: Callable[[], Sequence[str]] = tuple,
        ended: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._processor = processor
        self._store = processor.store
        self._ended = ended
        self._inbox = Inbox(processor)
        self._archivist = Archivist(processor)
        self._teller = Teller(processor)
        self.slots = {
            "submit": Slots("sender", SENDERS),
            "inbox": Slots("inbox", INBOX_WORKERS),
            "archive": Slots("archive", ARCHIVISTS),
            "notify": Slots("notify", len(processor.settings.notify_urls)),
        }
        self.by_name: dict[str, Turn] = {
            "submit": self.submit_turn,
            "inbox": self.inbox_turn,
            "archive": self.archive_turn,
            "notify": self.notify_turn,
            "sweep": Sweeper(processor).turn,
            "retry": Retrier(processor).turn,
            "reconcile": Reconciler(processor).turn,
            "connectivity": Connectivity(processor, probe_secrets).turn,
            "account": self.account_turn,
            "removal": Remover(processor).turn,
            "words": self.words_turn,
        }

    def begin(self, now: datetime) -> None:
        """Have at once what is else done now and then: a worker that starts may have a new key, or missed much."""
        for name in (ACCOUNT, CATALOGUE, *Reconciler.PACES, *Connectivity.PACES):
            pace.forget(self._store, name, now)

    def _start(self, name: str, job: Callable[[], object]) -> None:
        self.slots[name].run(job, lambda: self._ended(name))

    def submit_turn(self, now: datetime) -> float:
        """Start sending as many reels as there are free senders and slots at HeyGen."""
        submission, free = self._processor.submission, self.slots["submit"].free
        for reel in submission.claim(now, free) if free else ():
            self._start("submit", partial(submission.send, reel))
        return POLL_S

    def inbox_turn(self, now: datetime) -> float:
        """Start working off as many deliveries as there are free hands."""
        free = self.slots["inbox"].free
        for delivery in self._inbox.claim(now, free) if free else ():
            self._start("inbox", partial(self._inbox.work, delivery))
        return POLL_S

    def archive_turn(self, now: datetime) -> float:
        """Start downloading the files of as many reels as there are free hands."""
        free = self.slots["archive"].free
        for job in self._archivist.claim(now, free) if free else ():
            self._start("archive", partial(self._archivist.keep, job))
        return 1.0

    def notify_turn(self, now: datetime) -> float:
        """Start sending a message to every target that is free and has one waiting."""
        for telling in self._teller.claim(now):
            self._start("notify", partial(self._teller.tell, telling))
        return self._teller.pause_s

    def words_turn(self, _now: datetime) -> float:
        """Make the words of new deliveries findable, few at a time: the receiver needs the writer too."""
        return WORDS_AGAIN_S if self._store.deliveries.log.index(WORDS_AT_ONCE) == WORDS_AT_ONCE else WORDS_S

    def heartbeat_turn(self, now: datetime, queue: str | None = None) -> float:
        """Show that this worker lives, or that it serves a queue."""
        calls = self._processor.client.take_calls()
        with self._store.transaction():
            heartbeat.beat(self._store, now, queue)
            for (kind, outcome), n in sorted(calls.items()):  # all in one order, or they wait in a circle
                self._store.facts.add("calls", f"{kind}|{outcome}", n)
        return heartbeat.HEARTBEAT_S

    def account_turn(self, now: datetime) -> float:
        """Look at the account from time to time, refresh the catalogue, and open a stopped queue when it is cured."""
        if not pace.is_due(self._store, QUIET, now):
            return 1.0
        gate = self._processor.submission.gate()
        probe = gate.state == "stopped" and gate.until is not None and gate.until <= now
        if probe:
            pace.postpone(self._store, ACCOUNT, now, ACCOUNT_S)
        elif not pace.take(self._store, ACCOUNT, now, ACCOUNT_S):
            return 1.0
        try:
            self._note_account(self._processor.client.me(), now)
            if pace.is_due(self._store, CATALOGUE, now):
                catalogue.refresh(self._store, self._processor.client, now)
                pace.postpone(self._store, CATALOGUE, now, CATALOGUE_S)
        except HeyGenError as error:
            return self._note_problem(error, now)
        return 1.0

    def _note_problem(self, error: HeyGenError, now: datetime) -> float:
        """Keep what went wrong; while there is no catalogue, the account is looked at again soon."""
        before = self._store.facts.get(ACCOUNT) or {}
        problem = {
            "message": error.message,
            "values": error.values,
            "code": getattr(error, "code", "unreachable"),
        }
        with self._store.transaction():
            self._store.facts.put(ACCOUNT, {**before, "problem": problem}, now)
            self._put_gate(self._processor.submission.gate().after_failed_look(now), now)
            if error.retry_after_s:
                pace.postpone(self._store, QUIET, now, error.retry_after_s)
        if not pace.is_due(self._store, CATALOGUE, now):
            return 1.0
        pace.postpone(self._store, ACCOUNT, now, ACCOUNT_SOON_S)
        return ACCOUNT_SOON_S

    def _note_account(self, account: Account, now: datetime) -> None:
        """Keep the wallet's balance, and let what the account says open a stopped queue."""
        known = {"balance": account.balance, "currency": account.currency, "name": account.name}
        with self._store.transaction():
            self._store.facts.put(ACCOUNT, known, now)
            self._put_gate(self._processor.submission.gate().after_look(account.balance, now), now)

    def _put_gate(self, gate: Gate, now: datetime) -> None:
        if gate != self._processor.submission.gate():
            self._store.facts.put(GATE, None if gate.state == "open" else gate.to_json(), now)
