"""Tell people outside when a reel or a campaign has ended: gather what ended into messages, and send each once.

An end is written down with the change that makes it, and a message with the ends that it tells. A message is sent to
each target by itself, under a lease, and counts as sent once the target has taken it: none is lost, and after a crash
between sending and noting, or an answer beyond the time limit, a target may get one twice.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from core.clock import utcnow
from core.config import Settings
from core.gathering import WINDOW_S, gather
from core.messages import NAMED, Message, Wording
from core.models import Ended, ReelStatus
from core.processor import HeyGenVideoProcessor
from core.schedule import backoff_s
from core.store import ReelFilter
from core.store.notifications import Telling
from core.targets import Post, Target, open_targets

logger = logging.getLogger(__name__)

LAST: Final = "told_last"
TALLY: Final = "told"
LEASE: Final = "telling:"
PAUSE_S: Final = 1.0
IDLE_S: Final = 60.0
SEND_S: Final = 30.0
TEST_S: Final = 15.0
LEASE_S: Final = 60.0  # longer than a sending may take
TRIES: Final = 20  # with these waits, about six hours
UNSPOKEN: Final = "it was tried too often without an outcome"
FIRST_WAIT_S: Final = 5.0
LONGEST_WAIT_S: Final = 1800.0
CLEAN_S: Final = 3600.0
KEPT: Final = timedelta(days=30)
STRANGERS_AFTER: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """Hold how a test message went at one target, which is named without its secrets."""

    __test__ = False

    target: str
    arrived: bool
    problem: str
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def wording(settings: Settings) -> Wording:
    """Return the language of messages and the address of the pages, where one is known."""
    base = urlsplit(settings.webhook_base_url or "")
    return Wording(language=settings.notify_language, pages=f"{base.scheme}://{base.netloc}" if base.netloc else None)


def send_test(settings: Settings, *, limit_s: float = TEST_S) -> list[TestResult]:
    """Send a test message to every target at once; raises SettingsError for an address that cannot be used."""
    targets = open_targets(settings.notify_urls)
    message, post = wording(settings).of_test(), Post(limit_s)

    def test(target: Target) -> TestResult:
        start = time.monotonic()
        problem = post.send(target, message)
        return TestResult(
            target=target.name,
            arrived=problem is None,
            problem=problem or "",
            seconds=round(time.monotonic() - start, 2),
        )

    if not targets:
        return []
    with ThreadPoolExecutor(len(targets)) as hands:
        return list(hands.map(test, targets))


class Teller:
    """Gather and send; safe to run in several processes at once."""

    def __init__(self, processor: HeyGenVideoProcessor, *, limit_s: float = SEND_S) -> None:
        self._processor = processor
        self._store = processor.store
        self._told = processor.store.notifications
        self._post = Post(limit_s)
        self._busy: set[str] = set()
        self._owner = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._switched = False
        self._cleaned_at: datetime | None = None

    @property
    def targets(self) -> Sequence[Target]:
        """Return whom to tell."""
        return open_targets(self._processor.settings.notify_urls)

    @property
    def pause_s(self) -> float:
        """Return how long to wait between two turns."""
        return PAUSE_S if self._processor.settings.notify_urls else IDLE_S

    def claim(self, now: datetime) -> list[Telling]:
        """Make messages of what has ended, and lease one for every target that is free."""
        if not self._switched:
            self._told.switch(now, on=bool(self._processor.settings.notify_urls))
            self._switched = True
        if not self._processor.settings.notify_urls:
            return []
        self._gather(now)
        self._clean(now)
        return [telling for target in self.targets if (telling := self._claim_for(target, now))]

    def _claim_for(self, target: Target, now: datetime) -> Telling | None:
        """Lease a message for a target, one at a time: they arrive in order, and one that hangs delays no other's.

        No other process may send to the target at the same time either, so the target is leased, too.
        """
        with self._lock:
            if target.key in self._busy or not self._told.is_due(target.key, now):
                return None
            if not self._store.facts.lease(LEASE + target.key, self._owner, now, LEASE_S):
                return None
            telling = self._told.claim(target.key, now, LEASE_S)
            if telling is None:
                self._store.facts.release(LEASE + target.key, self._owner)
            else:
                self._busy.add(target.key)
            return telling

    def _gather(self, now: datetime) -> None:
        if not self._told.untold(limit=1) and not self._told.resting(1):
            return
        keys = [target.key for target in self.targets]
        with self._store.transaction():
            lately = self._told.made_since(now - timedelta(seconds=WINDOW_S))
            made = gather(self._told.untold(), self._told.resting(100), lately)
            for group in made.groups:
                self._told.tell(group, keys, now)
            for campaign in made.campaigns:
                self._told.tell_campaign(campaign, keys, now)

    def _clean(self, now: datetime) -> None:
        if self._cleaned_at is not None and (now - self._cleaned_at).total_seconds() < CLEAN_S:
            return
        self._cleaned_at = now
        self._told.prune(now - KEPT)
        lost = self._told.put_strangers_aside([target.key for target in self.targets], now - STRANGERS_AFTER)
        if lost:
            logger.warning(
                "%d messages were meant for targets that NOTIFY_URLS no longer has; they are set aside", lost
            )

    def tell(self, telling: Telling) -> None:
        """Send one claimed message and write down what came of it."""
        target = next(target for target in self.targets if target.key == telling.target)
        try:
            message = self._message(telling) if telling.attempts <= TRIES else None
            problem = UNSPOKEN if telling.attempts > TRIES else None
            if message is not None:
                problem = self._post.send(target, message)
            self._settle(telling, target, problem, utcnow())
        finally:
            with self._lock:
                self._store.facts.release(LEASE + target.key, self._owner)
                self._busy.discard(target.key)

    def _settle(self, telling: Telling, target: Target, problem: str | None, now: datetime) -> None:
        facts = self._store.facts
        with self._store.transaction():
            if problem is None:
                self._told.sent(telling, now)
                facts.put(LAST, {"at": now.isoformat()}, now)
                facts.add(TALLY, "sent")
                return
            facts.add(TALLY, "failed")
            if telling.attempts >= TRIES:
                self._told.put_aside(telling, problem)
            else:
                self._told.later(telling, now + timedelta(seconds=_wait_s(telling.attempts)), problem)
        logger.warning("%s did not take message %d: %s", target.name, telling.message_id, problem)

    def _message(self, telling: Telling) -> Message | None:
        """Put a message into words; None when everything that it tells of has been deleted."""
        words, now = wording(self._processor.settings), utcnow()
        if telling.campaign_id is not None:
            return self._of_campaign(telling.campaign_id, words)
        ended = self._told.told_by(telling.message_id)
        if len(ended) <= 1:
            return words.of_reel(ended[0], now) if ended else None
        return words.of_reels(ended, now)

    def _of_campaign(self, campaign_id: int, words: Wording) -> Message:
        campaign = self._store.campaigns.get(campaign_id)
        wrong: list[Ended] = []
        for status in (ReelStatus.FAILED, ReelStatus.TIMED_OUT):
            found = self._store.reels.page(ReelFilter(status=status, campaign_id=campaign_id), NAMED)
            wrong += [
                Ended(
                    id=0,
                    reel_id=reel.id or 0,
                    title=reel.title,
                    status=reel.status,
                    failure_code=reel.failure_code,
                    at=reel.updated_at or campaign.created_at,
                )
                for reel in found
            ]
        return words.of_campaign(campaign.name, campaign.counts, wrong, f"/campaign?id={campaign_id}")


def _wait_s(attempts: int) -> float:
    return backoff_s(attempts, 1.0, base_s=FIRST_WAIT_S, cap_s=LONGEST_WAIT_S)
