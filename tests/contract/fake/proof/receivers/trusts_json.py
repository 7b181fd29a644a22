"""Take it for granted that a body is a JSON object with an event type."""

from __future__ import annotations

import json
from typing import Any

from tests.contract.fake.proof.receivers.sound import Headers, Refused, Sound


class Receiver(Sound):
    def parse(self, headers: Headers, body: bytes) -> dict[str, Any]:
        try:
            event: dict[str, Any] = json.loads(body)
            str(event.get("event_type") or event["event"]).partition(".")
        except Exception as error:
            raise Refused(500, f"Internal Server Error: {type(error).__name__}") from error
        return event
