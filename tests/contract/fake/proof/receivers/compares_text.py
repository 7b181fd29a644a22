"""Compare signatures as text: `compare_digest` raises on what is not ASCII, and the framework answers 500."""

from __future__ import annotations

import hmac

from tests.contract.fake.proof.receivers.sound import Headers, Refused, Sound


class Receiver(Sound):
    def verify(self, headers: Headers, body: bytes) -> None:
        given = [part.strip() for value in self.offered(headers) for part in value.split(",")]
        try:
            fits = [hmac.compare_digest(one, self.signature(body)) for one in given]
        except TypeError:
            raise Refused(500, "Internal Server Error") from None
        if not any(fits):
            raise Refused(401)
