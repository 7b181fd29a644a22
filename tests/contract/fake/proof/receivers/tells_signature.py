"""Help with debugging: say which signature was expected."""

from __future__ import annotations

from tests.contract.fake.proof.receivers.sound import Headers, Refused, Sound


class Receiver(Sound):
    def verify(self, headers: Headers, body: bytes) -> None:
        try:
            super().verify(headers, body)
        except Refused:
            raise Refused(401, f"expected {self.signature(body)}") from None
