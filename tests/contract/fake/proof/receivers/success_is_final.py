"""Answer 409 to what contradicts what is known, so that HeyGen sends it for a day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract.fake.proof.receivers.sound import Refused, Sound


class Receiver(Sound):
    def __init__(self, kept: Path) -> None:
        super().__init__(kept)
        self.ends: dict[str, str] = {}

    async def take(self, event: dict[str, Any], body: bytes) -> None:
        data = event.get("event_data")
        video_id, end = str(data.get("video_id")) if isinstance(data, dict) else "", str(event.get("event_type"))
        if self.ends.setdefault(video_id, end) != end and data:
            raise Refused(409, "invalid transition")
        self.keep(body)
