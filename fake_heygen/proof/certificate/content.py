"""Whether hostile content, rightly signed, is refused without an error of the receiver's own."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from fake_heygen.proof.certificate.rule import Rule
from fake_heygen.proof.certificate.subject import Subject, must_refuse, must_survive

BOMB_BYTES = 20 * 1024 * 1024
DEPTH = 15_000
MANY_DIGITS = 5_000

NOT_JSON: Mapping[str, bytes] = {
    "an empty body": b"",
    "half a JSON object": b'{"event_type":"avatar_video.success","event_da',
    "a form": b"event_type=avatar_video.success&video_id=1",
    "HTML": b"<html><body>502 Bad Gateway</body></html>",
    "two objects": b'{"event_type":"avatar_video.success"}{"event_type":"avatar_video.fail"}',
    "zero bytes": b"\x00" * 64,
}
NO_OBJECT: Mapping[str, bytes] = {
    "a list": b'[{"event_type":"avatar_video.success"}]',
    "a text": b'"avatar_video.success"',
    "a number": b"7",
    "null": b"null",
    "true": b"true",
}


def _invalid(subject: Subject) -> str | None:
    for what, body in NOT_JSON.items():
        must_refuse(subject.genuine(body), what)
    return None


def _no_object(subject: Subject) -> str | None:
    for what, body in NO_OBJECT.items():
        must_refuse(subject.genuine(body), f"JSON that is {what}")
    return None


def _charset(subject: Subject) -> str | None:
    text = subject.body(title="Ñandú").decode()
    for what, body in (("Latin-1", text.encode("latin-1")), ("broken UTF-8", text.encode().replace(b"\xc3", b"\xff"))):
        must_refuse(subject.genuine(body), f"a body in {what}")
    return None


def _deep(subject: Subject) -> str | None:
    nested = b"[" * DEPTH + b"]" * DEPTH
    must_survive(subject.genuine(subject.body(deep=0).replace(b'"deep":0', b'"deep":' + nested)), "deeply nested JSON")
    must_survive(subject.genuine(b'{"a":' * (DEPTH // 3)), "deeply nested JSON that never ends")
    return None


def _twice(subject: Subject) -> str | None:
    body = subject.body().rstrip(b"}") + b'},"event_type":"avatar_video.fail","event_type":null}'
    must_survive(subject.genuine(body), "JSON with the same key twice")
    return None


def _numbers(subject: Subject) -> str | None:
    for what, number in (("an endless number", b"9" * MANY_DIGITS), ("1e999", b"1e999"), ("NaN", b"NaN")):
        body = subject.body(n=0).replace(b'"n":0', b'"n":' + number)
        must_survive(subject.genuine(body), f"JSON with {what}")
    return None


def _bomb(subject: Subject) -> str | None:
    body = gzip.compress(b" " * BOMB_BYTES + subject.body(), 9, mtime=0)
    headers = (*subject.signed(body), ("Content-Encoding", b"gzip"))
    must_refuse(subject.post(body, headers, url=subject.genuine_url), f"{len(body)} bytes that unpack to 20 MiB")
    return None


RULES = (
    Rule(name="invalid-json-refused", claim="what is no JSON is refused with 4xx", examine=_invalid),
    Rule(name="no-object-refused", claim="JSON that is no object is refused with 4xx", examine=_no_object),
    Rule(name="wrong-charset-refused", claim="a body that is not UTF-8 is refused with 4xx", examine=_charset),
    Rule(name="deep-json-survived", claim="deeply nested JSON causes no 5xx", examine=_deep),
    Rule(name="duplicate-keys-survived", claim="duplicate keys cause no 5xx", examine=_twice),
    Rule(name="odd-numbers-survived", claim="endless numbers and NaN cause no 5xx", examine=_numbers),
    Rule(name="gzip-bomb-refused", claim="a compression bomb is refused with 4xx", examine=_bomb),
)
