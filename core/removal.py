"""Take away what is left of deleted reels: first the video at HeyGen, then the files, then the words.

Each step may be killed and is then taken again: the row that asks for it stands until nothing is left.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.clock import utcnow
from core.errors import AccountGone, HeyGenError, HeyGenRefused, PlaceError
from core.models import Reel, ReelStatus, SendState
from core.processor import HeyGenVideoProcessor
from core.schedule import backoff_s
from core.shelf import ended
from core.store.removals import RemovalJob

logger = logging.getLogger(__name__)

LEASE_S: Final = 300.0
AT_ONCE: Final = 4
TRIES: Final = 12
SEARCHES: Final = 6
SOON_S: Final = 5.0
RENDERING_S: Final = 60.0
LONGEST_WAIT_S: Final = 3600.0
IDLE_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Hold for how long a reel must still be left alone, and what stands in the way where something does."""

    seconds: float
    problem: str | None = None


class Remover:
    """Work removals off; safe to run in several processes at once."""

    def __init__(self, processor: HeyGenVideoProcessor) -> None:
        self._processor = processor
        self._store = processor.store

    def turn(self, now: datetime) -> float:
        """Work off what is due; return the seconds after which it is worth looking again."""
        jobs = self._store.removals.claim(now=now, lease_s=LEASE_S, limit=AT_ONCE)
        for job in jobs:
            self.remove(job)
        return 0.0 if jobs else IDLE_S

    def remove(self, job: RemovalJob) -> None:
        """Take one reel away as far as it goes now, and write down what is left."""
        wait = self._wait(job) or self._take_away(job)
        if wait is not None:
            at = utcnow() + timedelta(seconds=wait.seconds)
            self._store.removals.later(job.reel_id, at, counted=wait.problem is not None, problem=wait.problem)

    # Until it has come to rest

    def _wait(self, job: RemovalJob) -> Wait | None:
        """Return how long the reel must still be left alone; None where it has come to rest."""
        now = utcnow()
        self._store.removals.end_lost_sending(job.reel_id, now)
        reel = self._store.reels.get(job.reel_id)
        if reel.status is ReelStatus.PROCESSING:
            return Wait(seconds=RENDERING_S)
        if reel.status is ReelStatus.PENDING:
            return self._settle(reel, job)
        return Wait(seconds=SOON_S) if self._store.removals.is_being_kept(job.reel_id, now) else None

    def _settle(self, reel: Reel, job: RemovalJob) -> Wait | None:
        """End a reel that HeyGen does not have; look for one that it may have, and never send it again."""
        if reel.send_state is SendState.SENDING:
            return Wait(seconds=SOON_S)
        if reel.send_state is SendState.UNKNOWN:
            try:
                found = self._processor.submission_of(reel.account).find(reel).status is ReelStatus.PROCESSING
            except HeyGenError as error:
                return _backoff(job, str(error))
            if found or job.attempts < SEARCHES:
                return Wait(seconds=SOON_S) if found else _backoff(job, "HeyGen shows no video of this reel")
        return self._end(reel)

    def _end(self, reel: Reel) -> Wait | None:
        now = utcnow()
        with self._store.transaction():
            stored = self._store.reels.get(reel.id or 0)
            if stored.send_state is not reel.send_state or stored.status is not ReelStatus.PENDING:
                return Wait(seconds=SOON_S)  # its answer has just come
            if stored.send_state is SendState.UNKNOWN:
                self._store.timeline.add(stored.id or 0, now, "note", what="perhaps_at_heygen")
            self._store.reels.save(stored, **ended(now))
        return None

    # Then

    def _take_away(self, job: RemovalJob) -> Wait | None:
        try:
            problem = self._delete_videos(job) if job.at_heygen else None
        except AccountGone:
            return Wait(seconds=RENDERING_S)
        if problem is not None and job.attempts + 1 < TRIES:
            return _backoff(job, problem)
        try:
            self._processor.files.clear(job.reel_id)
        except PlaceError as error:
            logger.warning("Files of a deleted reel are left: %s", error, extra={"reel_id": job.reel_id})
            return _backoff(job, str(error))
        self._finish(job, problem)
        return None

    def _delete_videos(self, job: RemovalJob) -> str | None:
        """Delete the videos of all attempts at HeyGen; return why one could not be."""
        reel = self._store.reels.get(job.reel_id)
        try:
            for video_id in [reel.video_id, *self._store.removals.past_videos(job.reel_id)]:
                if video_id is not None:
                    self._delete_video(video_id, reel.account)
        except AccountGone:  # it waits for the account, however long that takes
            raise
        except HeyGenError as error:
            return str(error)
        return None

    def _delete_video(self, video_id: str, account: str) -> None:
        try:
            self._processor.accounts.get(account).client.delete_video(video_id)
        except HeyGenRefused as error:
            if error.status != 404:  # it is gone already
                raise

    def _finish(self, job: RemovalJob, problem: str | None) -> None:
        now = utcnow()
        kind = "removed" if problem is None else "remove_failed"
        with self._store.transaction():
            self._store.removals.finish(job.reel_id, now, problem)
            self._store.timeline.add(job.reel_id, now, kind, at_heygen=job.at_heygen, why=problem)


def _backoff(job: RemovalJob, problem: str) -> Wait:
    return Wait(seconds=backoff_s(job.attempts + 1, 1.0, base_s=2.0, cap_s=LONGEST_WAIT_S), problem=problem)
