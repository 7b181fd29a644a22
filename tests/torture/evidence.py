"""Read what the product keeps, by SQL of our own: the code under suspicion is not asked."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.torture.verdict import Entry, Kept, Recorded, Video


def videos(ledger: list[dict[str, Any]], linkless: set[str]) -> tuple[Video, ...]:
    """Return the truth; `linkless` are the titles of which HeyGen never tells the link."""
    return tuple(
        Video(
            video_id=row["video_id"],
            title=row["title"] or "",
            key=row["idempotency_key"],
            outcome=row["outcome"],
            terminal_at=row["terminal_at"],
            created_at=row["created_at"],
            charges=row["charges"],
            has_link=row["title"] not in linkless,
        )
        for row in ledger
    )


def kept(database: Path) -> tuple[Kept, ...]:
    """Return the reels with their timelines, as shown: in order of time."""
    past, timelines = defaultdict(list), defaultdict(list)
    for row in _rows(database, "SELECT reel_id, video_id FROM past_video"):
        past[row["reel_id"]].append(row["video_id"])
    for row in _rows(database, "SELECT id, reel_id, at, kind, detail FROM timeline ORDER BY at, id"):
        entry = Entry(id=row["id"], at=row["at"] / 1000, kind=row["kind"], detail=json.loads(row["detail"]))
        timelines[row["reel_id"]].append(entry)
    return tuple(
        Kept(
            id=row["id"],
            title=row["title"],
            status=row["status"],
            key=row["idempotency_key"],
            attempt=row["attempt"],
            video_id=row["video_id"],
            past=tuple(past[row["id"]]),
            detected_by=row["detected_by"],
            detected_at=None if row["detected_at"] is None else row["detected_at"] / 1000,
            video_url=row["video_url"],
            words=" ".join(str(value) for value in tuple(row) if isinstance(value, str)),
            timeline=tuple(timelines[row["id"]]),
        )
        for row in _rows(database, "SELECT * FROM reel")
    )


def in_doubt(database: Path) -> int:
    """Return how many reels are not handed over, but for those that are surely sent away until tomorrow."""
    sql = """
        SELECT id FROM reel
        WHERE status = 'pending' AND NOT (send_state = 'queued' AND unsure = 0 AND failure_code IS ?)
    """
    return len(_rows(database, sql, "quota_exceeded"))


def let_keys_age(database: Path, seconds: float) -> None:
    """Let a time pass for keys that were sent and not answered, as it passes at HeyGen: the product's clock is ours."""
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        sql = "UPDATE reel SET first_sent_at = first_sent_at - ? WHERE status = 'pending'"
        connection.execute(sql, (round(seconds * 1000),))


def recorded(database: Path) -> tuple[Recorded, ...]:
    """Return the deliveries."""
    return tuple(
        Recorded(
            reel_id=row["reel_id"],
            body=bytes(row["body"]),
            auth=row["auth"],
            seen=row["seen"],
            verdict=row["verdict"],
            video_id=row["video_id"],
            waiting=row["work_after"] is not None,
        )
        for row in _rows(database, "SELECT * FROM delivery")
    )


def stored_bytes(database: Path) -> bytes:
    """Return the raw file, free pages and write-ahead log included."""
    return b"".join(path.read_bytes() for path in sorted(database.parent.glob(f"{database.name}*")))


def refused(database: Path) -> int:
    """Return how many requests were counted as not believed."""
    return round(sum(row["n"] for row in _rows(database, "SELECT n FROM tally WHERE name = 'refused'")))


def _rows(database: Path, sql: str, *values: object) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(sql, values).fetchall()
