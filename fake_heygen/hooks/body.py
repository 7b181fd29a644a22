"""Faults that change the bytes of a delivery: broken, badly encoded, compressed, far too many."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache

from fake_heygen.fate import at_point
from fake_heygen.faults import Point
from fake_heygen.vocabulary import Effect

MIB = 1024 * 1024
DEPTH = 10_000
UNPACKED = 32 * MIB
NOTE = ',"note":"señal simulada"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The bytes of a delivery, and headers that they need."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def written(text: str, effects: Iterable[Effect]) -> Letter:
    """Return the bytes of a delivery with these faults."""
    letter = Letter(body=text.encode())
    for effect in at_point(effects, Point.BODY):
        letter = HOOKS[effect.name](letter, effect)
    return letter


def broken(letter: Letter, _effect: Effect) -> Letter:
    """Cut the JSON off."""
    return replace(letter, body=letter.body[: len(letter.body) // 2])


def empty(letter: Letter, _effect: Effect) -> Letter:
    """Say nothing."""
    return replace(letter, body=b"")


def listed(letter: Letter, _effect: Effect) -> Letter:
    """Put the event into a list."""
    return replace(letter, body=b"[" + letter.body + b"]")


def latin1(letter: Letter, _effect: Effect) -> Letter:
    """Write letters that are not UTF-8, and say that they are."""
    text = letter.body.decode("utf-8", "replace").removesuffix("}") + NOTE
    said = {"Content-Type": "application/json; charset=utf-8"}
    return Letter(body=text.encode("latin-1", "replace"), headers=letter.headers | said)


def utf16(letter: Letter, _effect: Effect) -> Letter:
    """Write two bytes a letter."""
    said = {"Content-Type": "application/json; charset=utf-16"}
    return Letter(body=letter.body.decode("utf-8", "replace").encode("utf-16"), headers=letter.headers | said)


def huge(letter: Letter, effect: Effect) -> Letter:
    """Pad the document."""
    return _with_field(letter, b'"padding":"' + b"x" * (effect.count * MIB) + b'"')


def deep(letter: Letter, _effect: Effect) -> Letter:
    """Nest a list deeper than parsers like."""
    return _with_field(letter, b'"nested":' + b"[" * DEPTH + b"]" * DEPTH)


def doubled(letter: Letter, _effect: Effect) -> Letter:
    """Say the type twice, first untruly."""
    return replace(letter, body=b'{"event_type":"avatar_video.fail",' + letter.body.removeprefix(b"{"))


def compressed(letter: Letter, _effect: Effect) -> Letter:
    """Compress the document."""
    return Letter(body=gzip.compress(letter.body, mtime=0), headers=letter.headers | {"Content-Encoding": "gzip"})


def bomb(letter: Letter, effect: Effect) -> Letter:
    """Compress the document with a great deal of nothing behind it."""
    packed = compressed(letter, effect)
    return replace(packed, body=packed.body + _nothing())


def _with_field(letter: Letter, written_field: bytes) -> Letter:
    return replace(letter, body=letter.body.removesuffix(b"}") + b"," + written_field + b"}")


@cache
def _nothing() -> bytes:
    return gzip.compress(b" " * UNPACKED, mtime=0)


HOOKS: dict[str, Callable[[Letter, Effect], Letter]] = {
    "body=broken": broken,
    "body=empty": empty,
    "body=list": listed,
    "body=latin1": latin1,
    "body=utf16": utf16,
    "body=huge": huge,
    "body=deep": deep,
    "body=doubled": doubled,
    "body=gzip": compressed,
    "body=gzip-bomb": bomb,
}
