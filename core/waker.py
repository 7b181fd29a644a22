"""Wake Celery's workers best effort, in nobody's way, and watch whether the broker answers."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from core.broker import Broker
from core.errors import BrokerGone
from core.store import Store

logger = logging.getLogger(__name__)

BROKER: Final = "broker"
PING_S: Final = 2.0
FRESH_S: Final = 10.0
STALE_S: Final = 60.0
FLUSH_S: Final = 2.0


class Waker:
    """Send wake-ups from a thread of its own: many that come together are one, and one that fails is let go.

    Nothing depends on their arrival: beat sends others.
    """

    def __init__(self, url: str) -> None:
        self._broker = Broker(url)
        self._wanted: set[str] = set()
        self._changed = threading.Condition()
        self._sending = False
        self._thread: threading.Thread | None = None
        self._gone = False

    def wake(self, name: str) -> None:
        """Have a wake-up sent; returns at once."""
        with self._changed:
            self._wanted.add(name)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
                self._thread.start()
                atexit.register(self.flush)
            self._changed.notify_all()

    def flush(self, timeout_s: float = FLUSH_S) -> bool:
        """Wait until everything has been sent or let go; a process that ends at once would take it along."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._wanted and not self._sending, timeout_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._sending = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._wanted)
                wanted, self._wanted, self._sending = self._wanted, set(), True
            try:
                for name in sorted(wanted):
                    self._broker.send(name)
                self._say(None)
            except BrokerGone as error:
                self._say(error)
            except Exception:
                logger.exception("A wake-up was not sent; beat sends others")

    def _say(self, error: BrokerGone | None) -> None:
        """Log the first of many failures, and that they are over."""
        if error is not None and not self._gone:
            logger.warning("%s Nothing is lost; the work goes on when it answers again.", error)
        if error is None and self._gone:
            logger.info("The broker at %s answers again", self._broker.place)
        self._gone = error is not None


@lru_cache(maxsize=4)
def waker(url: str) -> Waker:
    """Return this process's waker for a broker; raises SettingsError."""
    return Waker(url)


os.register_at_fork(after_in_child=waker.cache_clear)  # its thread does not live on in a child


class BrokerWatch:
    """Look whether the broker answers, and keep what was seen for all to read."""

    def __init__(self, store: Store, url: str) -> None:
        self._store = store
        self._broker = Broker(url)

    def turn(self, now: datetime) -> float:
        """Look once; return the seconds after which to look again. Only news, and an old fact, are written."""
        try:
            self._broker.ping()
            problem = None
        except BrokerGone as error:
            problem = str(error)
        seen, at = self._store.facts.get(BROKER), self._store.facts.set_at(BROKER)
        told = {"ok": problem is None, "problem": problem}
        if seen != told or at is None or (now - at).total_seconds() >= FRESH_S:
            self._store.facts.put(BROKER, told, now)
        return PING_S

    def close(self) -> None:
        """Close the connection."""
        self._broker.close()


def broker_state(store: Store, now: datetime) -> str | None:
    """Return `ok` or a sentence, as it was last seen; None where nobody looked lately."""
    seen: Mapping[str, Any] | None = store.facts.get(BROKER)
    at = store.facts.set_at(BROKER)
    if seen is None or at is None or (now - at).total_seconds() > STALE_S:
        return None
    return "ok" if seen["ok"] else str(seen["problem"])
