"""Whether the signature is computed over the raw body, under both header names, and over nothing else."""

from __future__ import annotations

import json
import time
from typing import Any

from fake_heygen.proof.certificate.event import raw
from fake_heygen.proof.certificate.rule import Rule
from fake_heygen.proof.certificate.subject import JSON, Subject, must_believe, must_refuse
from fake_heygen.signature import sign

OTHER = "whsec_0123456789abcdef0123456789abcdef"
LATE_RETRY_S = 23 * 3600.0


def _v3_header(subject: Subject) -> str | None:
    subject.key()
    body = subject.body()
    must_believe(subject.post(body, subject.signed(body, style="v3")), "a signature in Heygen-Signature alone")
    return None


def _plain_header(subject: Subject) -> str | None:
    subject.key()
    body = subject.body()
    must_believe(subject.post(body, subject.signed(body, style="plain")), "a signature in Signature alone")
    return None


def _header_case(subject: Subject) -> str | None:
    subject.key()
    for change in (str.lower, str.upper):
        body = subject.body()
        headers = [(change(name), value) for name, value in subject.signed(body)]
        must_believe(subject.post(body, headers), f"header names as {headers[-1][0]}")
    return None


def _no_timestamp(subject: Subject) -> str | None:
    body = subject.body()
    headers = (*JSON, ("Heygen-Signature", sign(subject.key(), body).encode()))
    must_believe(subject.post(body, headers), "Heygen-Signature without Heygen-Timestamp, which is not signed,")
    return None


def _late_retry(subject: Subject) -> str | None:
    subject.key()
    body = subject.body()
    headers = subject.signed(body, at=time.time() - LATE_RETRY_S)
    must_believe(subject.post(body, headers), "a retry whose timestamp is 23 hours old")
    return None


def _several(subject: Subject) -> str | None:
    for order in ("{wrong},{right}", "{right}, {wrong}"):
        body = subject.body()
        both = order.format(right=sign(subject.key(), body), wrong=sign(OTHER, body)).encode()
        headers = [(name, both if name.endswith("Signature") else value) for name, value in subject.signed(body)]
        must_believe(subject.post(body, headers), "the right signature beside another one, separated by a comma,")
    return None


def _whitespace(subject: Subject) -> str | None:
    subject.key()
    body = b" \n" + json.dumps(subject.event(), indent=3).encode() + b"\r\n"
    must_believe(subject.genuine(body), "a body with spaces and line breaks, signed as it stands,")
    return None


def _unicode(subject: Subject) -> str | None:
    subject.key()
    must_believe(subject.genuine(subject.body(title="Ñandú 🎬 \u2028 e\u0301")), "a body with characters beyond ASCII")
    return None


def _escapes(subject: Subject) -> str | None:
    subject.key()
    body = json.dumps(subject.event(title="Ñandú 🎬", n=1.5), separators=(",", ":")).encode()
    body = body.replace(b"https://", rb"https:\/\/").replace(b'"n":1.5', b'"n":15.0e-1')
    must_believe(subject.genuine(body), "a body with escaped characters, signed as it stands,")
    return None


def _reserialised(subject: Subject) -> str | None:
    event = subject.event(title="Ñandú")
    sent = json.dumps(event, indent=1, ensure_ascii=False).encode()
    for written in _writings(event):
        headers = _headers(sign(subject.key(), written))
        must_refuse(subject.post(sent, headers), "a signature of the same JSON, written differently,")
    return None


def _writings(event: dict[str, Any]) -> list[bytes]:
    """Return how receivers that parse first would write it again."""
    return [
        raw(event),
        json.dumps(event).encode(),
        json.dumps(event, separators=(",", ":")).encode(),
        json.dumps(event, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode(),
    ]


def _tampered(subject: Subject) -> str | None:
    body = subject.body()
    headers = _headers(sign(subject.key(), body))
    must_refuse(subject.post(body.replace(b".success", b".fail"), headers), "a body changed after it was signed")
    must_refuse(subject.post(body + b" ", headers), "a body with a space added after it was signed")
    return None


def _wrong_secret(subject: Subject) -> str | None:
    subject.key()
    body = subject.body()
    must_refuse(subject.post(body, subject.signed(body, secret=OTHER)), "a signature made with another secret")
    return None


def _headers(signature: str) -> tuple[tuple[str, bytes], ...]:
    value = signature.encode()
    return (*JSON, ("Heygen-Signature", value), ("Signature", value))


RULES = (
    Rule(name="v3-header-believed", claim="a signature in Heygen-Signature is believed", examine=_v3_header),
    Rule(name="plain-header-believed", claim="a signature in Signature is believed", examine=_plain_header),
    Rule(name="header-case-ignored", claim="header names are read in any case", examine=_header_case),
    Rule(name="timestamp-not-required", claim="a signature without a timestamp is believed", examine=_no_timestamp),
    Rule(name="late-retry-believed", claim="a retry of yesterday is believed", examine=_late_retry),
    Rule(name="several-signatures-believed", claim="one right signature among several is enough", examine=_several),
    Rule(name="raw-whitespace-believed", claim="the raw body is verified: white space", examine=_whitespace),
    Rule(name="raw-unicode-believed", claim="the raw body is verified: characters beyond ASCII", examine=_unicode),
    Rule(name="raw-escapes-believed", claim="the raw body is verified: escapes and numbers", examine=_escapes),
    Rule(name="reserialised-refused", claim="a signature of re-serialised JSON is refused", examine=_reserialised),
    Rule(name="tampered-refused", claim="a body changed after signing is refused", examine=_tampered),
    Rule(name="wrong-secret-refused", claim="another secret's signature is refused", examine=_wrong_secret),
)
