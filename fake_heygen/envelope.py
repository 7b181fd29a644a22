"""Make a delivery ready for the wire: its bytes, its signature, its headers, its manner."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fake_heygen.delivery import Delivery
from fake_heygen.endpoint import Endpoint
from fake_heygen.hooks.body import written
from fake_heygen.hooks.document import told_document
from fake_heygen.hooks.signing import Signing, choose_signing, signature_values
from fake_heygen.hooks.wire import choose_manner
from fake_heygen.manner import AS_IT_SHOULD, Manner
from fake_heygen.signature import PLAIN_HEADER, V3_HEADER, sign, signature_headers

NOBODYS_SECRET = "whsec_00000000000000000000000000000000"  # noqa: S105  # a secret that is nobody's, for wrong signatures
CONTENT_HEADERS = {"Content-Type": "application/json", "User-Agent": "HeyGen-Webhooks/1.0 (simulated)"}

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What goes over the wire in one attempt."""

    headers: Headers
    body: bytes
    manner: Manner = AS_IT_SHOULD

    def readable_headers(self) -> dict[str, str]:
        """Return the headers as text, those that come twice joined."""
        text: dict[str, str] = {}
        for name, value in self.headers:
            written_value = value.decode("latin-1")
            text[name] = f"{text[name]}, {written_value}" if name in text else written_value
        return text


def seal(delivery: Delivery, endpoint: Endpoint | None, now: float) -> Envelope:
    """Return the envelope of a delivery's next attempt."""
    letter = written(told_document(delivery.body, delivery.effects), delivery.effects)
    headers = [(name, value.encode()) for name, value in (CONTENT_HEADERS | letter.headers).items()]
    signing = choose_signing(delivery.effects, delivery.signing_headers)
    if delivery.forged:
        signing = replace(signing, key="wrong")
    if endpoint is not None and signing.key != "none":
        headers += _signed(delivery, endpoint, letter.body, signing, now)
    return Envelope(headers=headers, body=letter.body, manner=choose_manner(delivery.effects, delivery.attempts + 1))


def _signed(delivery: Delivery, endpoint: Endpoint, body: bytes, signing: Signing, now: float) -> Headers:
    secrets = {"old": endpoint.old_secret or NOBODYS_SECRET, "wrong": NOBODYS_SECRET}
    digest = sign(secrets.get(signing.key, endpoint.secret), _reserialised(body) if signing.reserialised else body)
    moment = (now if delivery.stamped_at is None else delivery.stamped_at) - signing.age_s
    names = signature_headers(signing.headers, digest, timestamp=int(moment), event_id=delivery.event_id)
    return list(_filled(names, signature_values(signing.form, digest)))


def _filled(names: dict[str, str], values: list[bytes]) -> Iterable[tuple[str, bytes]]:
    for name, value in names.items():
        if name in (V3_HEADER, PLAIN_HEADER):
            yield from ((name, signature) for signature in values)
        else:
            yield name, value.encode()


def _reserialised(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body), indent=1, sort_keys=True).encode()
    except ValueError:
        return body + b" "
