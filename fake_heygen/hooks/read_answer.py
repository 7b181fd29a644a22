"""Faults that change what HeyGen answers when it is asked about a video."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fake_heygen.faults import Point
from fake_heygen.video import Video
from fake_heygen.vocabulary import Effect

View = dict[str, Any]
CREDIT_CODE = "MOVIO_PAYMENT_INSUFFICIENT_CREDIT"
CREDIT_MESSAGE = "Insufficient credit: the video carries a watermark"


def told_view(view: View, video: Video, now: float) -> View:
    """Return what GET /v3/videos/{id} says."""
    for effect in video.fate.at(Point.ANSWER_GET):
        view = GET_HOOKS[effect.name](view, effect, video, now)
    return view


def told_row(row: View, video: Video) -> View | None:
    """Return what the bulk status call says, None when it leaves the video out."""
    told: View | None = row
    for effect in video.fate.at(Point.ANSWER_STATUSES):
        told = STATUSES_HOOKS[effect.name](told, effect) if told is not None else None
    return told


def without_link_for_a_while(view: View, effect: Effect, video: Video, now: float) -> View:
    """Leave the link out for some time after the end."""
    return view if now >= video.ends_at + effect.seconds else _without_link(view)


def without_link(view: View, _effect: Effect, _video: Video, _now: float) -> View:
    """Leave the link out."""
    return _without_link(view)


def with_credit_error(view: View, _effect: Effect, _video: Video, _now: float) -> View:
    """Tell a completed video together with an error."""
    if view["status"] != "completed":
        return view
    return view | {"failure_code": CREDIT_CODE, "failure_message": CREDIT_MESSAGE}


def with_less_reason(view: View, effect: Effect, _video: Video, _now: float) -> View:
    """Leave out of a failure's reason what is not told."""
    if view["status"] != "failed":
        return view
    hidden = {"failure_code": None, "failure_message": None}
    return view | {key: None for key in hidden if not key.endswith(effect.word)}


def left_out(_row: View, _effect: Effect) -> View | None:
    """Leave the video out."""
    return None


def row_with_credit_error(row: View, _effect: Effect) -> View:
    """Tell a completed video together with an error."""
    if row["status"] != "completed":
        return row
    return row | {"error": {"code": CREDIT_CODE, "message": CREDIT_MESSAGE}}


def row_with_less_reason(row: View, effect: Effect) -> View:
    """Leave out of a failure's reason what is not told."""
    if not row["error"]:
        return row
    if effect.word == "none":
        return row | {"error": None}
    return row | {"error": {key: text if key == effect.word else None for key, text in row["error"].items()}}


def _without_link(view: View) -> View:
    return view | {"video_url": None, "captioned_video_url": None}


GET_HOOKS: dict[str, Callable[[View, Effect, Video, float], View]] = {
    "url=missing": without_link_for_a_while,
    "url=never": without_link,
    "outcome=credit": with_credit_error,
    "reason=none": with_less_reason,
    "reason=code": with_less_reason,
    "reason=message": with_less_reason,
}
STATUSES_HOOKS: dict[str, Callable[[View, Effect], View | None]] = {
    "statuses=partial": left_out,
    "outcome=credit": row_with_credit_error,
    "reason=none": row_with_less_reason,
    "reason=code": row_with_less_reason,
    "reason=message": row_with_less_reason,
}
