"""Require a signature at the address with the token too, where HeyGen sends none."""

from __future__ import annotations

from tests.contract.fake.proof.receivers.sound import Sound


class Receiver(Sound):
    def addressed(self, path: str) -> bool:
        return False
