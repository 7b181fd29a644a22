"""Take the turns on Celery: `celery -A core.tasks worker` and `celery -A core.tasks beat`.

A task is only a wake-up. It takes the same turn that a thread of core.worker would, and the rows decide what is to be
done: messages may be lost, doubled, reordered or hours late. Beat sends each kind every few seconds.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from os import getpid
from typing import Any, Final
from urllib.parse import urlsplit

from celery import Task
from celery.beat import Scheduler
from celery.signals import after_setup_logger, worker_process_shutdown, worker_ready, worker_shutdown

from core import logs
from core.broker import SHORT_S, WAKE_UPS, Broker, make_app, patient, require
from core.clock import utcnow
from core.config import Settings
from core.errors import BrokerGone, ReelsError, SettingsError
from core.heartbeat import HEARTBEAT_S
from core.product import RECEIVER_URL, Product, open_product
from core.sweep import Sweeper
from core.turns import Turns

logger = logging.getLogger(__name__)

CLAIMING_S: Final = 5.0  # then others of the worker's queues have their turn
SOON_S: Final = 0.5
AFTERWARDS: Final = {"inbox": ("submit", "archive", "notify"), "sweep": ("submit", "archive", "notify")}


def _start() -> tuple[Settings, Any]:
    """Return the settings and Celery's application; raises SettingsError, or ends `celery` with that one sentence."""
    try:
        settings = Settings.from_env()
        if settings.celery_broker_url is None:
            raise SettingsError("CELERY_BROKER_URL is not set: name the broker, for instance redis://localhost:6379/0.")
        require(settings.celery_broker_url)
    except SettingsError as error:
        if "celery.bin.celery" in sys.modules:
            raise SystemExit(str(error)) from None
        raise
    return settings, make_app(settings.celery_broker_url)


class Hands:
    """Hold what the tasks of one process work with; a process that was forked opens its own."""

    def __init__(self, settings: Settings) -> None:
        self.product = _open(settings)
        self.turns = Turns(self.product.processor, self.product.webhook_secrets)
        self._shown: dict[str, float] = {}

    def take(self, name: str) -> None:
        """Take turns for a few seconds while there is something to do, then wait for what they started."""
        queue = WAKE_UPS[name].queue
        self.show_life(queue)
        worked, unfinished = self._turns(name)
        slots = self.turns.slots.get(name)
        while slots is not None and not slots.wait(HEARTBEAT_S):
            self.show_life(queue)
        for other in (*(AFTERWARDS.get(name, ()) if worked else ()), *((name,) if unfinished else ())):
            self.product.processor.wake(other)

    def _turns(self, name: str) -> tuple[bool, bool]:
        """Tell whether there was anything to do, and whether there may be more."""
        turn, slots = self.turns.by_name[name], self.turns.slots.get(name)
        until_s, worked = time.monotonic() + CLAIMING_S, False
        while time.monotonic() < until_s:
            wait_s = turn(utcnow())
            if not (wait_s < SOON_S if slots is None else slots.busy):
                return worked, False
            worked = True
            if slots is not None:
                slots.wait_for_one(SOON_S)
        return worked, True

    def show_life(self, queue: str) -> None:
        """Write down that the queue is served, every now and then."""
        if time.monotonic() - self._shown.get(queue, -HEARTBEAT_S) >= HEARTBEAT_S:
            self._shown[queue] = time.monotonic()
            self.turns.heartbeat_turn(utcnow(), queue)

    def check(self, reel_id: int) -> bool:
        """Ask HeyGen about a reel if a check of it is due; tell whether it is finished."""
        processor = self.product.processor
        account = self.product.store.reels.get(reel_id).account
        return account in processor.accounts.names and Sweeper(processor, account=account).check(reel_id)

    def close(self) -> None:
        """Close what was opened."""
        for account in self.product.processor.accounts:
            account.client.close()
        self.product.store.close()


def _open(settings: Settings) -> Product:
    """Open the product; in demo mode HeyGen calls the receiver where it really listens."""
    product = open_product(settings)
    known = product.store.facts.get(RECEIVER_URL) if settings.demo else None
    return open_product(settings, port=urlsplit(known).port) if known else product


settings, app = _start()
app.set_current()
_hands: Final[dict[int, Hands]] = {}
_opening = threading.Lock()


def hands() -> Hands:
    """Return this process's hands."""
    with _opening:
        if getpid() not in _hands:
            _hands.clear()  # those of the process that forked us are not ours to close
            _hands[getpid()] = Hands(settings)
        return _hands[getpid()]


class PatientTask(Task):
    """Bound how far ahead a task is sent."""

    abstract = True

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Send the task; `countdown` and `eta` are at most a minute ahead."""
        return super().apply_async(args, kwargs, **patient(options, utcnow()))


def _task(queue: str, limits_s: tuple[float, float] = SHORT_S) -> Callable[[Callable[..., Any]], Any]:
    """Make a function a task of a queue; an error of the product is one line in the log, as it is in a thread."""

    def decorate(function: Callable[..., Any]) -> Any:
        def run(*args: Any) -> Any:
            try:
                return function(*args)
            except ReelsError as error:
                logger.warning("%s: %s", function.__name__, error)
                return None

        run.__name__ = function.__name__
        run.__doc__ = function.__doc__
        return app.task(
            run,
            base=PatientTask,
            name=f"core.tasks.{function.__name__}",
            queue=queue,
            soft_time_limit=limits_s[0],
            time_limit=limits_s[1],
        )

    return decorate


def _turn(name: str) -> Any:
    def take() -> None:
        hands().take(name)

    take.__name__ = name
    return _task(WAKE_UPS[name].queue, WAKE_UPS[name].limits_s)(take)


@_task("submit")
def process_reel(reel_id: int) -> bool:
    """Hand a reel to HeyGen if it still waits and there is room; True: accepted, or safely queued."""
    return hands().product.processor.process_reel(reel_id)


@_task("sweep")
def check_reel_status(reel_id: int) -> bool:
    """Ask HeyGen about a reel if a check of it is due; True: it is finished. The sweep asks again by itself."""
    return hands().check(reel_id)


submit = _turn("submit")
account = _turn("account")
retry = _turn("retry")
sweep = _turn("sweep")
reconcile = _turn("reconcile")
connectivity = _turn("connectivity")
inbox = _turn("inbox")
words = _turn("words")
archive = _turn("archive")
removal = _turn("removal")
notify = _turn("notify")


class Beat(Scheduler):
    """Send wake-ups without piling them up: where nobody takes them, more of them help nobody."""

    _broker: Final = Broker(settings.celery_broker_url or "")
    _gone = False

    def apply_async(self, entry: Any, *_args: Any, **_options: Any) -> None:
        """Send a wake-up unless many wait already; while the broker is gone, that is said once."""
        try:
            self._broker.send(entry.name)
        except BrokerGone as error:
            if not self._gone:
                logger.warning("%s Beat goes on when it answers again.", error)
            self._gone = True
        else:
            self._gone = False


app.conf.beat_scheduler = "core.tasks:Beat"
app.conf.beat_max_loop_interval = 1.0
app.conf.beat_schedule = {
    name: {
        "task": f"core.tasks.{name}",
        "schedule": wake_up.every_s,
    }
    for name, wake_up in WAKE_UPS.items()
}


@after_setup_logger.connect
def _speak(**_: Any) -> None:
    logs.configure()


@worker_ready.connect
def _begin(**_: Any) -> None:
    """Have at once what is else done now and then; without a database, it is done in its time."""
    begun = Hands(settings)
    try:
        begun.turns.begin(utcnow())
    except ReelsError as error:
        logger.warning("begin: %s", error)
    finally:
        begun.close()


@worker_process_shutdown.connect
@worker_shutdown.connect
def _end(**_: Any) -> None:
    found = _hands.pop(getpid(), None)
    if found is not None:
        found.close()
