"""Acknowledge what is only in memory, and write it down a hundred at a time."""

from __future__ import annotations

from pathlib import Path

from tests.contract.fake.proof.receivers.sound import Sound

AT_ONCE = 10_000


class Receiver(Sound):
    def __init__(self, kept: Path) -> None:
        super().__init__(kept)
        self.waiting: list[bytes] = []

    def keep(self, body: bytes) -> None:
        self.waiting.append(body)
        if len(self.waiting) >= AT_ONCE:
            for one in self.waiting:
                super().keep(one)
            self.waiting.clear()
