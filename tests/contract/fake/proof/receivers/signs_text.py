"""Decode the body before verifying it, with the wrong charset."""

from __future__ import annotations

from tests.contract.fake.proof.receivers.sound import Sound


class Receiver(Sound):
    def signature(self, body: bytes) -> str:
        return super().signature(body.decode("latin-1").encode())
