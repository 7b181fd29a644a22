"""Do the work in turns: submit, work off the inbox, sweep what is due, keep what is done, look after the account.

A turn is given `now` and returns the seconds after which another is worth while. Whoever calls it, a thread or a task
of Celery, is only a wake-up: the rows are the truth, and every turn may be lost, doubled or killed midway.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Final

from core import heartbeat, pace
from core.account_watch import ACCOUNT, AccountWatch
from core.accounts import fact
from core.archive import Archivist
from core.campaigns import Retrier
from core.catalogue import CATALOGUE
from core.connectivity import Connectivity
from core.errors import ReelsError
from core.inbox import Inbox
from core.notify import Teller
from core.processor import HeyGenVideoProcessor
from core.reconcile import Reconciler
from core.removal import Remover
from core.sweep import Sweeper

logger = logging.getLogger(__name__)

POLL_S: Final = 0.25
SENDERS: Final = 6
INBOX_WORKERS: Final = 4
ARCHIVISTS: Final = 2
WORDS_AT_ONCE: Final = 200
WORDS_AGAIN_S: Final = 0.1
WORDS_S: Final = 2.0

Turn = Callable[[datetime], float]


class Slots:
    """Run a bounded number of jobs at once, each in a thread of its own, and know how many more could start.

    Where jobs are told to be an account's, the bound is each account's own: a slow one holds up no other.
    """

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._by_account: Counter[str] = Counter()
        self._changed = threading.Condition()

    @property
    def free(self) -> int:
        """Return how many jobs could start at once."""
        return self.free_for("")

    def free_for(self, account: str) -> int:
        """Return how many jobs of an account could start at once."""
        return self._size - self._by_account[account]

    def run(self, job: Callable[[], object], then: Callable[[], None], account: str = "") -> None:
        """Start a job; `then` is called when it has ended."""
        with self._changed:
            self._by_account[account] += 1
        threading.Thread(target=self._one, args=(job, then, account), name=self._name, daemon=True).start()

    def _one(self, job: Callable[[], object], then: Callable[[], None], account: str) -> None:
        try:
            job()
        except ReelsError as error:
            logger.warning("A job of %s broke off and is taken up again: %s", self._name, error)
        except Exception:
            logger.exception("A job failed; its lease runs out and it is taken up again")
        finally:
            with self._changed:
                self._by_account[account] -= 1
                self._changed.notify_all()
            then()

    @property
    def busy(self) -> bool:
        """Tell whether any job runs."""
        return self._by_account.total() > 0

    def wait_for_one(self, timeout_s: float) -> None:
        """Wait until one of the running jobs has ended."""
        with self._changed:
            before = self._by_account.total()
            self._changed.wait_for(lambda: self._by_account.total() < max(before, 1), timeout_s)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the running jobs; tell whether all have ended."""
        with self._changed:
            return self._changed.wait_for(lambda: self._by_account.total() == 0, timeout_s)


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
        names = processor.accounts.names
        self.by_account: dict[str, dict[str, Turn]] = {
            "sweep": {name: Sweeper(processor, account=name).turn for name in names},
            "reconcile": {name: Reconciler(processor, name).turn for name in names},
            "account": {name: partial(self.account_turn, account=name) for name in names},
        }
        self.by_name: dict[str, Turn] = {
            "submit": self.submit_turn,
            "inbox": self.inbox_turn,
            "archive": self.archive_turn,
            "notify": self.notify_turn,
            "sweep": side_by_side(self.by_account["sweep"]),
            "retry": Retrier(processor).turn,
            "reconcile": side_by_side(self.by_account["reconcile"]),
            "connectivity": Connectivity(processor, probe_secrets).turn,
            "account": side_by_side(self.by_account["account"]),
            "removal": Remover(processor).turn,
            "words": self.words_turn,
        }

    def begin(self, now: datetime) -> None:
        """Have at once what is else done now and then: a worker that starts may have a new key, or missed much."""
        for name in (ACCOUNT, CATALOGUE, *Reconciler.PACES):
            for account in self._processor.accounts.names:
                pace.forget(self._store, fact(name, account), now)
        for name in Connectivity.PACES:
            pace.forget(self._store, name, now)

    @property
    def loops(self) -> dict[str, Turn]:
        """Return every turn that goes its own pace: what asks an account of HeyGen does so for each by itself."""
        apart = {fact(name, account): turn for name, each in self.by_account.items() for account, turn in each.items()}
        return {name: turn for name, turn in self.by_name.items() if name not in self.by_account} | apart

    def _start(self, name: str, job: Callable[[], object], account: str = "") -> None:
        self.slots[name].run(job, lambda: self._ended(name), account)

    def submit_turn(self, now: datetime) -> float:
        """Start sending as many reels as there are free senders and slots at HeyGen."""
        for account in self._processor.accounts.names:
            submission, free = self._processor.submission_of(account), self.slots["submit"].free_for(account)
            for reel in submission.claim(now, free) if free else ():
                self._start("submit", partial(submission.send, reel), account)
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
        calls = [(each.name, each.client.take_calls()) for each in self._processor.accounts]
        with self._store.transaction():
            heartbeat.beat(self._store, now, queue)
            for account, counted in sorted(calls, key=itemgetter(0)):
                for (kind, outcome), n in sorted(counted.items()):
                    self._store.facts.add(fact("calls", account), f"{kind}|{outcome}", n)
        return heartbeat.HEARTBEAT_S

    def account_turn(self, now: datetime, account: str = "") -> float:
        """Look at an account from time to time, refresh its catalogue, and open a stopped queue when it is cured."""
        return AccountWatch(self._processor, account).turn(now)


def side_by_side(turns: Mapping[str, Turn]) -> Turn:
    """Return one turn that takes those of all accounts, side by side where there are several.

    What fails for one is raised when all have had their turn.
    """
    if len(turns) == 1:
        return next(iter(turns.values()))

    def take(now: datetime) -> float:
        with ThreadPoolExecutor(len(turns)) as pool:
            taken = [pool.submit(turn, now) for turn in turns.values()]
        return min(each.result() for each in taken)

    return take
