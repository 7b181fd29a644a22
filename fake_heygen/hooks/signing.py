"""Faults that change how a delivery to a registered endpoint is signed, and in which headers."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from fake_heygen.fate import at_point
from fake_heygen.faults import Point
from fake_heygen.vocabulary import Effect

A_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How a delivery is signed: with which secret, over which bytes, written how, in which headers."""

    key: str = "current"
    headers: str = "both"
    form: str = ""
    reserialised: bool = False
    age_s: float = 0.0


def choose_signing(effects: Iterable[Effect], headers: str) -> Signing:
    """Return how a delivery with these faults is signed."""
    signing = Signing(headers=headers)
    for effect in at_point(effects, Point.SIGN):
        signing = HOOKS[effect.name](signing, effect)
    return signing


def signature_values(form: str, digest: str) -> list[bytes]:
    """Return the values of the signature header, one a line, in a form."""
    return FORMS[form](digest) if form else [digest.encode()]


def with_key(signing: Signing, effect: Effect) -> Signing:
    """Sign with another secret, or not at all."""
    return replace(signing, key=effect.word)


def over_other_bytes(signing: Signing, _effect: Effect) -> Signing:
    """Sign the same JSON written differently."""
    return replace(signing, reserialised=True)


def in_form(signing: Signing, effect: Effect) -> Signing:
    """Write the signature in another form."""
    return replace(signing, form=effect.word)


def in_headers(signing: Signing, effect: Effect) -> Signing:
    """Write the signature into other headers."""
    return replace(signing, headers=effect.word)


def stale(signing: Signing, _effect: Effect) -> Signing:
    """Write yesterday's timestamp."""
    return replace(signing, age_s=A_DAY_S)


def _one_digit_off(digest: str) -> list[bytes]:
    return [digest[:-1].encode() + (b"1" if digest.endswith("0") else b"0")]


FORMS: dict[str, Callable[[str], list[bytes]]] = {
    "bad": _one_digit_off,
    "empty": lambda _digest: [b""],
    "short": lambda digest: [digest[:20].encode()],
    "long": lambda digest: [(digest * 94)[:6000].encode()],
    "nothex": lambda _digest: [b"this is not a signature, it only stands where one should"],
    "binary": lambda digest: [b"\xe9\xff\xa0" + digest.encode()[3:]],
    "base64": lambda digest: [base64.b64encode(bytes.fromhex(digest))],
    "prefixed": lambda digest: [b"sha256=" + digest.encode()],
    "upper": lambda digest: [digest.upper().encode()],
    "twice": lambda digest: [*_one_digit_off(digest), digest.encode()],
}
HOOKS: dict[str, Callable[[Signing, Effect], Signing]] = {
    "sign=none": with_key,
    "sign=wrong": with_key,
    "sign=old": with_key,
    "sign=reserialised": over_other_bytes,
    **{f"sign={form}": in_form for form in FORMS},
    "header=plain": in_headers,
    "header=v3": in_headers,
    "header=both": in_headers,
    "header=bare": in_headers,
    "header=stale": stale,
}
