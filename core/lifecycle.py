"""Decide what an observation does to a reel: pure. A terminal state never moves back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from core.models import Channel, Observation, Reel, ReelStatus, RemoteStatus

ANOMALY_BACKOFF_S: Final = 5.0
ANOMALY_BACKOFF_CAP_S: Final = 3600.0


class Effect(StrEnum):
    """Name what an observation means for a reel."""

    FINISHED = "finished"
    RUNNING = "running"
    SAME = "same"
    CONTRADICTION = "contradiction"
    ANOMALY = "anomaly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """Hold the fields of a reel to change and the timeline entries to write."""

    effect: Effect
    changes: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[tuple[str, Mapping[str, Any]], ...] = ()


def decide(reel: Reel, observation: Observation) -> Transition:
    """Return what an observation of the reel's own video changes."""
    status = observation.video.status
    if status is RemoteStatus.COMPLETED:
        return _completed(reel, observation)
    if status is RemoteStatus.FAILED:
        return _failed(reel, observation)
    if status is RemoteStatus.RUNNING:
        return _running(reel, observation)
    return _anomaly(reel, observation, observation.video.raw_status)


def _completed(reel: Reel, seen: Observation) -> Transition:
    if reel.status is ReelStatus.FAILED and seen.channel is not Channel.MANUAL:
        return _contradiction(reel, seen)  # a person who asks HeyGen, and only that, may find a failed reel completed
    if not seen.video.video_url:
        return _anomaly(reel, seen, "completed without a video_url")
    links = {
        "video_url": seen.video.video_url,
        "captioned_video_url": seen.video.captioned_video_url,
        "thumbnail_url": seen.video.thumbnail_url,
        "subtitle_url": seen.video.subtitle_url,
        "duration_s": seen.video.duration_s,
    }
    if reel.status is ReelStatus.COMPLETED:
        return Transition(effect=Effect.SAME, changes=links)
    return _finish(reel, seen, ReelStatus.COMPLETED, links)


def _failed(reel: Reel, seen: Observation) -> Transition:
    if reel.status is ReelStatus.COMPLETED:
        return _contradiction(reel, seen)
    if reel.status is ReelStatus.FAILED:
        return Transition(effect=Effect.SAME)
    reason = {"failure_code": seen.video.failure_code, "failure_message": seen.video.failure_message}
    return _finish(reel, seen, ReelStatus.FAILED, reason)


def _finish(reel: Reel, seen: Observation, status: ReelStatus, fields: Mapping[str, Any]) -> Transition:
    cleared = {"failure_code": None, "failure_message": None, "failure_param": None}
    changes = {
        **cleared,
        **fields,
        "status": status,
        "remote_status": seen.video.raw_status,
        "detected_by": seen.channel,
        "detected_at": seen.at,
        "completed_at": seen.video.completed_at or (seen.at if status is ReelStatus.COMPLETED else None),
        "request_id": seen.video.request_id or reel.request_id,
        "check_after": None,
    }
    detail = {
        "channel": str(seen.channel),
        "reason": seen.reason,
        "remote_status": seen.video.raw_status,
        "completed_at": seen.video.completed_at.isoformat() if seen.video.completed_at else None,
        "failure_code": seen.video.failure_code if status is ReelStatus.FAILED else None,
        "failure_message": seen.video.failure_message if status is ReelStatus.FAILED else None,
        "request_id": seen.video.request_id,
    }
    entries: list[tuple[str, Mapping[str, Any]]] = [(str(status), detail)]
    if status is ReelStatus.COMPLETED and seen.video.failure_code:
        odd = {
            "channel": str(seen.channel),
            "what": "completed_with_error",
            "failure_code": seen.video.failure_code,
        }
        entries.append(("anomaly", odd))
    return Transition(effect=Effect.FINISHED, changes=changes, entries=tuple(entries))


def _running(reel: Reel, seen: Observation) -> Transition:
    if reel.status in {ReelStatus.COMPLETED, ReelStatus.FAILED}:
        return _contradiction(reel, seen)
    if reel.remote_status == seen.video.raw_status:
        return Transition(effect=Effect.RUNNING, changes={"anomalies": 0, "check_after": None})
    detail = {"channel": str(seen.channel), "reason": seen.reason, "remote_status": seen.video.raw_status}
    changes = {"remote_status": seen.video.raw_status, "anomalies": 0, "check_after": None}
    return Transition(effect=Effect.RUNNING, changes=changes, entries=(("check", detail),))


def _contradiction(reel: Reel, seen: Observation) -> Transition:
    if reel.remote_status == f"!{seen.video.raw_status}":
        return Transition(effect=Effect.CONTRADICTION)
    detail = {
        "channel": str(seen.channel),
        "what": "contradiction",
        "remote_status": seen.video.raw_status,
        "kept": str(reel.status),
    }
    return Transition(
        effect=Effect.CONTRADICTION,
        changes={"remote_status": f"!{seen.video.raw_status}"},
        entries=(("anomaly", detail),),
    )


def _anomaly(reel: Reel, seen: Observation, what: str) -> Transition:
    """Count an answer that tells nothing of the reel's end; look again later and later, never for ever."""
    if reel.status in {ReelStatus.COMPLETED, ReelStatus.FAILED}:
        return _contradiction(reel, seen)
    count = reel.anomalies + 1
    wait_s = min(ANOMALY_BACKOFF_S * 2 ** min(count - 1, 20), ANOMALY_BACKOFF_CAP_S)
    again_at = seen.at + timedelta(seconds=wait_s)
    changes = {
        "anomalies": count,
        "check_after": min(again_at, reel.deadline_at) if reel.deadline_at else again_at,
        "remote_status": seen.video.raw_status,
    }
    detail = {"channel": str(seen.channel), "reason": seen.reason, "what": what, "count": count}
    return Transition(effect=Effect.ANOMALY, changes=changes, entries=(("anomaly", detail),))
