"""Serve so many at once, and forget to give the place back when a sender hangs up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract.fake.proof.receivers.sound import HungUp, Receive, Refused, Sound

SLOTS = 9


class Receiver(Sound):
    def __init__(self, kept: Path) -> None:
        super().__init__(kept)
        self.leaked = 0

    async def serve(self, scope: Any, receive: Receive) -> None:
        if self.leaked >= SLOTS:
            raise Refused(503)
        try:
            await super().serve(scope, receive)
        except HungUp:
            self.leaked += 1
            raise
