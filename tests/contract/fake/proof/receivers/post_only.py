"""Know POST and nothing else, so that HeyGen refuses to register the address."""

from __future__ import annotations

from tests.contract.fake.proof.receivers.sound import Refused, Sound


class Receiver(Sound):
    def probe(self, method: str) -> None:
        raise Refused(405, "Method Not Allowed")
