"""Start another attempt of a reel, never paying for a video that HeyGen has or is still making."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from core.accounts import Accounts
from core.clock import utcnow
from core.errors import HeyGenRefused, Refused
from core.heygen import NO_BULK
from core.models import Channel, Observation, Reel, ReelStatus, RemoteStatus, RemoteVideo, SendState, TimelineEntry
from core.store import Store
from core.submission import LISTED_SINCE, Submission, fresh_attempt


class Retrying:
    """Decide whether a reel may be made again, and queue it."""

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        submission_of: Callable[[str], Submission],
        look: Callable[[str, str], RemoteVideo],
        apply: Callable[[Observation], object],
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._submission_of = submission_of
        self._look = look
        self._apply = apply

    def retry(self, stored: Reel) -> Reel:
        """Return the reel as it then is; raises Refused and HeyGenError, and nothing has changed then."""
        if stored.status is ReelStatus.PENDING:
            found = self._look_once_more(stored)
            return self._release(found) if found.status is ReelStatus.PENDING else found
        if stored.status is ReelStatus.PROCESSING:
            raise Refused("Reel {id} is still being made by HeyGen: a retry would pay for it twice.", id=stored.id)
        if stored.status is ReelStatus.COMPLETED:
            raise Refused("Reel {id} is completed: make a new one from it instead.", id=stored.id)
        if stored.video_id is not None:
            stored = self._ask_before_retry(stored, stored.video_id)
        if stored.status is ReelStatus.COMPLETED:
            return stored
        return self._restart(stored)

    def _ask_before_retry(self, reel: Reel, video_id: str) -> Reel:
        video = self._look(video_id, reel.account)
        if video.status is RemoteStatus.COMPLETED and video.video_url:
            self._apply(Observation(video=video, channel=Channel.MANUAL, at=utcnow(), reason="retry"))
            return self._store.reels.get(reel.id or 0)
        if video.status not in {RemoteStatus.FAILED, RemoteStatus.MISSING}:
            raise Refused("Reel {id} is still being made by HeyGen: a retry would pay for it twice.", id=reel.id)
        if video.status is RemoteStatus.MISSING and self._is_listed(reel, video_id):
            raise Refused("HeyGen does not show the video of reel {id} just now: try again in a minute.", id=reel.id)
        return reel

    def _is_listed(self, reel: Reel, video_id: str) -> bool:
        """Tell whether HeyGen shows a video elsewhere, failed ones aside: answers 404, even several, may pass.

        What the states do not name is looked for in the list of videos.
        """
        client = self._accounts.get(reel.account).client
        known = _unless_refused(lambda: client.video_statuses([video_id])).get(video_id)
        if known is None or known.status is RemoteStatus.MISSING:
            since = (reel.submitted_at or reel.created_at or utcnow()) - LISTED_SINCE
            listed = _unless_refused(lambda: _by_id(client.videos_since(since, reel.title or None)[0]))
            known = listed.get(video_id)
        return known is not None and known.status not in {RemoteStatus.FAILED, RemoteStatus.MISSING}

    def _look_once_more(self, reel: Reel) -> Reel:
        """Look for the video of a reel in doubt before it is paid for again: since then others may have been told."""
        if reel.send_state is not SendState.DOUBT or reel.first_sent_at is None:
            return reel
        return self._submission_of(reel.account).find(reel)

    def _release(self, reel: Reel) -> Reel:
        """Let a waiting reel through: past a stopped queue, or past a doubt that a person has settled."""
        now = utcnow()
        with self._store.transaction():
            stored = self._store.reels.get(reel.id or 0)
            if stored.send_state is SendState.DOUBT:
                return self._restart(stored)
            submission = self._submission_of(stored.account)
            if submission.gate().state == "open":
                raise Refused("Reel {id} already waits for its turn.", id=stored.id)
            submission.open_gate(now)
            self._store.timeline.add(stored.id or 0, now, "retry", what="queue_opened")
            return stored

    def _restart(self, reel: Reel) -> Reel:
        now = utcnow()
        with self._store.transaction():
            stored = self._store.reels.get(reel.id or 0)
            if (stored.status, stored.attempt) != (reel.status, reel.attempt):
                raise Refused("Reel {id} has just changed: look at it again.", id=stored.id)
            if stored.video_id is not None:
                self._store.reels.note_past_video(stored)
            again = self._store.reels.save(stored, **fresh_attempt(stored, now))
            self._store.timeline.add(again.id or 0, now, "retry", attempt=again.attempt, video_id=stored.video_id)
            self._store.timeline.add_many([(again.id or 0, queued_entry(again, now))])
        return again


def _unless_refused(ask: Callable[[], dict[str, RemoteVideo]]) -> dict[str, RemoteVideo]:
    """Return what HeyGen answers, nothing where an account has no such call; raises HeyGenError."""
    try:
        return ask()
    except HeyGenRefused as error:
        if error.status not in NO_BULK:
            raise
        return {}


def _by_id(videos: Sequence[RemoteVideo]) -> dict[str, RemoteVideo]:
    return {video.video_id: video for video in videos}


def queued_entry(reel: Reel, now: datetime) -> TimelineEntry:
    """Return the entry of a reel that waits to be sent."""
    detail: dict[str, Any] = {"attempt": reel.attempt, "mode": str(reel.mode)}
    detail["requested_mode"] = str(reel.requested_mode)
    if reel.account:
        detail["account"] = reel.account
    return TimelineEntry(at=now, kind=str(ReelStatus.PENDING), detail=detail)
