"""Read bodies of any size into memory."""

from __future__ import annotations

from tests.contract.fake.proof.receivers.sound import Headers, Receive, Sound

EVERYTHING = 1 << 40


class Receiver(Sound):
    async def read_all(self, headers: Headers, receive: Receive, limit: int = EVERYTHING) -> bytes:
        return await super().read_all(headers, receive, EVERYTHING)
