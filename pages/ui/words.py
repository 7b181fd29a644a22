"""Put what the product knows of a reel into words, icons and colours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from core.models import Channel, ProcessingMode, Reel, ReelStatus, SendState
from pages.ui.language import _, mark

Colour = Literal["gray", "blue", "green", "red", "orange"]


@dataclass(frozen=True, slots=True)
class Look:
    """Hold how a state is shown: a word to translate, an icon and a colour; never a colour alone."""

    word: str
    icon: str
    colour: Colour

    def spoken(self) -> Look:
        """Return it with its word in the viewer's language."""
        return replace(self, word=_(self.word))


STATES: Final = {
    ReelStatus.PENDING: Look(mark("Waiting"), "schedule", "gray"),
    ReelStatus.PROCESSING: Look(mark("In the making"), "progress_activity", "blue"),
    ReelStatus.COMPLETED: Look(mark("Ready"), "check_circle", "green"),
    ReelStatus.FAILED: Look(mark("Failed"), "error", "red"),
    ReelStatus.TIMED_OUT: Look(mark("No news"), "hourglass_disabled", "orange"),
}
SENDING: Final = {
    SendState.SENDING: Look(mark("Being sent"), "arrow_upward", "blue"),
    SendState.UNKNOWN: Look(mark("Being sent again"), "sync", "orange"),
    SendState.DOUBT: Look(mark("Needs a decision"), "help", "orange"),
}
HAPPENING: Final = {
    SendState.QUEUED: mark("The reel waits for its turn; it is sent to HeyGen as soon as there is room."),
    SendState.SENDING: mark("The reel is being handed to HeyGen."),
    SendState.UNKNOWN: mark("HeyGen has not confirmed the reel; it is sent again, and never paid for twice."),
    SendState.DOUBT: mark("It is not certain whether HeyGen has this reel; a retry sends it once more."),
    SendState.SENT: mark("HeyGen is making the video."),
}
MODES: Final = {
    ProcessingMode.WEBHOOK: mark("Webhook"),
    ProcessingMode.POLLING: mark("Polling"),
    ProcessingMode.HYBRID: mark("Hybrid"),
}
MODE_SENTENCES: Final = {
    ProcessingMode.WEBHOOK: mark("HeyGen calls when a video is done; nothing is asked in between."),
    ProcessingMode.POLLING: mark("HeyGen is asked at intervals whether a video is done."),
    ProcessingMode.HYBRID: mark("HeyGen calls when a video is done; if the call is overdue, HeyGen is asked."),
}
CHANNELS: Final = {
    Channel.WEBHOOK: mark("HeyGen called (webhook)"),
    Channel.POLL: mark("found by asking (polling)"),
    Channel.MANUAL: mark("found by a manual check"),
    Channel.RECOVERY: mark("recovered from HeyGen's history"),
}


def look(reel: Reel) -> Look:
    """Return how a reel's state is shown."""
    if reel.status is ReelStatus.PENDING and reel.send_state in SENDING:
        return SENDING[reel.send_state]
    return STATES[reel.status]


def happening(reel: Reel) -> str:
    """Say what is happening to an open reel."""
    state = SendState.SENT if reel.status is ReelStatus.PROCESSING else reel.send_state
    return _(HAPPENING[state])


def mode_word(mode: ProcessingMode | None) -> str:
    """Name a mode."""
    return _(MODES[mode]) if mode in MODES else "–"


def channel_word(channel: Channel | None) -> str:
    """Say how the end of a reel was learned."""
    return _(CHANNELS[channel]) if channel in CHANNELS else ""


def name_of(reel: Reel) -> str:
    """Return the title of a reel, or the beginning of its script."""
    words = " ".join(reel.script.split())
    return reel.title.strip() or (words[:60] + "…" if len(words) > 60 else words)
