"""Bodies as HeyGen sends them, each about a video of its own."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

SUCCESS = "avatar_video.success"
FAIL = "avatar_video.fail"


def event(event_type: str = SUCCESS, *, video_id: str | None = None, **data: Any) -> dict[str, Any]:
    """Return a new event; `data` adds to what it says of its video."""
    video_id = video_id or secrets.token_hex(16)
    if event_type.endswith(".fail"):
        about: dict[str, Any] = {"video_id": video_id, "msg": "Rendering failed", "callback_id": None}
    else:
        page = f"https://app.heygen.com/videos/{video_id}"
        about = {
            "video_id": video_id,
            "url": f"https://files.heygen.com/{video_id}.mp4?Expires=4102444800",
            "gif_download_url": None,
            "video_share_page_url": page,
            "folder_id": None,
            "callback_id": None,
        }
    return {
        "event_id": f"evt_{secrets.token_hex(16)}",
        "event_type": event_type,
        "event_data": about | data,
        "created_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def raw(document: object) -> bytes:
    """Write a body as HeyGen does: compact, in UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
