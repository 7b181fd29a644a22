"""Take the header for one signature, so that a rotation with two loses deliveries."""

from __future__ import annotations

import hmac

from tests.contract.fake.proof.receivers.sound import Headers, Refused, Sound


class Receiver(Sound):
    def verify(self, headers: Headers, body: bytes) -> None:
        wanted = self.signature(body).encode()
        if not any(hmac.compare_digest(value.encode("latin-1"), wanted) for value in self.offered(headers)):
            raise Refused(401)
