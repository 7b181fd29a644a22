"""Wait for the rest of a body, however long it takes."""

from __future__ import annotations

from tests.contract.fake.proof.receivers.sound import Headers, Receive, Sound


class Receiver(Sound):
    async def read(self, headers: Headers, receive: Receive) -> bytes:
        return await self.read_all(headers, receive)
