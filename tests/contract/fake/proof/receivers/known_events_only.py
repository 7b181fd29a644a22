"""Refuse events that were not thought of when it was written."""

from __future__ import annotations

from typing import Any

from tests.contract.fake.proof.receivers.sound import Refused, Sound

KNOWN = ("avatar_video.success", "avatar_video.fail", "avatar_video_caption.success")


class Receiver(Sound):
    async def take(self, event: dict[str, Any], body: bytes) -> None:
        if (event.get("event_type") or event.get("event")) not in KNOWN:
            raise Refused(400, "unknown event")
        self.keep(body)
