"""Faults that change what a delivery says and how it is signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fake_heygen.fate import Fate
from fake_heygen.faults import Point
from fake_heygen.vocabulary import Effect

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How a delivery to a registered endpoint is signed: with which secret, in which headers."""

    key: str = "current"
    headers: str = "both"


def told_payload(payload: Payload, fate: Fate) -> Payload:
    """Return the event_data that is sent."""
    for effect in fate.at(Point.PAYLOAD):
        payload = PAYLOAD_HOOKS[effect.name](payload)
    return payload


def choose_signing(fate: Fate, headers: str) -> Signing:
    """Return how the deliveries of a fate are signed."""
    signing = Signing(headers=headers)
    for effect in fate.at(Point.SIGN):
        signing = SIGN_HOOKS[effect.name](signing, effect)
    return signing


def without_url(payload: Payload) -> Payload:
    """Leave the link out."""
    return {key: value for key, value in payload.items() if key != "url"}


def with_key(signing: Signing, effect: Effect) -> Signing:
    """Sign with another secret, or not at all."""
    return replace(signing, key=effect.word)


def in_headers(signing: Signing, effect: Effect) -> Signing:
    """Write the signature into other headers."""
    return replace(signing, headers=effect.word)


PAYLOAD_HOOKS: dict[str, Callable[[Payload], Payload]] = {"url=missing": without_url}
SIGN_HOOKS: dict[str, Callable[[Signing, Effect], Signing]] = {
    "sign=bad": with_key,
    "sign=none": with_key,
    "sign=old": with_key,
    "header=plain": in_headers,
    "header=v3": in_headers,
    "header=both": in_headers,
}
