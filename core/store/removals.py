"""Keep what is still to be done for deleted reels: every SQL statement over the table removal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.clock import to_ms
from core.store.connections import Connections, unlocked
from core.store.rows import lease

_WIPE: Final = """
    UPDATE reel SET title = '', script = '', options = '{}', avatar_id = '', voice_id = '', video_url = NULL,
        captioned_video_url = NULL, thumbnail_url = NULL, subtitle_url = NULL, failure_message = NULL, updated_at = ?
    WHERE id = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalJob:
    """Hold one deleted reel of which something is left, and how often it was tried to take that away."""

    reel_id: int
    at_heygen: bool
    attempts: int


class Removals:
    """Ask for, claim and settle removals; writes join the caller's transaction."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def ask(self, reel_id: int, now: datetime, *, at_heygen: bool) -> None:
        """Have what is left of a reel taken away; its files are no longer downloaded."""
        with self._connections.write() as conn:
            conn.execute(
                "INSERT INTO removal (reel_id, at_heygen, asked_at, work_after) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (reel_id) DO NOTHING",
                (reel_id, int(at_heygen), to_ms(now), to_ms(now)),
            )
            conn.execute("UPDATE archive SET work_after = NULL WHERE reel_id = ?", (reel_id,))
            conn.execute("DELETE FROM retry_request WHERE reel_id = ?", (reel_id,))

    def claim(self, *, now: datetime, lease_s: float, limit: int) -> list[RemovalJob]:
        """Lease removals that are due."""
        values = lease(now, lease_s) | {"limit": limit}
        due = """
            SELECT reel_id FROM removal WHERE work_after <= :now AND (lease_until IS NULL OR lease_until <= :clock)
            ORDER BY work_after LIMIT :limit
        """
        if self._connections.read().execute(due, values).fetchone() is None:
            return []
        with self._connections.write() as conn:
            rows = conn.execute(
                f"UPDATE removal SET lease_until = :clock + :lease_ms WHERE reel_id IN ({unlocked(due)}) "  # noqa: S608  # ours
                "RETURNING reel_id, at_heygen, attempts",
                values,
            )
            return [RemovalJob(reel_id=row[0], at_heygen=bool(row[1]), attempts=row[2]) for row in rows]

    def later(self, reel_id: int, at: datetime, *, counted: bool, problem: str | None = None) -> None:
        """End a claim that is to be taken up again."""
        with self._connections.write() as conn:
            conn.execute(
                "UPDATE removal SET lease_until = NULL, work_after = ?, attempts = attempts + ?, problem = ? "
                "WHERE reel_id = ?",
                (to_ms(at), int(counted), problem, reel_id),
            )

    def hasten(self, reel_id: int, now: datetime) -> None:
        """Have a removal that waits for the reel's end taken up now."""
        with self._connections.write() as conn:
            conn.execute(
                "UPDATE removal SET work_after = :now WHERE reel_id = :reel AND work_after > :now",
                {"reel": reel_id, "now": to_ms(now)},
            )

    def finish(self, reel_id: int, now: datetime, problem: str | None = None) -> None:
        """Wipe what the row holds of the reel, forget its files, and end the removal."""
        with self._connections.write() as conn:
            conn.execute(_WIPE, (to_ms(now), reel_id))
            conn.execute("DELETE FROM kept_file WHERE reel_id = ?", (reel_id,))
            conn.execute("DELETE FROM archive WHERE reel_id = ?", (reel_id,))
            conn.execute(
                "UPDATE removal SET work_after = NULL, lease_until = NULL, done_at = ?, problem = ? WHERE reel_id = ?",
                (to_ms(now), problem, reel_id),
            )

    def is_being_kept(self, reel_id: int, now: datetime) -> bool:
        """Tell whether a worker is downloading the reel's files at this moment."""
        sql = "SELECT 1 FROM archive WHERE reel_id = :reel AND lease_until > :clock"
        return self._connections.read().execute(sql, lease(now) | {"reel": reel_id}).fetchone() is not None

    def end_lost_sending(self, reel_id: int, now: datetime) -> None:
        """Note that the outcome is unknown where the worker that was sending the reel has died."""
        with self._connections.write() as conn:
            conn.execute(
                "UPDATE reel SET send_state = 'unknown', unsure = 1, lease_owner = NULL, lease_until = NULL "
                "WHERE id = :reel AND status = 'pending' AND send_state = 'sending' AND lease_until <= :clock",
                lease(now) | {"reel": reel_id},
            )

    def past_videos(self, reel_id: int) -> list[str]:
        """Return the videos of earlier attempts."""
        sql = "SELECT video_id FROM past_video WHERE reel_id = ? ORDER BY video_id"
        return [row[0] for row in self._connections.read().execute(sql, (reel_id,))]

    def is_done(self, reel_id: int) -> bool:
        """Tell whether nothing is left of a deleted reel."""
        sql = "SELECT 1 FROM removal WHERE reel_id = ? AND done_at IS NOT NULL"
        return self._connections.read().execute(sql, (reel_id,)).fetchone() is not None

    def waiting(self) -> int:
        """Count the deleted reels of which something is left."""
        row = self._connections.read().execute("SELECT count(*) FROM removal WHERE work_after IS NOT NULL").fetchone()
        return int(row[0])
