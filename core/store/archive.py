"""Keep what is to be downloaded and what has been: every SQL statement over archive and kept_file."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from core.clock import to_ms
from core.store.connections import Connections, unlocked
from core.store.rows import lease


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """Hold one downloaded file: its kind (`video`, `captioned`, `thumbnail`, `subtitles`) and its name on disk."""

    kind: str
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveJob:
    """Hold one reel whose files are to be downloaded, and how often that was tried."""

    reel_id: int
    attempts: int


class Archive:
    """Queue, claim and settle downloads; writes join the caller's transaction."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def queue(self, reel_id: int, now: datetime) -> None:
        """Have a reel's files downloaded; those that are kept already stay."""
        with self._connections.write() as conn:
            conn.execute(
                "INSERT INTO archive (reel_id, work_after) VALUES (?, ?) "
                "ON CONFLICT (reel_id) DO UPDATE SET work_after = excluded.work_after, attempts = 0",
                (reel_id, to_ms(now)),
            )

    def claim(self, *, now: datetime, lease_s: float, limit: int) -> list[ArchiveJob]:
        """Lease downloads that are due."""
        values = lease(now, lease_s) | {"limit": limit}
        due = """
            SELECT reel_id FROM archive WHERE work_after <= :now AND (lease_until IS NULL OR lease_until <= :clock)
            ORDER BY work_after LIMIT :limit
        """
        if self._connections.read().execute(due, values).fetchone() is None:
            return []
        with self._connections.write() as conn:
            rows = conn.execute(
                f"UPDATE archive SET lease_until = :clock + :lease_ms WHERE reel_id IN ({unlocked(due)}) "  # noqa: S608  # ours
                "RETURNING reel_id, attempts",
                values,
            )
            return [ArchiveJob(reel_id=row["reel_id"], attempts=row["attempts"]) for row in rows]

    def add(self, reel_id: int, file: KeptFile, now: datetime) -> None:
        """Note a file that stands on disk."""
        with self._connections.write() as conn:
            conn.execute(
                "INSERT INTO kept_file (reel_id, kind, name, bytes, sha256, kept_at) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (reel_id, kind) DO UPDATE SET name = excluded.name, bytes = excluded.bytes, "
                "sha256 = excluded.sha256, kept_at = excluded.kept_at",
                (reel_id, file.kind, file.name, file.bytes, file.sha256, to_ms(now)),
            )

    def settle(self, reel_id: int, *, now: datetime, again_at: datetime | None, problem: str | None) -> None:
        """End a claim: everything kept (no problem), to be tried again, or given up."""
        with self._connections.write() as conn:
            conn.execute(
                "UPDATE archive SET lease_until = NULL, attempts = attempts + 1, work_after = ?, problem = ?, "
                "kept_at = CASE WHEN ? IS NULL THEN ? ELSE kept_at END WHERE reel_id = ?",
                (None if again_at is None else to_ms(again_at), problem, problem, to_ms(now), reel_id),
            )

    def files(self, reel_id: int) -> dict[str, KeptFile]:
        """Return the kept files of a reel by kind."""
        rows = self._connections.read().execute(
            "SELECT kind, name, bytes, sha256 FROM kept_file WHERE reel_id = ?", (reel_id,)
        )
        return {row["kind"]: KeptFile(**dict(row)) for row in rows}

    def reels_after(self, reel_id: int, limit: int) -> list[int]:
        """Return the reels that have kept files, in the order of their ids."""
        sql = "SELECT DISTINCT reel_id FROM kept_file WHERE reel_id > ? ORDER BY reel_id LIMIT ?"
        return [row["reel_id"] for row in self._connections.read().execute(sql, (reel_id, limit))]

    def pictures(self, reel_ids: Collection[int]) -> dict[int, KeptFile]:
        """Return the kept thumbnails of some reels, by reel."""
        rows = self._connections.read().execute(
            "SELECT reel_id, name, bytes, sha256 FROM kept_file "
            "WHERE kind = 'thumbnail' AND reel_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(reel_ids)),),
        )
        return {
            reel_id: KeptFile(kind="thumbnail", name=name, bytes=size, sha256=sha256)
            for reel_id, name, size, sha256 in rows
        }

    def waiting(self) -> int:
        """Count the reels whose files are still to be downloaded."""
        row = self._connections.read().execute("SELECT count(*) FROM archive WHERE work_after IS NOT NULL").fetchone()
        return int(row[0])
