"""Faults that change what an event says of its video, in deliveries and in the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fake_heygen.fate import at_point
from fake_heygen.faults import Point
from fake_heygen.vocabulary import Effect

Payload = dict[str, Any]
METADATA_URL = "http://169.254.169.254/latest/meta-data/iam/security-credentials/"


def told_payload(payload: Payload, effects: Iterable[Effect]) -> Payload:
    """Return the event_data that is sent."""
    for effect in at_point(effects, Point.PAYLOAD):
        payload = HOOKS[effect.name](payload, effect)
    return payload


def without_url(payload: Payload, _effect: Effect) -> Payload:
    """Leave the link out."""
    return {key: value for key, value in payload.items() if key != "url"}


def with_inner_url(payload: Payload, _effect: Effect) -> Payload:
    """Let the link lead to where only servers can go."""
    return payload | {"url": METADATA_URL} if "url" in payload else payload


def with_less_reason(payload: Payload, effect: Effect) -> Payload:
    """Leave out of a failure's reason what is not told."""
    return payload | {"msg": None} if "msg" in payload and effect.word != "message" else payload


HOOKS: dict[str, Callable[[Payload, Effect], Payload]] = {
    "url=missing": without_url,
    "url=never": without_url,
    "url=ssrf": with_inner_url,
    "reason=none": with_less_reason,
    "reason=code": with_less_reason,
    "reason=message": with_less_reason,
}
