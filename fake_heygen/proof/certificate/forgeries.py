"""Whether what is unsigned, malformed or sent to a guessed address is refused, always alike and telling nothing."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit, urlunsplit

from fake_heygen.proof.certificate.rule import Rule
from fake_heygen.proof.certificate.signatures import OTHER
from fake_heygen.proof.certificate.subject import JSON, Failed, Skipped, Subject, must_believe, must_refuse
from fake_heygen.proof.certificate.wire import Answer
from fake_heygen.signature import sign


def _unsigned(subject: Subject) -> str | None:
    if subject.secret is None and subject.token_url == subject.url:
        raise Skipped("the address itself is the proof")
    must_refuse(subject.post(subject.body(), JSON), "a delivery without any proof that it is HeyGen's")
    return None


def _malformed(subject: Subject) -> str | None:
    for kind, value in _ascii(subject).items():
        must_refuse(_with(subject, value), f"a signature that is {kind}")
    return None


def _not_ascii(subject: Subject) -> str | None:
    for kind, value in _beyond_ascii(subject).items():
        must_refuse(_with(subject, value), f"a signature in {kind}")
    return None


def _alike(subject: Subject) -> str | None:
    kinds = _ascii(subject) | _beyond_ascii(subject) | {"wrong": sign(OTHER, _probe(subject)).encode()}
    by_status: dict[str, list[str]] = {}
    for kind, value in kinds.items():
        answer = _with(subject, value)
        if answer.believed:
            raise Skipped(f"a signature that is {kind} was not even refused")
        by_status.setdefault(str(answer), []).append(kind)
    if len(by_status) > 1:
        told = "; ".join(f"{status}: {', '.join(kinds)}" for status, kinds in sorted(by_status.items()))
        raise Failed(f"malformed and wrong signatures must be refused alike; it {told}")
    return None


def _tells_nothing(subject: Subject) -> str | None:
    secret = subject.key()
    body = subject.body()
    right = sign(secret, body)
    answers = [subject.post(body, JSON), subject.post(body, subject.signed(body, secret=OTHER))]
    for answer in answers:
        if answer.believed:
            raise Skipped("a forged delivery was not even refused")
        told = answer.body + b"".join(value for _, value in answer.headers)
        for what, value in (("the right signature", right), ("the secret", secret)):
            if value.encode() in told:
                raise Failed(f"its refusal contains {what}")
    return None


def _token(subject: Subject) -> str | None:
    address = _token_url(subject)
    must_believe(subject.post(subject.body(), JSON, url=address), "an unsigned delivery to the right token's address")
    return None


def _guessed(subject: Subject) -> str | None:
    parts = urlsplit(_token_url(subject))
    head, _, token = parts.path.rstrip("/").rpartition("/")
    other = token[:-1] + ("a" if token[-1:] != "a" else "b")
    for kind, guess in (("changed", other), ("cut short", token[: len(token) // 2]), ("empty", "")):
        address = urlunsplit(parts._replace(path=f"{head}/{guess}"))
        answer = subject.post(subject.body(), JSON, url=address)
        if answer.believed or answer.status is None or answer.status >= 500:
            raise Failed(f"an address whose token is {kind} must be refused; it {answer}")
    return None


def _token_url(subject: Subject) -> str:
    if subject.token_url is None:
        raise Skipped("no --token-url was given")
    return subject.token_url


def _ascii(subject: Subject) -> dict[str, bytes]:
    right = sign(subject.key(), _probe(subject))
    changed = right[:-1] + ("0" if right[-1] != "0" else "1")
    return {
        "empty": b"",
        "one character": b"x",
        "cut short": right[:-1].encode(),
        "half": right[:32].encode(),
        "too long": right.encode() + b"00",
        "one digit off": changed.encode(),
        "not hexadecimal": b"z" * 64,
        "in base64": base64.b64encode(bytes.fromhex(changed)),
        "prefixed": b"sha256=" + changed.encode(),
        "quoted": b'"' + changed.encode() + b'"',
        "only commas": b",,,",
        "null": b"null",
        "four thousand characters long": b"a" * 4000,
    }


def _beyond_ascii(subject: Subject) -> dict[str, bytes]:
    right = sign(subject.key(), _probe(subject))
    return {
        "UTF-8": "ñ".encode() * 32,
        "Latin-1": b"\xf1" * 64,
        "digits of another script": "０".encode() * 64,
        "ASCII with one other character": right[:-1].encode() + "é".encode(),
    }


def _probe(subject: Subject) -> bytes:
    """Return one body for all forgeries, so that a signature can be almost right."""
    return subject.body(video_id="0" * 32).partition(b'"event_id"')[0] + b'"event_type":"avatar_video.success"}'


def _with(subject: Subject, signature: bytes) -> Answer:
    headers = (*JSON, ("Heygen-Signature", signature), ("Signature", signature))
    return subject.post(_probe(subject), headers)


RULES = (
    Rule(name="unsigned-refused", claim="a delivery without any proof is refused", examine=_unsigned),
    Rule(name="malformed-signature-refused", claim="every malformed signature is refused", examine=_malformed),
    Rule(name="non-ascii-signature-refused", claim="a signature beyond ASCII is refused", examine=_not_ascii),
    Rule(name="refusals-alike", claim="all wrong signatures are answered alike", examine=_alike),
    Rule(name="refusal-tells-nothing", claim="a refusal reveals neither secret nor signature", examine=_tells_nothing),
    Rule(name="token-believed", claim="the address with the token needs no signature", examine=_token),
    Rule(name="guessed-token-refused", claim="an address with another token is refused", examine=_guessed),
)
