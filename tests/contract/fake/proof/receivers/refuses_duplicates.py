"""Answer 409 to a delivery that was here before, so that HeyGen sends it for a day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract.fake.proof.receivers.sound import Refused, Sound


class Receiver(Sound):
    def __init__(self, kept: Path) -> None:
        super().__init__(kept)
        self.seen: set[bytes] = set()

    async def take(self, event: dict[str, Any], body: bytes) -> None:
        if body in self.seen:
            raise Refused(409, "Conflict")
        self.seen.add(body)
        self.keep(body)
