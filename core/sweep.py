"""Ask HeyGen for everything that is due, in one bulk call for up to 100 videos: one sweep for each account."""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.accounts import fact
from core.clock import utcnow
from core.errors import HeyGenError, HeyGenRefused, Unreachable
from core.heygen import NO_BULK
from core.models import Channel, Observation, ProcessingMode, Reel, ReelStatus, RemoteStatus, RemoteVideo
from core.processor import HeyGenVideoProcessor
from core.schedule import SHORTEST_S, backoff_s, sweep_spacing_s

logger = logging.getLogger(__name__)

SWEEP: Final = "sweep"
LEASE_S: Final = 90.0
BULK: Final = 100
SINGLE_LOOKS: Final = 20
ASIDE_S: Final = 30.0
IDLE_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepState:
    """Hold when the account was last swept, until when HeyGen asked for quiet, and how often it failed in a row."""

    last_at: datetime | None = None
    quiet_until: datetime | None = None
    strikes: int = 0
    problem: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> SweepState:
        """Read what `to_json` wrote."""
        times = ("last_at", "quiet_until")
        read = dict(data or {})
        return cls(**read | {key: datetime.fromisoformat(read[key]) for key in times if read.get(key)})


class Sweeper:
    """Look for the reels of one account whose turn it is; of several processes one sweeps at a time."""

    def __init__(
        self, processor: HeyGenVideoProcessor, jitter: Callable[[], float] = random.random, account: str | None = None
    ) -> None:
        self._account = processor.accounts.first.name if account is None else account
        self._name = fact(SWEEP, self._account)
        self._processor = processor
        self._store = processor.store
        self._jitter = jitter

    def state(self) -> SweepState:
        """Return what all processes know of the last sweep."""
        return SweepState.from_json(self._store.facts.get(self._name))

    def turn(self, now: datetime) -> float:
        """Sweep if a sweep is due; return the seconds after which it is worth looking again."""
        deadline = [] if self._is_quiet(now) else self._store.reels.past_deadline(now, self._account)
        due = self._due(now)
        if not deadline and not due:
            return IDLE_S
        with self._leased(self._name, now) as mine:
            if not mine:
                return IDLE_S
            for reel in deadline:
                self._last_look(reel)
                if self._is_quiet(utcnow()):  # HeyGen has just asked for it, and means all of them
                    break
            self._sweep(self._due(utcnow()))
        return 0.0 if deadline else IDLE_S / 4

    def check(self, reel_id: int) -> bool:
        """Ask for one reel, as a sweep would, if a check of it is due; tell whether it is finished.

        Raises UnknownReel. Called many times at once it asks once.
        """
        with self._leased(f"{SWEEP}:{reel_id}", utcnow()) as mine:
            if mine and not self._is_quiet(utcnow()) and self._processor.should_use_polling(reel_id):
                self._check(self._store.reels.get(reel_id))
        return self._store.reels.get(reel_id).status in {ReelStatus.COMPLETED, ReelStatus.FAILED}

    def _check(self, reel: Reel) -> None:
        self._tell_fallbacks([reel])
        try:
            self._ask([reel])
        except HeyGenError as error:
            self._failed(error)

    @contextmanager
    def _leased(self, name: str, now: datetime) -> Iterator[bool]:
        """Tell whether the block is the only one under this name; each call is an owner of its own."""
        owner = secrets.token_hex(8)
        mine = self._store.facts.lease(name, owner, now, LEASE_S)
        try:
            yield mine
        finally:
            if mine:
                self._store.facts.release(name, owner)

    # When

    def _is_quiet(self, now: datetime) -> bool:
        quiet_until = self.state().quiet_until
        return quiet_until is not None and quiet_until > now

    def _due(self, now: datetime) -> list[Reel]:
        """Return the reels that a sweep at this moment should ask for; none while no sweep is due."""
        state = self.state()
        if self._is_quiet(now):
            return []
        if state.last_at and (now - state.last_at).total_seconds() < SHORTEST_S:
            return []
        included = self._included(now)
        if not included or not self._is_time(included, state.last_at, now):
            return []
        return included

    def _included(self, now: datetime) -> list[Reel]:
        processor = self._processor
        channel, fallback_s = processor.channel(), processor.fallback_after_s()
        starts = (
            (reel, processor.due_for_sweep(reel, channel, fallback_s))
            for reel in self._store.reels.processing(self._account)
        )
        return [reel for reel, start in starts if start is not None and start <= now]

    def _is_time(self, included: Sequence[Reel], last_at: datetime | None, now: datetime) -> bool:
        """Tell whether a fallback begins now, or the spacing since the last sweep has passed."""
        if any(reel.mode is ProcessingMode.HYBRID and reel.fallback_at is None for reel in included):
            return True
        submitted = [reel.submitted_at for reel in included if reel.submitted_at]
        since = max(last_at or min(submitted), min(submitted))
        ages_s = [(since - at).total_seconds() for at in submitted]
        spacing_s = sweep_spacing_s(ages_s, self._processor.history(), self._processor.settings.poll_interval_s)
        return (now - since).total_seconds() >= spacing_s * (0.95 + 0.1 * self._jitter())

    # What

    def _sweep(self, reels: Sequence[Reel]) -> None:
        if not reels:
            return
        self._tell_fallbacks(reels)
        try:
            for start in range(0, len(reels), BULK):
                self._ask(reels[start : start + BULK])
        except HeyGenError as error:
            self._failed(error)
        else:
            with self._store.transaction():
                self._store.facts.put(self._name, SweepState(last_at=utcnow()).to_json(), utcnow())
                self._store.facts.add("sweeps", "done")

    def _tell_fallbacks(self, reels: Sequence[Reel]) -> None:
        """Write into the timeline that the fallback takes over, and why."""
        fresh = [reel for reel in reels if reel.mode is ProcessingMode.HYBRID and reel.fallback_at is None]
        if not fresh:
            return
        now, health = utcnow(), self._processor.channel()
        reason = health.reason if health.open else "webhook_overdue"
        after_s = round(self._processor.fallback_after_s(), 1)
        with self._store.transaction():
            for reel in fresh:
                self._store.reels.save(reel, fallback_at=now)
                self._store.timeline.add(reel.id or 0, now, "fallback", reason=reason, overdue_after_s=after_s)

    def _ask(self, reels: Sequence[Reel]) -> None:
        by_video = {reel.video_id: reel for reel in reels if reel.video_id}
        try:
            rows = self._processor.accounts.get(self._account).client.video_statuses(list(by_video))
        except HeyGenRefused as error:
            if error.status not in NO_BULK:
                raise
            rows = {}
        left_out = sorted((reel for reel in reels if reel.video_id not in rows), key=lambda reel: reel.checks)
        looks = [reel.video_id for reel in left_out[:SINGLE_LOOKS] if reel.video_id]  # the least looked at come first
        told = {key: rows[key].raw_status if key in rows else None for key in by_video if key in {*rows, *looks}}
        self._store.looks.note({by_video[key].id or 0: word for key, word in told.items()}, Channel.POLL, utcnow())
        looks += [video_id for video_id, row in rows.items() if video_id in by_video and _has_ended(row)]
        for video_id, row in rows.items():
            if video_id in by_video and not _has_ended(row):
                self._apply(by_video[video_id], row)
        for video_id in looks:
            self._apply(by_video[video_id], self._look(by_video[video_id], video_id))

    def _look(self, reel: Reel, video_id: str) -> RemoteVideo:
        """Ask for one video; one that HeyGen cannot tell of lets the others go first for a while."""
        try:
            return self._processor.look(video_id, reel.account)
        except HeyGenError:
            self._store.reels.save(reel, check_after=utcnow() + timedelta(seconds=ASIDE_S))
            raise

    def _apply(self, reel: Reel, video: RemoteVideo) -> None:
        reason = "fallback" if reel.mode is ProcessingMode.HYBRID else None
        self._processor.apply(Observation(video=video, channel=Channel.POLL, at=utcnow(), reason=reason))

    def _failed(self, error: HeyGenError) -> None:
        """Keep quiet for as long as HeyGen asked, or for a growing while."""
        now, before = utcnow(), self.state()
        wait_s = error.retry_after_s
        if wait_s is None:
            wait_s = backoff_s(before.strikes + 1, self._jitter(), base_s=2.0)
        state = SweepState(
            last_at=before.last_at,
            quiet_until=now + timedelta(seconds=wait_s),
            strikes=before.strikes + 1,
            problem="unreachable" if isinstance(error, Unreachable) else str(error),
        )
        with self._store.transaction():
            self._store.facts.put(self._name, state.to_json(), now)
            self._store.facts.add("sweeps", "failed")
        logger.warning("Sweep: %s", error)

    def _last_look(self, reel: Reel) -> None:
        """Ask once more at the deadline, and give up only when HeyGen has answered that the video is not finished."""
        try:
            video = self._processor.look(reel.video_id or "", reel.account)
        except HeyGenError as error:
            wait = timedelta(seconds=max(30.0, error.retry_after_s or 0.0))
            self._store.reels.save(reel, check_after=utcnow() + wait)
            if error.retry_after_s is not None:
                self._failed(error)
            return
        now = utcnow()
        self._store.looks.note({reel.id or 0: video.raw_status}, Channel.POLL, now)
        self._processor.apply(Observation(video=video, channel=Channel.POLL, at=now, reason="deadline"))
        self._processor.time_out(reel, now)


def _has_ended(video: RemoteVideo) -> bool:
    return video.status in {RemoteStatus.COMPLETED, RemoteStatus.FAILED}
