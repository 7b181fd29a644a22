"""Name what the simulator speaks of by video id as the pages name it: by its reel."""

from __future__ import annotations

from core.models import Reel
from core.store import Store
from pages.ui.language import _
from pages.ui.words import name_of


def reel_of(store: Store, video_id: str) -> Reel | None:
    """Return the reel of a video, of an earlier attempt too; None: it is nobody's."""
    return store.reels.by_video(video_id) or store.reels.by_past_video(video_id)


def name_video(store: Store, video_id: str) -> str:
    """Name a video by its reel, or by its own id."""
    reel = reel_of(store, video_id)
    if reel is None:
        return _("video {id}").format(id=video_id[:8])
    return _("Reel {id}").format(id=reel.id) + f" · {name_of(reel)}"
