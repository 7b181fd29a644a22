"""Compare Content-Type as a text."""

from __future__ import annotations

from tests.contract.fake.proof.receivers.sound import Headers, Receive, Refused, Sound


class Receiver(Sound):
    async def read(self, headers: Headers, receive: Receive) -> bytes:
        if headers.get("content-type") != "application/json":
            raise Refused(415)
        return await super().read(headers, receive)
