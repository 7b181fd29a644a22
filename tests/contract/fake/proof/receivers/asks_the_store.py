"""Look something up before answering a probe, and wait for it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.contract.fake.proof.receivers.sound import Receive, Sound

LOOK_UP_S = 1.5


class Receiver(Sound):
    async def serve(self, scope: Any, receive: Receive) -> None:
        if scope["method"] != "POST":
            await asyncio.sleep(LOOK_UP_S)
        await super().serve(scope, receive)
