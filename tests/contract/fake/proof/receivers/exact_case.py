"""Copy the headers into a dictionary, and so lose that their names may be written in any case.

It also takes a time-out for reading, which every byte renews, for a limit to how long a body may take.
"""

from __future__ import annotations

import os
from http.server import ThreadingHTTPServer
from pathlib import Path

from tests.contract.fake.proof.receivers.plain import Handler
from tests.contract.fake.proof.receivers.sound import LIMIT_BYTES, PATIENCE_S, Refused, Sound


class Verified(Handler):
    limit = LIMIT_BYTES
    timeout = PATIENCE_S
    sound = Sound(Path(os.devnull))

    def take(self, body: bytes) -> int:
        headers = dict(self.headers)
        known = {name.lower(): headers[name] for name in ("Heygen-Signature", "Signature") if name in headers}
        try:
            self.sound.verify(known, body)
            self.sound.parse(known, body)
        except Refused as refusal:
            return refusal.status
        return 200


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Verified)
