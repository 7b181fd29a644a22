"""Wake up Celery's workers: send messages that say no more than `look`, best effort, and never in anybody's way.

Only here and in core.tasks is Celery known, and without CELERY_BROKER_URL neither imports it.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

from core.errors import ReelsError, SettingsError
from core.heartbeat import QUEUES
from core.store import Store

logger = logging.getLogger(__name__)

BROKER: Final = "broker"
PING_S: Final = 2.0
FRESH_S: Final = 10.0
STALE_S: Final = 60.0
CONNECT_S: Final = 1.0
ANSWER_S: Final = 2.0
FLUSH_S: Final = 2.0
EXPIRES_S: Final = 60.0
ENOUGH: Final = 20
VISIBLE_AGAIN_S: Final = 3600
SHORT_S: Final = (200.0, 240.0)  # longer than the slowest answer that is waited for (120 s)
LONG_S: Final = (1800.0, 2100.0)  # shorter than a download's lease


class BrokerGone(ReelsError):
    """Say that the broker of CELERY_BROKER_URL does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUp:
    """Hold one kind of wake-up: the queue it goes to, how often beat sends it, and its limits (soft, hard)."""

    queue: str
    every_s: float
    limits_s: tuple[float, float] = SHORT_S


WAKE_UPS: Final[Mapping[str, WakeUp]] = {
    "submit": WakeUp(queue="submit", every_s=2.0),
    "account": WakeUp(queue="submit", every_s=5.0),
    "retry": WakeUp(queue="submit", every_s=2.0),
    "sweep": WakeUp(queue="sweep", every_s=2.0),
    "reconcile": WakeUp(queue="sweep", every_s=5.0),
    "connectivity": WakeUp(queue="sweep", every_s=2.0),
    "inbox": WakeUp(queue="inbox", every_s=2.0),
    "words": WakeUp(queue="inbox", every_s=2.0),
    "archive": WakeUp(queue="archive", every_s=2.0, limits_s=LONG_S),
    "removal": WakeUp(queue="archive", every_s=5.0),
    "notify": WakeUp(queue="notify", every_s=2.0),
}


def require(url: str) -> None:
    """Raise SettingsError where Celery, or what it needs for this broker, is not installed."""
    for name in ("celery", *(["redis"] if url.startswith("redis") else [])):
        if find_spec(name) is None:
            raise SettingsError(
                "CELERY_BROKER_URL is set, but {name} is not installed: pip install -r requirements-celery.txt.",
                name=name,
            )


def place(url: str) -> str:
    """Return host and port of a broker's address, without its password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def make_app(url: str, **options: Any) -> Any:
    """Return a Celery application with the queues and the promises of this product."""
    from celery import Celery
    from kombu import Exchange, Queue

    app = Celery("reels", set_as_current=False)
    app.conf.update(
        broker_url=url,
        broker_connection_timeout=CONNECT_S,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBLE_AGAIN_S,
            "socket_connect_timeout": CONNECT_S,
            "socket_timeout": ANSWER_S,
            "socket_keepalive": True,
            **options,
        },
        task_default_queue=QUEUES[0],
        task_queues=[Queue(name, Exchange(name, type="direct"), routing_key=name) for name in QUEUES],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        timezone="UTC",
    )
    return app


class Broker:
    """Send wake-ups over one connection, with short bounds and without trying again; safe to use from one thread."""

    def __init__(self, url: str) -> None:
        require(url)
        self.place = place(url)
        self._url = url
        self._connection: Any = None

    @cached_property
    def _app(self) -> Any:
        return make_app(self._url, max_retries=0, interval_start=0, connect_timeout=CONNECT_S, read_timeout=ANSWER_S)

    def send(self, name: str) -> None:
        """Send one wake-up, unless more than enough of them wait already; raises BrokerGone."""
        wake_up = WAKE_UPS[name]
        self._try(lambda connection: self._send(connection, name, wake_up.queue))

    def ping(self) -> None:
        """Ask the broker for a sign of life; raises BrokerGone."""
        self._try(lambda connection: waiting(self._app, connection, QUEUES[0]))

    def close(self) -> None:
        """Close the connection; the next use opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.release()

    def _send(self, connection: Any, name: str, queue: str) -> None:
        if waiting(self._app, connection, queue) < ENOUGH:
            self._app.send_task(
                f"core.tasks.{name}", connection=connection, queue=queue, retry=False, expires=EXPIRES_S
            )

    def _try(self, act: Any) -> None:
        if self._connection is None:
            self._connection = self._app.connection_for_write()
        connection = self._connection
        errors = (*connection.recoverable_connection_errors, *connection.recoverable_channel_errors, OSError)
        try:
            act(connection)
        except errors as error:
            self.close()
            raise BrokerGone(
                "The broker at {place} does not answer ({error}).", place=self.place, error=type(error).__name__
            ) from error


def waiting(app: Any, connection: Any, queue: str) -> int:
    """Return how many messages wait in a queue; where the queue does not exist yet it is made."""
    declared = app.amqp.queues[queue].bind(connection.default_channel).queue_declare()
    return int(declared.message_count)


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
