"""Make the requests of the load: signed webhooks of 400 bytes, each of a new video, and the document's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from core.signature import sign

SECRET: Final = "whsec_bench"  # noqa: S105  # signs on the loopback only
BODY_BYTES: Final = 400


@dataclass(frozen=True, slots=True)
class SignedWebhook:
    """Make the n-th request to the account's endpoint; `run` keeps the videos of different runs apart."""

    run: str

    def __call__(self, n: int) -> bytes:
        """Return the whole request."""
        video = f"{self.run}-{n:09d}"
        event = {"video_id": video, "url": f"https://files.example/{video}.mp4", "callback_id": f"reel-{video}"}
        data = {"event_type": "avatar_video.success", "event_id": f"evt-{video}", "event_data": event, "pad": ""}
        data["pad"] = "x" * (BODY_BYTES - len(json.dumps(data)))
        body = json.dumps(data).encode()
        return _post("/webhooks/heygen", body, f"Heygen-Signature: {sign(body, SECRET)}\r\n")


@dataclass(frozen=True, slots=True)
class DocumentWebhook:
    """Make the n-th request to the document's route; it names one of `reels` reels in turn."""

    run: str
    reels: int

    def __call__(self, n: int) -> bytes:
        """Return the whole request."""
        details = {"video_id": f"{self.run}-{n}", "video_url": f"https://files.example/{self.run}-{n}.mp4", "pad": ""}
        data = {"event": "avatar_video.success", "data": details}
        details["pad"] = "x" * (BODY_BYTES - len(json.dumps(data)))
        return _post(f"/webhooks/heygen/reel/{n % self.reels + 1}", json.dumps(data).encode(), "")


def _post(path: str, body: bytes, headers: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{headers}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
