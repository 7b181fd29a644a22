"""Verify as it should be, one request after the other: a single slow sender keeps everybody waiting."""

from __future__ import annotations

import os
from http.server import HTTPServer
from pathlib import Path

from tests.contract.fake.proof.receivers.plain import Handler
from tests.contract.fake.proof.receivers.sound import LIMIT_BYTES, Refused, Sound


class Verified(Handler):
    limit = LIMIT_BYTES
    sound = Sound(Path(os.devnull))

    def take(self, body: bytes) -> int:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self.sound.verify(headers, body)
            self.sound.parse(headers, body)
        except Refused as refusal:
            return refusal.status
        return 200


class Server(HTTPServer):
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Verified)
