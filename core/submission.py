"""Hand reels to HeyGen: stored first, claimed under a lease, sent with a key that makes sending twice harmless."""

from __future__ import annotations

import hashlib
import logging
import random
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from os import getpid
from typing import Any, Final

from core.accounts import fact
from core.clock import utcnow
from core.config import Settings
from core.errors import HeyGenError, HeyGenRefused
from core.gate import Gate, Outcome, judge
from core.heygen import HeyGenClient
from core.models import ProcessingMode, Reel, ReelStatus, RemoteStatus, RemoteVideo, SendState, new_key
from core.schedule import backoff_s
from core.store import Store

logger = logging.getLogger(__name__)

LISTED_SINCE: Final = timedelta(minutes=5)  # before a sending, for HeyGen's clock may be behind ours
LEASE_S: Final = 150.0  # longer than the slowest answer that is waited for (120 s)
KEY_LIFE_S: Final = 23.5 * 3600  # HeyGen keeps a key 24 h; half an hour less, so that clocks may differ
FORGOTTEN_AFTER: Final = 3.0
GATE: Final = "gate"


class Submission:
    """Feed one account of HeyGen from the queue in the store; safe to run in several processes at once."""

    def __init__(
        self,
        store: Store,
        client: HeyGenClient,
        settings: Settings,
        webhook_base_url: str | None,
        fallback_after_s: Callable[[], float],
        jitter: Callable[[], float] = random.random,
        *,
        account: str = "",
        max_concurrent: int | None = None,
    ) -> None:
        self._store = store
        self._client = client
        self._settings = settings
        self._webhook_base_url = webhook_base_url
        self._fallback_after_s = fallback_after_s
        self._jitter = jitter
        self._account = account
        self._max_concurrent = max_concurrent or settings.max_concurrent
        self._gate = fact(GATE, account)
        self._owner = f"{socket.gethostname()}-{getpid()}-{secrets.token_hex(4)}"

    def gate(self) -> Gate:
        """Return the state of the queue."""
        return Gate.from_json(self._store.facts.get(self._gate))

    def keep_gate(self, gate: Gate, now: datetime) -> None:
        """Write down how the queue stands, where that has changed."""
        if gate != self.gate():
            self._store.facts.put(self._gate, None if gate.state == "open" else gate.to_json(), now)

    def open_gate(self, now: datetime) -> None:
        """Let the queue feed HeyGen again, at once."""
        self._store.facts.put(self._gate, None, now)

    def claim(self, now: datetime, limit: int, only: int | None = None) -> list[Reel]:
        """Lease at most `limit` reels that may be sent now."""
        if not self.gate().lets_through(now) or not self._store.reels.may_send(now, self._account):
            return []
        forgotten = now - timedelta(seconds=FORGOTTEN_AFTER * self._fallback_after_s())
        return self._store.reels.claim(
            account=self._account,
            owner=self._owner,
            now=now,
            lease_s=LEASE_S,
            room=self._max_concurrent,
            forgotten=forgotten,
            limit=limit,
            only=only,
        )

    def send(self, reel: Reel) -> Reel:
        """Send one claimed reel and write down what came of it; never raises what HeyGen can cause."""
        if reel.first_sent_at and (utcnow() - reel.first_sent_at).total_seconds() > KEY_LIFE_S:
            return self._search(reel)
        try:
            ready = self._with_avatar(reel)
            body = self._announce(ready)
            video_id, request_id = self._client.start_video(body, ready.idempotency_key)
        except HeyGenError as error:
            return self._not_accepted(reel, error, utcnow())
        return self._accepted(reel, video_id, utcnow(), request_id=request_id)

    def _with_avatar(self, reel: Reel) -> Reel:
        """Choose an avatar where none was named, before anything is sent, so that every sending is the same.

        Where HeyGen has no list of avatars, the reel is sent without one, and HeyGen says what is missing.
        """
        if reel.avatar_id:
            return reel
        try:
            looks = self._client.looks()
        except HeyGenRefused as error:
            if error.status != 404:
                raise
            looks = [{}]
        if not looks:
            raise HeyGenRefused(404, "avatar_not_found", "the account has no avatar that could be used")
        look = looks[0]
        voice_id = reel.voice_id or str(look.get("default_voice_id") or "")
        return self._store.reels.save(reel, avatar_id=str(look.get("id") or ""), voice_id=voice_id)

    def _announce(self, reel: Reel) -> dict[str, Any]:
        """Write down that the reel is being sent, and return the body to send."""
        with self._store.transaction():
            body: dict[str, Any] = {
                "type": "avatar",
                "avatar_id": reel.avatar_id,
                "voice_id": reel.voice_id,
                "script": reel.script,
                "title": reel.title,
                "aspect_ratio": reel.aspect_ratio,
                "caption": {"file_format": "srt"},
                **reel.options,
                "callback_id": reel.idempotency_key,
                "callback_url": self._callback_url(reel),
            }
            body = {key: value for key, value in body.items() if value not in (None, "")}
            sent = {"attempt": reel.attempt, "sending": reel.sends, "key": reel.idempotency_key}
            self._note(reel, utcnow(), "sending", **sent, body=_without_words(body))
        return body

    def _callback_url(self, reel: Reel) -> str | None:
        """Make a token for this sending and return the address that carries it; only its hash is stored."""
        base = self._webhook_base_url
        if reel.mode is ProcessingMode.POLLING or base is None or reel.id is None:
            logger.info("Modo polling: usar check_video_status() para monitorear progreso", extra={"reel_id": reel.id})
            return None
        token = secrets.token_urlsafe(32)
        self._store.reels.add_token(reel.id, hashlib.sha256(token.encode()).digest())
        address = f"{base.rstrip('/')}/webhooks/heygen/reel/{reel.id}"
        logger.info("Webhook configurado: %s/***", address, extra={"reel_id": reel.id})
        return f"{address}/{token}"

    def adopt(self, reel: Reel, video: RemoteVideo, now: datetime) -> bool:
        """Bind a video that HeyGen told of under the reel's own key; tell whether it is the reel's by now."""
        if video.status is RemoteStatus.MISSING or (video.title or "") != reel.title:
            return False
        with self._store.transaction():
            if self._is_taken(video):
                return False
            return self._accepted(reel, video.video_id, now, how="told_by_webhook").video_id == video.video_id

    def _accepted(
        self, claimed: Reel, video_id: str, now: datetime, how: str | None = None, request_id: str | None = None
    ) -> Reel:
        """Bind the video; right whoever holds the lease by now, for the key stands for one video."""
        assert claimed.id is not None  # noqa: S101  # only stored reels are claimed
        with self._store.transaction():
            reel = self._store.reels.get(claimed.id)
            if reel.idempotency_key != claimed.idempotency_key or reel.status is not ReelStatus.PENDING:
                return reel
            other = self._store.reels.by_video(video_id)
            if other is not None:
                return self._doubt(reel, now, f"HeyGen gave video {video_id}, which is reel {other.id}'s")
            if self._store.facts.get(self._gate) is not None:
                self.open_gate(now)
            self._store.timeline.add(claimed.id, now, "processing", video_id=video_id, how=how, request_id=request_id)
            return self._store.reels.save(
                reel,
                status=ReelStatus.PROCESSING,
                send_state=SendState.SENT,
                send_after=None,
                video_id=video_id,
                submitted_at=now,
                deadline_at=now + timedelta(seconds=self._settings.deadline_s),
                failure_code=None,
                failure_message=None,
                failure_param=None,
                updated_at=now,
            )

    def _not_accepted(self, claimed: Reel, error: HeyGenError, now: datetime) -> Reel:
        assert claimed.id is not None  # noqa: S101  # only stored reels are claimed
        with self._store.transaction():
            reel = self._store.reels.get(claimed.id)
            if reel.lease_epoch != claimed.lease_epoch or reel.status is not ReelStatus.PENDING:
                return reel  # the lease ran out and another worker has taken over
            outcome = judge(error)
            gate = self.gate()
            changed = gate.after(error, now, self._jitter())
            if changed != gate:
                self._store.facts.put(self._gate, changed.to_json(), now)
            if outcome is Outcome.FINAL and isinstance(error, HeyGenRefused):
                return self._refused(reel, error, now)
            if outcome is Outcome.UNKNOWN:
                return self._unknown(reel, error, now)
            return self._requeued(reel, error, changed, now)

    def _refused(self, reel: Reel, error: HeyGenRefused, now: datetime) -> Reel:
        reason = {
            "failure_code": error.code,
            "failure_message": error.text,
            "failure_param": error.param,
            "request_id": error.request_id,
        }
        self._note(reel, now, "failed", http_status=error.status, channel="submit", **reason)
        changes = {
            "status": ReelStatus.FAILED,
            "send_state": SendState.QUEUED,
            "send_after": None,
            "detected_at": now,
        }
        return self._store.reels.save(reel, **changes, **reason, updated_at=now)

    def _unknown(self, reel: Reel, error: HeyGenError, now: datetime) -> Reel:
        wait_s = error.retry_after_s if error.retry_after_s is not None else backoff_s(reel.sends, self._jitter())
        self._note(reel, now, "send_unknown", error=str(error), again_in_s=round(wait_s, 1))
        return self._store.reels.save(
            reel,
            send_state=SendState.UNKNOWN,
            unsure=True,
            send_after=now + timedelta(seconds=wait_s),
            failure_message=error.message.format(**error.values),
            updated_at=now,
        )

    def _requeued(self, reel: Reel, error: HeyGenError, gate: Gate, now: datetime) -> Reel:
        """Put back a reel that this sending surely did not hand over.

        HeyGen may replay an error for a key, so a clear refusal gets a new one; not so while an earlier sending of the
        same key is in doubt, for that one may have been paid for.
        """
        refused = error if isinstance(error, HeyGenRefused) else None
        code = refused.code if refused else "unreachable"
        kind = "queue_stopped" if gate.state == "stopped" else "queue_paused"
        self._note(reel, now, kind, code=code, error=str(error), until=gate.until and gate.until.isoformat())
        changes: dict[str, Any] = {"send_state": SendState.UNKNOWN if reel.unsure else SendState.QUEUED}
        if not reel.unsure:
            changes["first_sent_at"] = None
            changes["idempotency_key"] = new_key() if refused else reel.idempotency_key
        return self._store.reels.save(
            reel,
            **changes,
            send_after=now,
            failure_code=code,
            failure_message=refused.text if refused else str(error),
            request_id=refused.request_id if refused else None,
            updated_at=now,
        )

    def _search(self, reel: Reel) -> Reel:
        """Look for the video of a key that HeyGen has forgotten, before anything is paid for again."""
        try:
            mine, is_whole = self._candidates(reel)
        except HeyGenError as error:
            with self._store.transaction():
                return self._unknown(self._store.reels.get(reel.id or 0), error, utcnow())
        now = utcnow()
        if self._is_surely(reel, mine):
            return self._accepted(reel, mine[0].video_id, now, how="found_in_list")
        with self._store.transaction():
            stored = self._store.reels.get(reel.id or 0)
            if stored.lease_epoch != reel.lease_epoch or stored.status is not ReelStatus.PENDING:
                return stored  # the lease ran out and another worker has taken over
            if mine:
                return self._doubt(reel, now, f"{len(mine)} videos at HeyGen could be this reel's")
            if not is_whole:
                return self._doubt(reel, now, "HeyGen lists too many videos to look for this reel's among them")
            self._note(reel, now, "note", what="not_found_in_list")
            changes = {"send_state": SendState.QUEUED, "idempotency_key": new_key(), "first_sent_at": None}
            return self._store.reels.save(reel, **changes, unsure=False, send_after=now, updated_at=now)

    def find(self, reel: Reel) -> Reel:
        """Look, without sending, for the video of a reel whose sending has an unknown outcome, and bind it if found.

        Raises HeyGenError.
        """
        mine, _ = self._candidates(reel)
        if not self._is_surely(reel, mine):
            return reel
        return self._accepted(reel, mine[0].video_id, utcnow(), how="found_in_list")

    def _is_surely(self, reel: Reel, mine: Sequence[RemoteVideo]) -> bool:
        """Tell whether there is one video that could be the reel's, and no other reel that it could be."""
        return (
            len(mine) == 1 and bool(reel.title) and mine[0].title == reel.title and not self._store.reels.rivals(reel)
        )

    def _candidates(self, reel: Reel) -> tuple[list[RemoteVideo], bool]:
        """Return HeyGen's videos that could be this reel's, and whether the list that they stand in was whole.

        They are of its title, of its time, and nobody else's. What HeyGen calls a video that was sent without a title
        is HeyGen's own choice.
        """
        assert reel.first_sent_at is not None  # noqa: S101  # that is what made the key old
        since = reel.first_sent_at - LISTED_SINCE
        listed, is_whole = self._client.videos_since(since, reel.title or None)
        mine = [
            video
            for video in listed
            if (video.created_at is None or video.created_at >= since)
            and (not reel.title or video.title is None or _words(video.title) == _words(reel.title))
            and not self._is_taken(video)
        ]
        return mine, is_whole

    def _is_taken(self, video: RemoteVideo) -> bool:
        reels = self._store.reels
        return reels.by_video(video.video_id) is not None or reels.by_past_video(video.video_id) is not None

    def _doubt(self, reel: Reel, now: datetime, why: str) -> Reel:
        self._note(reel, now, "doubt", why=why)
        return self._store.reels.save(
            reel, send_state=SendState.DOUBT, send_after=None, failure_message=why, updated_at=now
        )

    def _note(self, reel: Reel, now: datetime, kind: str, **detail: object) -> None:
        assert reel.id is not None  # noqa: S101  # only stored reels are claimed
        self._store.timeline.add(reel.id, now, kind, **detail)


def _words(title: str) -> list[str]:
    """Return a title in a form that survives what a host may do to spaces and case."""
    return title.casefold().split()


def _without_words(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is worth keeping of a body: the words stand in the reel's row, and a token is a secret."""
    kept = {key: value for key, value in body.items() if key not in {"title", "script", "callback_url"}}
    address = body.get("callback_url")
    return kept | ({"callback_url": address.rpartition("/")[0] + "/***"} if address else {})


def fresh_attempt(reel: Reel, now: datetime) -> Mapping[str, Any]:
    """Return the changes that start a new attempt: a new key, and nothing left of the old one's outcome."""
    blank = Reel(script=reel.script)
    kept = (
        "first_sent_at",
        "unsure",
        "video_id",
        "video_url",
        "captioned_video_url",
        "thumbnail_url",
        "subtitle_url",
    )
    cleared = ("duration_s", "failure_code", "failure_message", "failure_param", "request_id", "detected_by")
    times = (
        "submitted_at",
        "completed_at",
        "detected_at",
        "deadline_at",
        "remote_status",
        "check_after",
        "fallback_at",
    )
    return {name: getattr(blank, name) for name in (*kept, *cleared, *times)} | {
        "status": ReelStatus.PENDING,
        "send_state": SendState.QUEUED,
        "attempt": reel.attempt + 1,
        "idempotency_key": new_key(),
        "send_after": now,
        "sends": 0,
        "anomalies": 0,
        "updated_at": now,
    }
