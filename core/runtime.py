"""Run the receiver, the worker and, in demo mode, the bundled fake, as long as a server lives."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Sequence
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
from core.secret_file import SecretFile
from core.status import status_routes
from core.store import open_store
from core.targets import open_targets
from core.worker import Worker

RECORDER_BUSY_S = 7.0  # HeyGen waits for 10 s
GARBAGE_AFTER = 10_000


class Runtime:
    """Build the routes at once and start the threads with the server; `parts` chooses receiver, worker or both."""

    def __init__(
        self, settings: Settings, *, port: int | None = None, receiver: bool = True, worker: bool = True
    ) -> None:
        open_targets(settings.notify_urls)  # a wrong address ends the start
        self.product = open_product(settings, port=port)
        self._demo = DemoServer(self.product.store.path.with_name("fake_heygen.json")) if settings.demo else None
        self._worker = Worker(self.product.processor, self.webhook_secrets) if worker else None
        wake = self._worker.wake if self._worker else (lambda: None)
        recorder_store = open_store(settings.database_url, busy_timeout_s=RECORDER_BUSY_S)
        self._recorder = Recorder(recorder_store, wake)
        self._receives = receiver
        self._secret_file = SecretFile(self.product.store.path)
        self._webhooks = Receiver(self.product.store, self._recorder, self.webhook_secrets)

    @property
    def routes(self) -> list[Route]:
        """Return the routes to mount."""
        status = status_routes(self.product, self._recorder)
        files = file_routes(self.product.store, self.product.processor.files)
        return [*(webhook_routes(self._webhooks) if self._receives else ()), *status, *files]

    def webhook_secrets(self) -> Sequence[str]:
        """Return the signing secrets that are believed."""
        return [*self.product.settings.webhook_secrets, *self._secret_file.believed(utcnow())]

    @asynccontextmanager
    async def lifespan(self, _app: Any) -> AsyncIterator[None]:
        """Start everything with the server and stop it with it."""
        await anyio.to_thread.run_sync(self.start)
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(self.stop)

    def start(self) -> None:
        """Start the threads, the store and, in demo mode, the fake; raises ReelsError."""
        facts, now = self.product.store.facts, utcnow()
        if self._demo is not None and self._worker is not None:
            facts.put(DEMO_URL, None, now)
            facts.put(DEMO_URL, self._demo.start(), now)
        if self._receives:
            spare_the_living()
            facts.put(RECEIVER_URL, self.product.processor.webhook_base_url, now)
            self._recorder.start()
        if self._worker is not None:
            self._worker.start()

    def stop(self) -> None:
        """Stop in the opposite order."""
        if self._worker is not None:
            self._worker.stop()
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
