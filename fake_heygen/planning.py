"""The plan of a video's events, made when it is created; everything later follows it."""

from __future__ import annotations

from dataclasses import dataclass

from fake_heygen.video import Video


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEvent:
    """An event that will happen at a moment; forged ones are lies, dropped ones are sent to nobody."""

    event_type: str
    at: float
    copies: int = 1
    dropped: bool = False
    forged: bool = False


Plan = tuple[PlannedEvent, ...]


def natural_plan(video: Video) -> Plan:
    """Return the one event that a render's end brings, none for a render without an end."""
    if video.fate.endless:
        return ()
    event_type = "avatar_video.fail" if video.fate.failed else "avatar_video.success"
    return (PlannedEvent(event_type=event_type, at=video.ends_at),)
