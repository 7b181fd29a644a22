"""Ask HeyGen for a key that HeyGen does not have."""

from __future__ import annotations

from tests.contract.fake.proof.receivers.sound import Headers, Refused, Sound


class Receiver(Sound):
    def verify(self, headers: Headers, body: bytes) -> None:
        if headers.get("x-webhook-key") != "let-me-in":
            raise Refused(401)
        super().verify(headers, body)
