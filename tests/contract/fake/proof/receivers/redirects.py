"""Send every sender on to the address with a slash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract.fake.proof.receivers.sound import Refused, Sound


class Receiver(Sound):
    def __init__(self, kept: Path) -> None:
        super().__init__(kept)
        self.extra = {"location": "/webhooks/"}

    async def take(self, event: dict[str, Any], body: bytes) -> None:
        raise Refused(308, "")
