"""Carry reels in one of three modes: submit, check, and apply what is learned. The one writer of a reel's state."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from core import channel as channel_health
from core import detection
from core.accounts import Accounts, open_accounts
from core.channel import Arrival
from core.clock import utcnow
from core.config import NEEDS_URL, Settings
from core.errors import HeyGenError, HeyGenRefused, Refused, UnknownReel
from core.heygen import HeyGenClient
from core.lifecycle import Effect, Transition, decide
from core.models import (
    Channel,
    Observation,
    ProcessingMode,
    Reel,
    ReelStatus,
    RemoteStatus,
    RemoteVideo,
)
from core.place import Place
from core.places import open_place
from core.retrying import Retrying, queued_entry
from core.schedule import (
    DEMO_PRIOR,
    PRIOR,
    ChannelHealth,
    History,
    learn,
    next_check_at,
    sweep_spacing_s,
    webhook_due_at,
)
from core.store import Store, open_store
from core.submission import Submission
from core.validation import check_reel

logger = logging.getLogger(__name__)

CHANNEL: Final = "channel"
LEARNED_SHARE: Final = 0.9


def nobody(_turn: str) -> None:
    """Wake nobody: who takes the turns in threads looks often enough."""


class HeyGenVideoProcessor:
    """Submit reels and learn what becomes of them; every method is thread-safe.

    Constructing touches neither network nor disk. Raises ValueError for an unknown mode, and for mode `webhook` without
    a base URL; `hybrid` without one works as polling and says so. `settings` and `store` default to those of the
    environment, at first use. `wake` is called with the name of a turn for which something has just been stored.
    """

    def __init__(
        self,
        api_key: str,
        processing_mode: str = ProcessingMode.POLLING,
        webhook_base_url: str | None = None,
        *,
        settings: Settings | None = None,
        store: Store | None = None,
        client: HeyGenClient | None = None,
        jitter: Callable[[], float] = random.random,
        wake: Callable[[str], None] = nobody,
    ) -> None:
        self.wake = wake
        self.requested_mode = _mode(processing_mode)
        self.webhook_base_url = webhook_base_url or None
        if self.requested_mode is ProcessingMode.WEBHOOK and self.webhook_base_url is None:
            raise ValueError(NEEDS_URL)
        self.mode = self._effective(self.requested_mode)
        self._api_key = api_key
        self._given = (settings, store, client)
        self._jitter = jitter
        self._submissions: dict[str, Submission] = {}
        logger.info("HeyGenVideoProcessor inicializado - Modo: %s", self.mode)
        if self.mode is not self.requested_mode:
            logger.warning("Modo hybrid sin webhook_base_url: se trabaja como polling")

    def __repr__(self) -> str:
        return f"HeyGenVideoProcessor(processing_mode={str(self.requested_mode)!r})"

    @cached_property
    def settings(self) -> Settings:
        """Return the settings in force."""
        return self._given[0] or replace(Settings.from_env(), api_key=self._api_key)

    @cached_property
    def store(self) -> Store:
        """Return the store in force."""
        return self._given[1] or open_store(self.settings.database_url, data_folder=self.settings.data_folder)

    @cached_property
    def client(self) -> HeyGenClient:
        """Return the client of the account of HEYGEN_API_KEY."""
        return self._given[2] or HeyGenClient(self._api_key, self.settings.api_base_url)

    @cached_property
    def accounts(self) -> Accounts:
        """Return the HeyGen accounts that are set."""
        return open_accounts(self.settings, self.client)

    @cached_property
    def files(self) -> Place:
        """Return where finished files are kept; raises SettingsError."""
        return open_place(self.settings, self.store.path)

    @property
    def submission(self) -> Submission:
        """Return the part that hands reels to the first account of HeyGen."""
        return self.submission_of(self.accounts.first.name)

    def submission_of(self, account: str) -> Submission:
        """Return the part that hands reels to an account of HeyGen; raises AccountGone."""
        found, chosen = self._submissions.get(account), self.accounts.get(account)
        if found is None:
            found = self._submissions[account] = Submission(
                self.store,
                chosen.client,
                self.settings,
                self.webhook_base_url,
                self.fallback_after_s,
                self._jitter,
                account=account,
                max_concurrent=chosen.max_concurrent,
            )
        return found

    # Modes

    def _effective(self, mode: ProcessingMode) -> ProcessingMode:
        return ProcessingMode.POLLING if mode is ProcessingMode.HYBRID and not self.webhook_base_url else mode

    def get_processing_mode_info(self) -> dict[str, Any]:
        """Return `mode`, `requested_mode`, `uses_polling`, `uses_webhooks` and `webhook_url` (as given, or None)."""
        return {
            "mode": str(self.mode),
            "requested_mode": str(self.requested_mode),
            "uses_polling": self.mode is not ProcessingMode.WEBHOOK,
            "uses_webhooks": self.mode is not ProcessingMode.POLLING,
            "webhook_url": self.webhook_base_url,
        }

    def should_use_polling(self, reel: Reel | int | None = None) -> bool:
        """Tell whether this mode asks at all; given a reel, whether a check of it is due now."""
        if reel is None:
            return self.mode is not ProcessingMode.WEBHOOK
        stored, now = self._stored(reel), utcnow()
        start = None
        if stored.status is ReelStatus.PROCESSING:
            start = self.due_for_sweep(stored, self.channel(), self.fallback_after_s())
        if start is None or start > now:
            return False
        if stored.last_checked_at is None or stored.submitted_at is None:
            return True
        age_s = (stored.last_checked_at - stored.submitted_at).total_seconds()
        spacing_s = sweep_spacing_s([age_s], self.history(), self.settings.poll_interval_s)
        return (now - stored.last_checked_at).total_seconds() >= spacing_s

    def due_for_sweep(self, reel: Reel, channel: ChannelHealth, fallback_after_s: float) -> datetime | None:
        """Return from when on sweeps include a reel, or None."""
        return next_check_at(reel, reel.mode or self.mode, channel, fallback_after_s)

    def channel(self) -> ChannelHealth:
        """Return the health of the webhook channel."""
        return channel_health.from_json(self.store.facts.get(CHANNEL))

    def history(self) -> History:
        """Return what past renders teach about how long one takes."""
        prior = DEMO_PRIOR if self.settings.demo else PRIOR
        return learn([seconds for seconds, _ in self.store.reels.render_times()], prior)

    def fallback_after_s(self) -> float:
        """Return after how many seconds without a webhook it counts as overdue."""
        return self.settings.fallback_after_s or self.history().quantile(LEARNED_SHARE)

    # Submitting

    def enqueue(self, reel: Reel) -> Reel:
        """Store a reel and queue it; returns at once. The same idempotency key twice is the same reel.

        Raises InvalidReel, StoreError.
        """
        return self.enqueue_many([reel])[0]

    def enqueue_many(self, reels: Sequence[Reel]) -> list[Reel]:
        """Store many reels in one transaction, all or none."""
        now = utcnow()
        for reel in reels:
            check_reel(reel)
        ready = [self._ready(reel, now) for reel in reels]
        with self.store.transaction():
            known = {reel.idempotency_key for reel in ready if self.store.reels.by_key(reel.idempotency_key)}
            stored = self.store.reels.add(ready)
            fresh = [reel for reel in stored if reel.idempotency_key not in known]
            self.store.timeline.add_many((reel.id or 0, queued_entry(reel, now)) for reel in fresh)
        self.wake("submit")
        return stored

    def _ready(self, reel: Reel, now: datetime) -> Reel:
        requested = reel.requested_mode or reel.mode or self.requested_mode
        if requested is ProcessingMode.WEBHOOK and self.webhook_base_url is None:
            raise Refused(NEEDS_URL)
        mode = self._effective(requested)
        return replace(
            reel,
            account=self.accounts.choose(reel.account),
            mode=mode,
            requested_mode=requested,
            status=ReelStatus.PENDING,
            created_at=now,
            updated_at=now,
            send_after=now,
        )

    def process_reel(self, reel: Reel | int) -> bool:
        """Hand a reel to HeyGen; True: accepted, or safely queued. An unsaved reel is stored first."""
        stored = self.enqueue(reel) if isinstance(reel, Reel) and reel.id is None else self._stored(reel)
        if stored.status is ReelStatus.PENDING and stored.account in self.accounts.names:
            submission = self.submission_of(stored.account)
            for claimed in submission.claim(utcnow(), 1, only=stored.id):
                submission.send(claimed)
        return self.store.reels.get(stored.id or 0).status is not ReelStatus.FAILED

    # Learning

    def apply(self, observation: Observation) -> Transition | None:
        """Let one observation change its reel, in one transaction with the timeline; None: no reel has this video."""
        with self.store.transaction():
            reel = self.store.reels.by_video(observation.video.video_id)
            if reel is None or reel.id is None:
                return None
            transition = decide(reel, observation)
            if reel.deleted_at is not None and transition.effect is Effect.SAME:
                return transition  # its links were wiped, and stay so
            if transition.changes:
                self.store.reels.save(reel, **transition.changes, updated_at=observation.at)
            for kind, detail in transition.entries:
                self.store.timeline.add(reel.id, observation.at, kind, **detail)
            if transition.effect is Effect.FINISHED:
                self._finished(reel, transition, observation)
            return transition

    def _finished(self, reel: Reel, transition: Transition, observation: Observation) -> None:
        self._judge_channel(reel, observation)
        detection.note(self.store.facts, observation)
        self.store.deliveries.hasten(reel.id or 0, observation.at)
        if reel.deleted_at is not None:
            self.store.removals.hasten(reel.id or 0, observation.at)
        elif transition.changes["status"] is ReelStatus.COMPLETED:
            self.store.archive.queue(reel.id or 0, observation.at)

    def _judge_channel(self, reel: Reel, observation: Observation) -> None:
        """Learn from a finished reel whether webhooks come when they should."""
        arrival = self._arrival(reel, observation)
        if arrival is not None:
            self._count(reel, arrival, observation.at)

    def note_webhook_after_sweep(self, reel: Reel, received_at: datetime) -> None:
        """Learn from a webhook that came when it should, though an open breaker had let a sweep find the end before."""
        if reel.mode is ProcessingMode.POLLING or reel.detected_by is not Channel.POLL or not self.channel().open:
            return
        if received_at <= webhook_due_at(reel, self.fallback_after_s()):
            self._count(reel, Arrival.ON_TIME, received_at)

    def _count(self, reel: Reel, arrival: Arrival, at: datetime) -> None:
        before = self.channel()
        health = channel_health.after(before, arrival)
        self.store.facts.put(CHANNEL, channel_health.to_json(health), at)
        if health.open is not before.open and reel.id is not None:
            state = "breaker_open" if health.open else "breaker_closed"
            self.store.timeline.add(reel.id, at, state, reason=health.reason)

    def _arrival(self, reel: Reel, observation: Observation) -> Arrival | None:
        if reel.mode is ProcessingMode.POLLING:
            return None
        due = webhook_due_at(reel, self.fallback_after_s())
        if observation.channel is Channel.WEBHOOK:
            return Arrival.ON_TIME if observation.at <= due or self.channel().open else Arrival.LATE
        is_miss = observation.channel is Channel.POLL and observation.at >= due
        return Arrival.MISSED if is_miss else None

    def look(self, video_id: str, account: str) -> RemoteVideo:
        """Ask an account of HeyGen for one video; one that it does not know is MISSING. Raises HeyGenError."""
        try:
            return self.accounts.get(account).client.get_video(video_id)
        except HeyGenRefused as error:
            if error.status != 404:
                raise
            return RemoteVideo(
                video_id=video_id,
                status=RemoteStatus.MISSING,
                raw_status="not_found",
                request_id=error.request_id,
            )

    def check(self, reel: Reel | int) -> Reel:
        """Ask HeyGen about a reel now and return it as it then is; raises Refused, HeyGenError, UnknownReel."""
        stored = self._stored(reel)
        if stored.video_id is None or stored.id is None:
            raise _not_sent(stored)
        video = self.look(stored.video_id, stored.account)
        now = utcnow()
        with self.store.transaction():
            self.store.timeline.add(stored.id, now, "manual_check", remote_status=video.raw_status)
            self.store.looks.note({stored.id: video.raw_status}, Channel.MANUAL, now)
            self.apply(Observation(video=video, channel=Channel.MANUAL, at=now))
        return self.store.reels.get(stored.id)

    def check_video_status(self, reel: Reel | int) -> bool:
        """Ask HeyGen about a reel unless its end is known; tell whether it is finished."""
        stored = self._stored(reel)
        if stored.status in {ReelStatus.COMPLETED, ReelStatus.FAILED}:
            return True
        try:
            return self.check(stored).status in {ReelStatus.COMPLETED, ReelStatus.FAILED}
        except (HeyGenError, Refused) as error:
            logger.warning("The check failed: %s", error, extra={"reel_id": stored.id})
            return False

    def time_out(self, reel: Reel, now: datetime) -> None:
        """Give up waiting for a reel at its deadline; later news still completes it."""
        assert reel.id is not None  # noqa: S101  # only stored reels have a deadline
        with self.store.transaction():
            stored = self.store.reels.get(reel.id)
            if stored.status is not ReelStatus.PROCESSING or stored.attempt != reel.attempt:
                return
            self.store.reels.save(reel, status=ReelStatus.TIMED_OUT, detected_at=now, updated_at=now)
            self.store.timeline.add(reel.id, now, "timed_out", after_s=self.settings.deadline_s)

    # Trying again

    def retry(self, reel: Reel | int) -> Reel:
        """Start a new attempt of a reel that failed or timed out, after asking HeyGen about the last one.

        A reel that HeyGen has finished after all is completed and not paid for again; nor is one in doubt whose video
        HeyGen's list shows by now. A reel that waits behind a stopped queue is let through.

        Raises Refused, HeyGenError, UnknownReel; nothing has changed then.
        """
        trying = Retrying(self.store, self.accounts, self.submission_of, self.look, self.apply)
        again = trying.retry(self._stored(reel))
        self.wake("submit")
        return again

    def _stored(self, reel: Reel | int) -> Reel:
        if isinstance(reel, Reel) and reel.id is None:
            found = self.store.reels.by_key(reel.idempotency_key)
            if found is None:
                raise UnknownReel("This reel was never stored: process_reel() does so.")
            return found
        stored = self.store.reels.get(reel if isinstance(reel, int) else reel.id or 0)
        if stored.deleted_at is not None:
            raise UnknownReel("Reel {id} was deleted.", id=stored.id)
        return stored


def _mode(value: str) -> ProcessingMode:
    try:
        return ProcessingMode(value)
    except ValueError:
        allowed = ", ".join(ProcessingMode)
        raise ValueError(f"unknown processing_mode {value!r}; choose one of {allowed}") from None


def _not_sent(reel: Reel) -> Refused:
    if reel.failure_message:
        return Refused("The reel has not reached HeyGen yet: {why}", why=reel.failure_message)
    return Refused("The reel has not reached HeyGen yet: it waits for its turn.")
