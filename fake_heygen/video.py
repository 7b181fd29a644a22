"""A video of the simulated account, and what can be said of it at a moment."""

from __future__ import annotations

from dataclasses import dataclass

from fake_heygen.fate import Fate
from fake_heygen.video_request import VideoRequest

PENDING_S = 3.0
PENDING_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A video as it was ordered, with the fate it will have."""

    video_id: str
    ordinal: int
    request: VideoRequest
    spoken: str
    voice_id: str
    fate: Fate
    created_at: float
    duration_s: float
    price: float
    idempotency_key: str | None = None
    batch_id: str | None = None
    item_index: int | None = None

    @property
    def ends_at(self) -> float:
        """Return when the render ends."""
        return self.created_at + self.fate.render_s

    @property
    def outcome(self) -> str | None:
        """Return how it will end: completed, failed, or None when HeyGen never says."""
        if self.fate.endless:
            return None
        return "failed" if self.fate.failed else "completed"


def true_status(video: Video, now: float) -> str:
    """Return where the render truly is: pending, processing, completed or failed."""
    if now >= video.ends_at:
        return "failed" if video.fate.failed else "completed"
    pending_s = min(PENDING_S, video.fate.render_s * PENDING_SHARE)
    return "pending" if now < video.created_at + pending_s else "processing"
