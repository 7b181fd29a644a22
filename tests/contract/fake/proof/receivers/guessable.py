"""Let in whoever knows the first half of the token."""

from __future__ import annotations

from tests.contract.fake.proof.receivers.sound import TOKEN, Sound


class Receiver(Sound):
    def addressed(self, path: str) -> bool:
        return path.rpartition("/")[2].startswith(TOKEN[: len(TOKEN) // 2])
