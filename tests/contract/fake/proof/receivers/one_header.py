"""Know the signature's present header only."""

from __future__ import annotations

from tests.contract.fake.proof.receivers.sound import Headers, Sound


class Receiver(Sound):
    def offered(self, headers: Headers) -> list[str]:
        return [headers.get("heygen-signature", "")]
