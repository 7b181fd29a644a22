"""A marketing team: a real core in one mode, with a store, a receiver and an account at HeyGen of its own."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx
from starlette.routing import Mount

from core.archive import Archivist
from core.clock import utcnow
from core.config import Settings
from core.endpoint import register, rotate
from core.errors import ReelsError
from core.heygen import HeyGenClient
from core.inbox import Inbox
from core.models import ProcessingMode, Reel, ReelStatus
from core.processor import HeyGenVideoProcessor
from core.product import Product
from core.receiver import Receiver, webhook_routes
from core.reconcile import Reconciler
from core.recorder import Recorder
from core.schedule import is_overdue
from core.secret_file import SecretFile
from core.store import open_store
from core.sweep import Sweeper
from core.turns import Turns

OVERDUE_AFTER_S: Final = 130.0
SWEEP_EVERY_S: Final = 20.0
DEADLINE_S: Final = 7200.0
IMPATIENCE_S: Final = 0.3


class Hasty(httpx.BaseTransport):
    """Carry requests as ever, but give an order early up whose answer is going to be held for seconds."""

    def __init__(self) -> None:
        self._wire = httpx.HTTPTransport(verify=False)  # loopback, without TLS

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if b"answer=timeout" in request.read():
            request.extensions["timeout"] = {**request.extensions["timeout"], "read": IMPATIENCE_S}
        return self._wire.handle_request(request)

    def close(self) -> None:
        self._wire.close()


class Team:
    """Hold one product; `turn` does what its worker's threads would do at a moment."""

    def __init__(
        self,
        name: str,
        mode: ProcessingMode,
        fresh: Path,
        heygen_url: str,
        public_url: str,
        *,
        overdue_after_s: float = OVERDUE_AFTER_S,
        deadline_s: float = DEADLINE_S,
        max_concurrent: int = 1000,
    ) -> None:
        self.name = name
        self.mode = mode
        folder = fresh.parent
        base = None if mode is ProcessingMode.POLLING else f"{public_url}/{name}"
        self.settings = Settings(
            api_key=name,
            api_base_url=heygen_url,
            processing_mode=mode,
            webhook_base_url=base,
            database_url=f"sqlite:///{folder / name}/reels.db",
            max_concurrent=max_concurrent,
            deadline_s=deadline_s,
            fallback_after_s=overdue_after_s,
            poll_interval_s=SWEEP_EVERY_S,
        )
        (folder / name).mkdir()
        shutil.copy(fresh, folder / name / "reels.db")
        self.store = open_store(self.settings.database_url, busy_timeout_s=10.0)
        self.client = HeyGenClient(name, heygen_url, transport=Hasty())
        self.processor = HeyGenVideoProcessor(
            name, mode, base, settings=self.settings, store=self.store, client=self.client, jitter=lambda: 0.5
        )
        self.reels: dict[str, int] = {}
        self.archives = False
        self._secrets = SecretFile(self.store.path)
        self._recorder = Recorder(self.store)
        self._turns = Turns(self.processor)
        self._inbox = Inbox(self.processor)
        self._archivist = Archivist(self.processor)
        self._sweeper = Sweeper(self.processor, jitter=lambda: 0.5)
        self._reconciler = Reconciler(self.processor)
        self._recorder.start()

    def mount(self) -> Mount:
        """Return the team's receiver."""
        receiver = Receiver(self.store, self._recorder, lambda: {"": self._secrets.believed(utcnow())})
        return Mount(f"/{self.name}", routes=webhook_routes(receiver))

    def begin(self, *, rotated: bool) -> None:
        """Do what a start does: look at the account, and register for signed deliveries where webhooks are used."""
        self.client.me()
        if self.mode is not ProcessingMode.POLLING:
            self._register(rotated=rotated)
        self.turn(utcnow())

    def submit(self, title: str, script: str) -> None:
        """Store a reel and queue it."""
        reel = Reel(title=title, script=script, avatar_id="lucia_studio_front", voice_id="")
        self.reels[title] = self.processor.enqueue(reel).id or 0

    def reel(self, title: str) -> Reel:
        """Return a reel as it stands."""
        return self.store.reels.get(self.reels[title])

    def turn(self, now: datetime) -> None:
        """Do everything that is due."""
        for reel in self.processor.submission.claim(now, 1000):
            self.processor.submission.send(reel)
        for delivery in self._inbox.claim(now, 1000):
            self._inbox.work(delivery)
        self._sweeper.turn(now)
        self._reconciler.turn(now)
        if self.processor.submission.gate().state == "stopped":
            self._turns.account_turn(now)
        for job in self._archivist.claim(now, 100) if self.archives else ():
            self._archivist.keep(job)

    def ask(self, titles: Sequence[str]) -> None:
        """Let a person look at reels; HeyGen may not answer."""
        for title in titles:
            try:
                self.processor.check(self.reels[title])
            except ReelsError:
                continue

    def settle(self, now: datetime) -> None:
        """Let a person do what only a person does: look at overdue reels, and open a stopped queue."""
        for title in self.reels:
            reel = self.reel(title)
            if reel.status is ReelStatus.PENDING and self.processor.submission.gate().state == "stopped":
                self.processor.retry(reel)
            overdue = (
                is_overdue(reel, self.settings.fallback_after_s or 0.0, now) and reel.mode is ProcessingMode.WEBHOOK
            )
            if overdue or reel.status is ReelStatus.TIMED_OUT:
                self.ask([title])

    def at_rest(self) -> bool:
        """Tell whether nothing is under way here."""
        counts = self.store.reels.counts()
        waiting, _ = self.store.deliveries.waiting()
        return not (counts.get(ReelStatus.PENDING) or counts.get(ReelStatus.PROCESSING) or waiting or self._fetches())

    def kept(self, title: str) -> frozenset[str]:
        """Return the kinds of a reel's files that are kept."""
        return frozenset(self.store.archive.files(self.reels[title]))

    def stop(self) -> None:
        """End the team's threads and close what it opened."""
        self._recorder.stop()
        self.client.close()
        self.store.close()

    def _register(self, *, rotated: bool) -> None:
        product = Product(settings=self.settings, store=self.store, client=self.client, processor=self.processor)
        register(product, self._secrets)
        if rotated:
            rotate(product, self._secrets)

    def _fetches(self) -> bool:
        return self.archives and any("video" not in self.kept(title) for title in self.reels)
