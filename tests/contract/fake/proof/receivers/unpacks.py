"""Unpack compressed bodies, however large they become."""

from __future__ import annotations

import gzip
from typing import Any

from tests.contract.fake.proof.receivers.sound import Headers, Sound


class Receiver(Sound):
    def parse(self, headers: Headers, body: bytes) -> dict[str, Any]:
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return super().parse(headers, body)
