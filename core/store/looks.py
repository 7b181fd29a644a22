"""Keep the latest looks at each reel's video: a ring of 64 a reel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.clock import from_ms, to_ms
from core.models import Channel
from core.store.connections import Connections

RING: Final = 64
_NOTE: Final = """
    INSERT INTO look (reel_id, place, at, channel, raw_status)
    SELECT id, checks % 64, ?, ?, ? FROM reel WHERE id = ?
    ON CONFLICT (reel_id, place) DO UPDATE
    SET at = excluded.at, channel = excluded.channel, raw_status = excluded.raw_status
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Hold one look at a video: when, through which channel, and HeyGen's word; None where it was not told at once."""

    at: datetime
    channel: Channel
    raw_status: str | None


class Looks:
    """Note looks and read them back; writes join the caller's transaction."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def note(self, statuses: Mapping[int, str | None], channel: Channel, now: datetime) -> None:
        """Count one look at each of these reels and keep what HeyGen said; the oldest are forgotten."""
        with self._connections.write() as conn:
            conn.executemany(
                "UPDATE reel SET checks = checks + 1, last_checked_at = ? WHERE id = ?",
                ((to_ms(now), reel_id) for reel_id in sorted(statuses)),
            )
            words = ((to_ms(now), channel, statuses[reel_id], reel_id) for reel_id in sorted(statuses))
            conn.executemany(_NOTE, words)

    def of(self, reel_id: int) -> list[Look]:
        """Return the latest looks at a reel's video, oldest first."""
        sql = "SELECT at, channel, raw_status FROM look WHERE reel_id = ? ORDER BY at, place"
        rows = self._connections.read().execute(sql, (reel_id,))
        return [Look(at=from_ms(row[0]), channel=Channel(row[1]), raw_status=row[2]) for row in rows]
