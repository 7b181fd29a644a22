"""Fill the gaps that missed deliveries left, from HeyGen's own history of events."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from core import pace
from core.accounts import fact
from core.clock import utcnow
from core.endpoint import ENDPOINT, EVENTS
from core.errors import HeyGenError
from core.models import Channel, Observation, ProcessingMode, Reel
from core.parsing import maybe_text
from core.processor import HeyGenVideoProcessor

logger = logging.getLogger(__name__)

EVERY_S: Final = 300.0
AGAIN_S: Final = 30.0
RECONCILE: Final = "reconcile"
CAUGHT_UP: Final = "caught_up"
WAS_OPEN: Final = "reconciled_while_down"
LONG_S: Final = 365 * 86_400.0


class Reconciler:
    """Look through HeyGen's events at start, and when webhooks stop coming, do not come, and come again.

    Of several processes one looks at a time.
    """

    PACES: Final = (RECONCILE, CAUGHT_UP)

    def __init__(self, processor: HeyGenVideoProcessor, account: str | None = None) -> None:
        self._account = processor.accounts.get(processor.accounts.first.name if account is None else account)
        self._processor = processor
        self._store = processor.store

    def turn(self, now: datetime) -> float:
        """Reconcile if it is time; return the seconds after which it is worth looking again."""
        is_open = self._processor.channel().open
        if not self._is_time(is_open, now):
            return 5.0
        try:
            self.reconcile()
        except HeyGenError as error:
            logger.warning("Reconciling: %s", error)
            pace.postpone(self._store, self._fact(RECONCILE), now, AGAIN_S)
            return AGAIN_S
        with self._store.transaction():
            pace.postpone(self._store, self._fact(CAUGHT_UP), now, LONG_S)
            pace.postpone(self._store, self._fact(RECONCILE), now, EVERY_S)
            self._store.facts.put(self._fact(WAS_OPEN), is_open, now)
        return 5.0

    def _is_time(self, is_open: bool, now: datetime) -> bool:
        """Tell whether to look now: at start, while the channel is down, and once more when it has come back."""
        caught_up = not pace.is_due(self._store, self._fact(CAUGHT_UP), now)
        name = f"{RECONCILE}:{'open' if is_open else 'closed'}"
        if caught_up and is_open is not bool(self._store.facts.get(self._fact(WAS_OPEN))):
            return pace.take(self._store, self._fact(name), now, AGAIN_S)
        return (is_open or not caught_up) and pace.take(self._store, self._fact(RECONCILE), now, EVERY_S)

    def reconcile(self) -> int:
        """Ask about each video that the history says has ended and we still wait for; return how many were found."""
        waiting = {reel.video_id: reel for reel in self._waiting() if reel.video_id}
        if not waiting or not self._is_registered():
            return 0
        oldest = min(reel.submitted_at for reel in waiting.values() if reel.submitted_at)
        found = 0
        for video_id in self._ended_videos(oldest):
            if video_id in waiting:
                found += self._learn(waiting.pop(video_id))
        return found

    def _waiting(self) -> list[Reel]:
        return [
            r
            for r in self._processor.store.reels.processing(self._account.name)
            if r.mode is not ProcessingMode.POLLING
        ]

    def _is_registered(self) -> bool:
        registered = self._processor.store.facts.get(self._fact(ENDPOINT)) is not None
        return registered or bool(self._account.webhook_secrets)

    def _fact(self, name: str) -> str:
        return fact(name, self._account.name)

    def _ended_videos(self, since: datetime) -> Iterator[str]:
        for event_type in EVENTS:
            for event in self._account.client.events(event_type):
                created_at = _created_at(event)
                if created_at is not None and created_at < since:
                    break
                data = event.get("event_data")
                video_id = maybe_text(data, "video_id") if isinstance(data, Mapping) else None
                if video_id is not None:
                    yield video_id

    def _learn(self, reel: Reel) -> int:
        try:
            video = self._processor.look(reel.video_id or "", reel.account)
        except HeyGenError as error:  # the others need not wait for this one
            logger.warning("Reconciling: %s", error, extra={"reel_id": reel.id})
            return 0
        observation = Observation(video=video, channel=Channel.RECOVERY, at=utcnow(), reason="events")
        transition = self._processor.apply(observation)
        return int(transition is not None and transition.effect == "finished")


def _created_at(event: Mapping[str, Any]) -> datetime | None:
    value = event.get("created_at")
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return read if read is None or read.tzinfo else read.replace(tzinfo=UTC)
