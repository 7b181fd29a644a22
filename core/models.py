"""Define the values that pass between the rooms: reels, observations, deliveries."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Final


class ReelStatus(StrEnum):
    """Name the state of a reel as everybody outside sees it."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"

    @property
    def is_terminal(self) -> bool:
        """Tell whether the reel has come to rest (a timed-out one still completes if news comes)."""
        return self in {ReelStatus.COMPLETED, ReelStatus.FAILED, ReelStatus.TIMED_OUT}


class ProcessingMode(StrEnum):
    """Name the way in which news of a reel is to arrive."""

    WEBHOOK = "webhook"
    POLLING = "polling"
    HYBRID = "hybrid"


class Channel(StrEnum):
    """Name the way in which news of a reel did arrive."""

    WEBHOOK = "webhook"
    POLL = "poll"
    MANUAL = "manual"
    RECOVERY = "recovery"


class SendState(StrEnum):
    """Say how far the current attempt to hand a reel to HeyGen has come.

    QUEUED: not sent, or surely refused. SENDING: a worker holds the lease. UNKNOWN: sent, answer not known, so the
    same key is sent again. DOUBT: the key is too old to be sent again and a person must decide. SENT: HeyGen has it.
    """

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DOUBT = "doubt"
    SENT = "sent"


class Shelf(IntEnum):
    """Say where a reel stands: in the list, put away, or deleted (a row remains, its content is wiped)."""

    LISTED = 0
    ARCHIVED = 1
    DELETED = 2


class RemoteStatus(StrEnum):
    """Sort HeyGen's many status words into what they mean for a reel."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """Say what became of a delivery."""

    WAITING = "waiting"
    APPLIED = "applied"
    DUPLICATE = "duplicate"
    EARLY = "early"
    UNCONFIRMED = "unconfirmed"
    CONTRADICTION = "contradiction"
    UNKNOWN_EVENT = "unknown_event"
    UNKNOWN_REEL = "unknown_reel"
    OTHER_VIDEO = "other_video"
    POISON = "poison"


def new_key() -> str:
    """Return a fresh idempotency key (1..255 of A-Za-z0-9_-:. are allowed by HeyGen)."""
    return f"reel-{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reel:
    """Hold one reel: what was asked for, how far it is, and what HeyGen said.

    One that is not stored yet has no `id`; its `idempotency_key` identifies it, so that storing it twice stores it
    once. `options` go to HeyGen as they are (`resolution`, `caption`, `background`, `voice_settings`, `fit`).
    `account` names the HeyGen account that makes it, empty for the one of HEYGEN_API_KEY.
    `unsure` is true when some sending of the present key has an unknown outcome: the key must not be changed then.
    Times are aware UTC; `completed_at` is HeyGen's, every other time is ours.
    """

    script: str
    title: str = ""
    avatar_id: str = ""
    voice_id: str = ""
    aspect_ratio: str = "9:16"
    options: Mapping[str, Any] = field(default_factory=dict)
    mode: ProcessingMode | None = None
    requested_mode: ProcessingMode | None = None
    idempotency_key: str = field(default_factory=new_key)
    id: int | None = None
    status: ReelStatus = ReelStatus.PENDING
    attempt: int = 1
    send_state: SendState = SendState.QUEUED
    send_after: datetime | None = None
    sends: int = 0
    first_sent_at: datetime | None = None
    unsure: bool = False
    lease_epoch: int = 0
    video_id: str | None = None
    video_url: str | None = None
    captioned_video_url: str | None = None
    thumbnail_url: str | None = None
    subtitle_url: str | None = None
    duration_s: float | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    failure_param: str | None = None
    request_id: str | None = None
    detected_by: Channel | None = None
    created_at: datetime | None = None
    submitted_at: datetime | None = None
    completed_at: datetime | None = None
    detected_at: datetime | None = None
    deadline_at: datetime | None = None
    remote_status: str | None = None
    checks: int = 0
    last_checked_at: datetime | None = None
    check_after: datetime | None = None
    anomalies: int = 0
    fallback_at: datetime | None = None
    updated_at: datetime | None = None
    campaign_id: int | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None
    account: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether something is still to come for this reel."""
        return not self.status.is_terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """Hold one thing that happened to a reel: when, what kind, and the details as plain JSON values."""

    at: datetime
    kind: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteVideo:
    """Hold what HeyGen says of a video (GET /v3/videos/{id}, or one row of the bulk statuses)."""

    video_id: str
    status: RemoteStatus
    raw_status: str
    title: str | None = None
    video_url: str | None = None
    captioned_video_url: str | None = None
    thumbnail_url: str | None = None
    subtitle_url: str | None = None
    duration_s: float | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Hold who the key belongs to and what the wallet has left."""

    name: str
    billing_type: str
    balance: float | None
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Hold one piece of news of a reel's video, whichever way it came; `at` is when we learned it.

    `reason` says in a word why we looked (`fallback`, `deadline`, `breaker_open`, …).
    """

    video: RemoteVideo
    channel: Channel
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """Hold an authenticated webhook request before it is stored; `body` is as it came."""

    received_at: datetime
    reel_id: int | None
    auth: str
    event_type: str
    body: bytes
    headers: Mapping[str, str]


SIGNED: Final = "signature"


def signed_by(account: str) -> str:
    """Return the proof of a delivery that the secret of an account has signed."""
    return f"{SIGNED}@{account}" if account else SIGNED


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Hold a stored webhook request and what became of it; `seen` counts identical ones.

    `auth` is what proves it: `token`, or `signature`, after which `@` and the name of the account that signed stand.
    `note` says in English why; `note_told` is its template and its values, where it was put together from such.
    """

    id: int
    received_at: datetime
    last_seen_at: datetime
    reel_id: int | None
    auth: str
    event_type: str
    event_id: str | None
    video_id: str | None
    body: bytes
    headers: Mapping[str, str]
    seen: int
    verdict: Verdict
    set_aside: bool
    attempts: int
    work_after: datetime | None
    worked_at: datetime | None
    note: str | None
    note_told: Sequence[Any] | None = None

    @property
    def proof(self) -> str:
        """Return `token` or `signature`."""
        return self.auth.partition("@")[0]

    @property
    def signer(self) -> str | None:
        """Return the name of the account that signed, None where a token is the proof."""
        return self.auth.partition("@")[2] if self.proof == SIGNED else None

    def speaks_for(self, account: str) -> bool:
        """Tell whether it may be believed about a reel of an account: a token may, a signature only of that account."""
        return self.signer in (None, account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Hold one end of a reel's attempt, to be told; a later one of the same reel has a greater id."""

    id: int
    reel_id: int
    title: str
    status: ReelStatus
    failure_code: str | None
    at: datetime
