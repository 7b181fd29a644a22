"""The plan of a video's events, made when it is created; everything later follows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fake_heygen.video import Video
from fake_heygen.vocabulary import Effect


class About(StrEnum):
    """Which video an event names."""

    OWN = "own"
    FOREIGN = "foreign"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEvent:
    """An event that will happen at a moment.

    `copies` are sent to each receiver, `gap_s` apart or, in a `volley`, at the same moment; `again_s` later comes
    one more, and `replay_s` later somebody else's copy. Forged ones are lies, dropped ones are sent to nobody,
    uninvited ones to endpoints that did not subscribe too. `effects` strike this event in place of the video's own.
    """

    event_type: str
    at: float
    copies: int = 1
    gap_s: float = 0.0
    volley: bool = False
    again_s: float | None = None
    replay_s: float | None = None
    dropped: bool = False
    forged: bool = False
    uninvited: bool = False
    about: About = About.OWN
    effects: tuple[Effect, ...] | None = None

    @property
    def listed(self) -> bool:
        """Say whether the account's history knows it."""
        return not self.forged and self.about is About.OWN

    def struck_by(self, video: Video) -> tuple[Effect, ...]:
        """Return the faults that strike the event."""
        return video.fate.effects if self.effects is None else self.effects


Plan = tuple[PlannedEvent, ...]


def natural_plan(video: Video) -> Plan:
    """Return the one event that a render's end brings, none for a render without an end."""
    if video.fate.endless:
        return ()
    event_type = "avatar_video.fail" if video.fate.failed else "avatar_video.success"
    return (PlannedEvent(event_type=event_type, at=video.ends_at),)
