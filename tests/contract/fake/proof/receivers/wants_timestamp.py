"""Require a fresh Heygen-Timestamp, which is not signed and grows old while HeyGen retries."""

from __future__ import annotations

import time

from tests.contract.fake.proof.receivers.sound import Headers, Refused, Sound

WINDOW_S = 300


class Receiver(Sound):
    def verify(self, headers: Headers, body: bytes) -> None:
        stamp = headers.get("heygen-timestamp", "")
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > WINDOW_S:
            raise Refused(401)
        super().verify(headers, body)
