"""Reach Celery's workers: messages that say no more than `look`, sent within short bounds and never tried again.

Only here and in core.tasks is Celery known, and without CELERY_BROKER_URL neither imports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

from core.errors import BrokerGone, SettingsError
from core.heartbeat import QUEUES

CONNECT_S: Final = 1.0
ANSWER_S: Final = 2.0
ENOUGH: Final = 20
LONGEST_COUNTDOWN_S: Final = 60.0
VISIBLE_AGAIN_S: Final = 3600
SHORT_S: Final = (200.0, 240.0)  # longer than the slowest answer that is waited for (120 s)
LONG_S: Final = (1800.0, 2100.0)  # shorter than a download's lease


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


def patient(options: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return how to send a task with its `countdown`, or `eta`, at most a minute ahead.

    Redis delivers a message again and again that waits longer than its visibility time-out; and a wake-up that comes
    early changes nothing.
    """
    bounded = dict(options)
    eta = bounded.pop("eta", None)
    if eta is not None:
        bounded["countdown"] = max(0.0, (eta - now).total_seconds())
    if bounded.get("countdown"):
        bounded["countdown"] = min(float(bounded["countdown"]), LONGEST_COUNTDOWN_S)
    return bounded


def place(url: str) -> str:
    """Return host and port of a broker's address, without its password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def make_app(url: str, **options: Any) -> Any:
    """Return a Celery application with the queues and the promises of this product."""
    from celery import Celery
    from kombu import Exchange, Queue

    if urlsplit(url).scheme.startswith("redis"):
        _let_go()
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


def _let_go() -> None:
    """Let the wake-ups go that a worker has in hand when its connection is lost.

    kombu would put them back, or acknowledge them, through that very connection, and its error ends the whole worker.
    Beat sends others long before Redis delivers these again.
    """
    from kombu.transport.redis import Channel, QoS

    class Fleeting(QoS):  # type: ignore[misc]  # kombu has no types
        restore_at_shutdown = False

        def ack(self, delivery_tag: str) -> None:
            if not self.channel.closed:
                super().ack(delivery_tag)

        def reject(self, delivery_tag: str, requeue: bool = False) -> None:
            if not self.channel.closed:
                super().reject(delivery_tag, requeue)

    Channel.QoS = Fleeting


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
            self._app.send_task(f"core.tasks.{name}", connection=connection, queue=queue, retry=False)

    def _try(self, act: Any) -> None:
        if self._connection is None:
            self._connection = self._app.connection_for_write()
        try:
            act(self._connection)
        except lost(self._connection) as error:
            self.close()
            raise BrokerGone(
                "The broker at {place} does not answer ({error}).", place=self.place, error=_why(error)
            ) from error


def lost(connection: Any) -> tuple[type[Exception], ...]:
    """Return the errors that say that a broker does not answer."""
    from kombu.exceptions import OperationalError

    return (*connection.connection_errors, *connection.channel_errors, OperationalError, OSError)


def _why(error: BaseException) -> str:
    """Name the error at the root, which kombu wraps; its words might hold the address with its password."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__


def waiting(app: Any, connection: Any, queue: str) -> int:
    """Return how many messages wait in a queue; where the queue does not exist yet it is made."""
    declared = app.amqp.queues[queue].bind(connection.default_channel).queue_declare()
    return int(declared.message_count)
