"""Do all the work (fetch the film, write it, tell everybody) before saying thanks."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.contract.fake.proof.receivers.sound import Sound

WORK_S = 11.0


class Receiver(Sound):
    async def take(self, event: dict[str, Any], body: bytes) -> None:
        await asyncio.sleep(WORK_S)
        self.keep(body)
