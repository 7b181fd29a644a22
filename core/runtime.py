"""Run the receiver, the worker and, in demo mode, the bundled fake, as long as a server lives."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from starlette.routing import Route

from core.clock import utcnow
from core.config import Settings
from core.demo import DemoServer
from core.files import file_routes
from core.product import DEMO_URL, RECEIVER_URL, open_product
from core.receiver import Receiver, webhook_routes
from core.recorder import Recorder
from core.status import status_routes
from core.store import open_store
from core.targets import open_targets
from core.waker import BrokerWatch
from core.worker import Loop, Worker

RECORDER_BUSY_S = 7.0  # HeyGen waits for 10 s
GARBAGE_AFTER = 10_000
BROKER_STOP_S = 5.0


class Runtime:
    """Build the routes at once and start the threads with the server: the receiver's, the worker's or both.

    With a broker the worker's turns are Celery's, and beside a receiver none are taken here.
    """

    def __init__(
        self, settings: Settings, *, port: int | None = None, receiver: bool = True, worker: bool = True
    ) -> None:
        open_targets(settings.notify_urls)  # a wrong address ends the start
        self.product = open_product(settings, port=port)
        shows = settings.demo and worker
        self._demo = DemoServer(self.product.store.path.with_name("fake_heygen.json")) if shows else None
        broker_url = settings.celery_broker_url if receiver else None
        threads = worker and broker_url is None
        self._worker = Worker(self.product.processor, self.product.webhook_secrets) if threads else None
        self._watch = BrokerWatch(self.product.store, broker_url) if broker_url else None
        self._watching = Loop("broker", self._watch.turn) if self._watch else None
        recorder_store = open_store(
            settings.database_url, busy_timeout_s=RECORDER_BUSY_S, data_folder=settings.data_folder
        )
        self._recorder = Recorder(recorder_store, self._wake_inbox)
        self._receives = receiver
        self._webhooks = Receiver(self.product.store, self._recorder, self.product.secrets_by_account)

    @property
    def routes(self) -> list[Route]:
        """Return the routes to mount."""
        status = status_routes(self.product, self._recorder)
        files = file_routes(self.product.store, self.product.processor.files)
        return [*(webhook_routes(self._webhooks) if self._receives else ()), *status, *files]

    @asynccontextmanager
    async def lifespan(self, _app: Any) -> AsyncIterator[None]:
        """Start everything with the server and stop it with it."""
        await anyio.to_thread.run_sync(self.start)
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(self.stop)

    def _wake_inbox(self) -> None:
        """Have what was just recorded worked off at once, whoever does it."""
        if self._worker is not None:
            self._worker.wake("inbox")
        self.product.processor.wake("inbox")

    def start(self) -> None:
        """Start the threads, the store and, in demo mode, the fake; raises ReelsError."""
        facts, now = self.product.store.facts, utcnow()
        if self._demo is not None:
            facts.put(DEMO_URL, None, now)
            facts.put(DEMO_URL, self._demo.start(), now)
        if self._receives:
            spare_the_living()
            facts.put(RECEIVER_URL, self.product.processor.webhook_base_url, now)
            self._recorder.start()
        if self._watching is not None:
            self._watching.start()
        if self._worker is not None:
            self._worker.start()

    def stop(self) -> None:
        """Stop in the opposite order."""
        if self._worker is not None:
            self._worker.stop()
        if self._watching is not None and self._watch is not None:
            self._watching.stop()
            self._watching.join(BROKER_STOP_S)
            self._watch.close()
        if self._receives:
            self._recorder.stop()
        if self._demo is not None:
            self._demo.stop()


def spare_the_living() -> None:
    """Look for garbage less often, and never among what is there at the start.

    Hundreds of deliveries under way are thousands of living objects: searching them every 700 allocations cost a third
    of the receiver's time.
    """
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, 20, 20)
