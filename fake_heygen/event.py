"""Events of the account: what happened to a video, as HeyGen words it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

DESCRIPTIONS = {
    "avatar_video.success": "An avatar video has finished rendering.",
    "avatar_video.fail": "An avatar video could not be rendered.",
    "avatar_video_gif.success": "The animated preview of an avatar video is ready.",
    "avatar_video_gif.fail": "The animated preview of an avatar video could not be made.",
    "avatar_video_caption.success": "The captioned version of an avatar video is ready.",
    "avatar_video_caption.fail": "The captioned version of an avatar video could not be made.",
    "batch.finished": "Every video of a batch has reached an end.",
}
_ELSEWHERE = {
    "video_agent": "A video agent's video",
    "video_translate": "A translated video",
    "instant_avatar": "An instant avatar",
    "photo_avatar_generation": "A photo avatar",
    "photo_avatar_train": "The training of a photo avatar",
    "photo_avatar_add_motion": "The motion of a photo avatar",
}
DOCUMENTED = DESCRIPTIONS | {  # what may be subscribed to; what is not imitated never happens
    f"{about}.{end}": f"{what} {outcome} (never sent by this simulator)."
    for about, what in _ELSEWHERE.items()
    for end, outcome in (("success", "is ready"), ("fail", "could not be made"))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event; `event_data` is JSON text, `listed` says whether the account's history shows it."""

    event_id: str
    event_type: str
    event_data: str
    video_id: str
    created_at: float
    listed: bool = True

    def body(self, *, with_id: bool) -> str:
        """Return the raw body of a delivery."""
        document: dict[str, object] = {"event_type": self.event_type, "event_data": json.loads(self.event_data)}
        if with_id:
            document |= {"event_id": self.event_id, "created_at": iso(self.created_at)}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    def history(self) -> dict[str, object]:
        """Return the row of GET /v3/webhooks/events."""
        return {
            "event_id": self.event_id,
            "event_type": self.event_type,
            "event_data": json.loads(self.event_data),
            "created_at": iso(self.created_at),
        }


def iso(moment: float) -> str:
    """Write unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
