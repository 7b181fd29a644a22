"""Read HeyGen's JSON once: tolerant of extra keys and older names, loud on missing ones."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from core.errors import BadAnswer
from core.models import Account, RemoteStatus, RemoteVideo

JsonObject = Mapping[str, Any]

_STATUSES: Final[Mapping[str, RemoteStatus]] = {
    "queued": RemoteStatus.RUNNING,
    "waiting": RemoteStatus.RUNNING,
    "pending": RemoteStatus.RUNNING,
    "processing": RemoteStatus.RUNNING,
    "completed": RemoteStatus.COMPLETED,
    "failed": RemoteStatus.FAILED,
    "not_found": RemoteStatus.MISSING,
}


def text(data: JsonObject, *names: str) -> str:
    """Return the first of these fields that is a text; raises BadAnswer when none is."""
    found = maybe_text(data, *names)
    if found is None:
        raise BadAnswer("HeyGen's answer lacks {name}; it is asked again.", name=names[0])
    return found


def maybe_text(data: JsonObject, *names: str) -> str | None:
    """Return the first of these fields that is a text of at least one character, else None."""
    for name in names:
        value = data.get(name)
        if isinstance(value, str) and value:
            return clean(value)
    return None


def clean(value: str) -> str:
    """Return a text that can be stored: half an emoji (a lone surrogate) becomes a question mark."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _number(data: JsonObject, name: str) -> float | None:
    value = data.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _unix_time(data: JsonObject, name: str) -> datetime | None:
    value = _number(data, name)
    try:
        return None if value is None else datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _failure(data: JsonObject) -> tuple[str | None, str | None]:
    """Return (code, message), from failure_code and failure_message or from an `error` of either shape."""
    error = data.get("error")
    nested = error if isinstance(error, Mapping) else {}
    message = maybe_text(data, "failure_message", "msg", "message") or maybe_text(nested, "message", "detail")
    if message is None and isinstance(error, str) and error:
        message = error
    return maybe_text(data, "failure_code") or maybe_text(nested, "code"), message


def video(data: JsonObject, request_id: str | None = None) -> RemoteVideo:
    """Read a video of GET /v3/videos/{id}; raises BadAnswer without id or status."""
    raw = text(data, "status")
    code, message = _failure(data)
    return RemoteVideo(
        video_id=text(data, "id", "video_id"),
        status=_STATUSES.get(raw, RemoteStatus.UNKNOWN),
        raw_status=raw,
        title=maybe_text(data, "title"),
        video_url=maybe_text(data, "video_url", "url"),
        captioned_video_url=maybe_text(data, "captioned_video_url"),
        thumbnail_url=maybe_text(data, "thumbnail_url"),
        subtitle_url=maybe_text(data, "subtitle_url"),
        duration_s=_number(data, "duration"),
        created_at=_unix_time(data, "created_at"),
        completed_at=_unix_time(data, "completed_at"),
        failure_code=code,
        failure_message=message,
        request_id=request_id,
    )


def status_row(data: JsonObject) -> RemoteVideo:
    """Read one row of the bulk statuses; raises BadAnswer without id or status."""
    return video({**data, "id": text(data, "video_id", "id")})


def account(data: JsonObject) -> Account:
    """Read users/me."""
    wallet = data.get("wallet")
    purse = wallet if isinstance(wallet, Mapping) else {}
    return Account(
        name=maybe_text(data, "username", "email") or "",
        billing_type=maybe_text(data, "billing_type") or "",
        balance=_number(purse, "remaining_balance"),
        currency=maybe_text(purse, "currency"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """Hold what a webhook body says; only `event_type` is certain."""

    event_type: str
    event_id: str | None
    video_id: str | None
    callback_id: str | None


def webhook_event(body: bytes) -> WebhookEvent:
    """Read a webhook body of any documented shape; raises ValueError for anything but an object with an event type."""
    data, kind = _typed(body)
    details: JsonObject = next((data[name] for name in ("event_data", "data") if isinstance(data.get(name), dict)), {})
    return WebhookEvent(
        event_type=kind,
        event_id=maybe_text(data, "event_id"),
        video_id=maybe_text(details, "video_id", "id"),
        callback_id=maybe_text(details, "callback_id"),
    )


def event_type(body: bytes) -> str:
    """Return what kind of event a webhook body tells of; raises ValueError as `webhook_event` does."""
    return _typed(body)[1]


def _typed(body: bytes) -> tuple[dict[str, Any], str]:
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("not JSON") from error
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")  # one kind of error for a body that cannot be read
    kind = maybe_text(data, "event_type", "event")
    if kind is None or len(kind) > 200:
        raise ValueError("no event type")
    return data, kind
