"""Read what the product keeps, by SQL of our own: the code under suspicion is not asked."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

try:
    import psycopg
    from psycopg.rows import dict_row
except ImportError:  # an extra: without it there is no store but SQLite's
    psycopg = None  # type: ignore[assignment]

from tests.torture.verdict import Entry, Kept, Recorded, Video

Store = Path | str  # a file of SQLite, or an address of PostgreSQL
ALL = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"


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


def kept(database: Store) -> tuple[Kept, ...]:
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
            words=" ".join(str(value) for value in row.values() if isinstance(value, str)),
            timeline=tuple(timelines[row["id"]]),
        )
        for row in _rows(database, "SELECT * FROM reel")
    )


def in_doubt(database: Store) -> int:
    """Return how many reels are not handed over, but for those that are surely sent away until tomorrow."""
    sql = """
        SELECT id FROM reel
        WHERE status = 'pending' AND NOT (send_state = 'queued' AND unsure = 0 AND coalesce(failure_code, '') = ?)
    """
    return len(_rows(database, sql, "quota_exceeded"))


def let_keys_age(database: Store, seconds: float) -> None:
    """Let a time pass for keys that were sent and not answered, as it passes at HeyGen: the product's clock is ours."""
    sql = "UPDATE reel SET first_sent_at = first_sent_at - ? WHERE status = 'pending'"
    if isinstance(database, str):
        with psycopg.connect(database) as there:
            there.execute(_numbered(sql), (round(seconds * 1000),))
        return
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        connection.execute(sql, (round(seconds * 1000),))


def recorded(database: Store) -> tuple[Recorded, ...]:
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


def stored_bytes(database: Store) -> bytes:
    """Return the raw file, free pages and write-ahead log included; of PostgreSQL every value of every row."""
    if isinstance(database, str):
        return b"\n".join(_values(database))
    return b"".join(path.read_bytes() for path in sorted(database.parent.glob(f"{database.name}*")))


def refused(database: Store) -> int:
    """Return how many requests were counted as not believed."""
    return round(sum(row["n"] for row in _rows(database, "SELECT n FROM tally WHERE name = 'refused'")))


def _values(database: str) -> Iterator[bytes]:
    for table in _rows(database, ALL):
        for row in _rows(database, f'SELECT * FROM "{table["name"]}"'):  # a name of the catalogue
            yield from (value if isinstance(value, bytes) else str(value).encode() for value in row.values())


def _rows(database: Store, sql: str, *values: object) -> list[Mapping[str, Any]]:
    if isinstance(database, str):
        with psycopg.connect(database, row_factory=dict_row) as there:
            return list(there.execute(_numbered(sql), values or None).fetchall())
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql, values).fetchall()]


def _numbered(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()
