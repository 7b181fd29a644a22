"""Tell what past reels teach: seconds of video, and how soon we knew. Each query is bounded and indexed."""

from __future__ import annotations

from datetime import datetime

from core.clock import SKEW_MS, to_ms
from core.models import Channel
from core.store.sqlite import Connections

RECENT = 200


class Experience:
    """Read sums and samples of finished reels."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def seconds_since(self, moment: datetime) -> float:
        """Return the seconds of video of which we learned since a moment (kept by triggers, by quarters of an hour)."""
        sql = "SELECT total(seconds) FROM reel_seconds WHERE quarter >= ?"
        return float(self._connections.read().execute(sql, (to_ms(moment) // 900_000,)).fetchone()[0])

    def knowing_times(self, channel: Channel, limit: int = RECENT) -> list[float]:
        """Return the seconds from HeyGen's completed_at until we knew, of the latest reels learned by a channel.

        Where HeyGen told no time of its own, ours stands in both columns and says nothing; nor does a video that we
        knew of long before HeyGen's clock said that it was done.
        """
        sql = """
            SELECT max(0, detected_at - completed_at) / 1000.0 FROM reel INDEXED BY reel_known
            WHERE detected_by = ? AND completed_at IS NOT NULL AND detected_by IS NOT NULL
              AND detected_at <> completed_at AND completed_at <= detected_at + ?
            ORDER BY detected_at DESC LIMIT ?
        """
        return [row[0] for row in self._connections.read().execute(sql, (channel, SKEW_MS, limit))]

    def any_archived(self) -> bool:
        """Tell whether any reel has been put away."""
        return self._connections.read().execute("SELECT 1 FROM reel WHERE shelf = 1 LIMIT 1").fetchone() is not None
