"""Verify what the JSON would look like if it were written again, as frameworks that parse first invite one to do."""

from __future__ import annotations

import json

from tests.contract.fake.proof.receivers.sound import Sound


class Receiver(Sound):
    def signature(self, body: bytes) -> str:
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            return super().signature(b"nothing")
        again = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        return super().signature(again.encode("utf-8", "replace"))
