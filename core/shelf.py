"""Put reels away, bring them back, delete them: the intent is written down first, a worker does the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from core.clock import utcnow
from core.errors import Refused, UnknownReel
from core.models import Reel, ReelStatus, SendState
from core.store import Store

DELETED: Final = "deleted"
NEVER_SENT: Final = frozenset({SendState.QUEUED, SendState.DOUBT})


class Shelving:
    """Change where reels stand; each reel is read anew in the transaction that changes it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def archive(self, reel_id: int) -> Reel:
        """Put a reel away from the list; raises Refused while something is still to come, UnknownReel."""
        now = utcnow()
        with self._store.transaction():
            reel = self._there(reel_id)
            if reel.is_open:
                raise Refused("Reel {id} is not finished: archive it when it has come to its end.", id=reel_id)
            if reel.archived_at is not None:
                return reel
            self._store.timeline.add(reel_id, now, "archived")
            return self._store.reels.save(reel, archived_at=now, updated_at=now)

    def restore(self, reel_id: int) -> Reel:
        """Bring an archived reel back into the list; raises UnknownReel."""
        now = utcnow()
        with self._store.transaction():
            reel = self._there(reel_id)
            if reel.archived_at is None:
                return reel
            self._store.timeline.add(reel_id, now, "restored")
            return self._store.reels.save(reel, archived_at=None, updated_at=now)

    def delete(self, reel_id: int, *, at_heygen: bool = True) -> Reel:
        """Delete a reel: it leaves every list at once, and a worker takes away its files, its words and its video.

        HeyGen cannot cancel: what it is rendering it renders to the end, and it is paid. A row remains, so that news
        of the video still finds it and nothing is sent or paid again. Twice is the same as once. Raises UnknownReel.
        """
        now = utcnow()
        with self._store.transaction():
            reel = self._store.reels.get(reel_id)
            if reel.deleted_at is not None:
                return reel
            self._store.timeline.add(reel_id, now, DELETED, at_heygen=at_heygen, status=str(reel.status))
            self._store.removals.ask(reel_id, now, at_heygen=at_heygen)
            gone = {"deleted_at": now, "updated_at": now, "send_after": None, "campaign_id": None}
            unsent = reel.status is ReelStatus.PENDING and reel.send_state in NEVER_SENT
            return self._store.reels.save(reel, **gone | (ended(now) if unsent else {}))

    def _there(self, reel_id: int) -> Reel:
        reel = self._store.reels.get(reel_id)
        if reel.deleted_at is not None:
            raise UnknownReel("Reel {id} was deleted.", id=reel_id)
        return reel


def ended(now: datetime) -> dict[str, Any]:
    """Return the changes that end a deleted reel which HeyGen does not have."""
    return {
        "status": ReelStatus.FAILED,
        "send_state": SendState.QUEUED,
        "send_after": None,
        "failure_code": DELETED,
        "failure_message": None,
        "detected_at": now,
    }
