"""Accept just what the documentation's example shows: no field more, none less."""

from __future__ import annotations

from typing import Any

from tests.contract.fake.proof.receivers.sound import Headers, Refused, Sound

FIELDS = {"event_id", "event_type", "event_data", "created_at"}
NEEDED = {"url", "folder_id", "callback_id"}


class Receiver(Sound):
    def parse(self, headers: Headers, body: bytes) -> dict[str, Any]:
        event = super().parse(headers, body)
        data = event.get("event_data")
        if event.keys() != FIELDS or not isinstance(data, dict):
            raise Refused(422)
        if "msg" not in data and not data.keys() >= NEEDED:
            raise Refused(422)
        return event
