"""Fill a store with a great many reels, their deliveries and timelines, as a busy year would leave it."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from core.clock import to_ms
from core.store import Store, open_store

NOW: Final = datetime.fromisoformat("2026-11-24T12:00:00+00:00")
IN_FLIGHT: Final = 100
CHUNK: Final = 500
RARE, COMMON = "xilófono", "hola"
SCRIPT_WORDS: Final = 24
_SYLLABLES: Final = ("ca", "lo", "mi", "ta", "re", "no", "sa", "pi", "du", "ve", "ción", "ro", "la", "tí", "gu")

_REEL: Final = """
    INSERT INTO reel (title, script, avatar_id, voice_id, aspect_ratio, options, mode, requested_mode, idempotency_key,
        status, attempt, send_state, send_after, video_id, created_at, submitted_at, completed_at, detected_at,
        deadline_at, updated_at, duration_s, detected_by, archived_at)
    VALUES (?, ?, 'avatar', 'voice', '9:16', '{}', ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_DELIVERY: Final = """
    INSERT INTO delivery (fingerprint, received_at, last_seen_at, reel_id, auth, event_type, video_id, body, headers,
        verdict, set_aside, work_after)
    VALUES (?, ?, ?, ?, 'signature', 'avatar_video.success', ?, ?, '{}', ?, ?, ?)
"""
_ENTRY: Final = "INSERT INTO timeline (reel_id, at, kind, detail) VALUES (?, ?, ?, '{}')"


def crowd(path: Path, reels: int) -> Store:
    """Return a store of so many reels: 2 % pending, 100 in flight, 5 % failed or timed out (half of
    them put away), 3 % completed today."""
    store = open_store(f"sqlite:///{path}")
    store.reels.counts()
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("PRAGMA cache_size = -400000")
    chance = random.Random(reels)
    conn.execute("BEGIN")
    _insert(conn, _REEL, (_reel(n, reels, chance) for n in range(reels)))
    _insert(conn, _DELIVERY, (_delivery(n, reels) for n in range(reels)))
    _insert(conn, _ENTRY, _entries(reels))
    conn.execute("COMMIT")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    return store


def _insert(conn: sqlite3.Connection, sql: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """Insert many rows a statement; what does not fill one more statement is inserted row by row."""
    head, values = sql.split("VALUES")
    many = f"{head} VALUES {', '.join([values] * CHUNK)}"
    while chunk := list(islice(rows, CHUNK)):
        if len(chunk) == CHUNK:
            conn.execute(many, list(chain.from_iterable(chunk)))
        else:
            conn.executemany(sql, chunk)


def _status(n: int, reels: int) -> str:
    if n >= reels - IN_FLIGHT:
        return "processing"
    if n >= reels * 0.98:
        return "pending"
    return "timed_out" if n % 200 == 7 else "failed" if n % 22 == 3 else "completed"


def _at(n: int, reels: int) -> datetime:
    """Spread the reels over a year, and three in a hundred over today."""
    today = reels * 0.95
    if n >= today:
        return NOW - timedelta(hours=11 * (1 - (n - today) / (reels - today)))
    return NOW - timedelta(days=365 * (1 - n / reels) + 1)


def _reel(n: int, reels: int, chance: random.Random) -> tuple[Any, ...]:
    status, at = _status(n, reels), to_ms(_at(n, reels))
    mode = ("webhook", "polling", "hybrid")[n % 3]
    sent = status != "pending"
    ended = sent and status != "processing"
    start = chance.randrange(len(_POOL) - SCRIPT_WORDS)
    words = [COMMON, *_POOL[start : start + SCRIPT_WORDS], *([RARE] if n % (reels // 20) == 7 else [])]
    state = "sent" if sent else ("doubt" if n % 1000 == 0 else "queued")
    end = at + round(240_000 * chance.lognormvariate(0, 0.4))
    known = None if not ended else end + round(1000 * chance.expovariate(1 / 2))
    times = (at, at if sent else None, end if ended else None, known, at + 172_800_000, at)
    learned = chance.choice(("webhook", "webhook", "poll")) if ended else None
    put_away = known if ended and n % 2 and n < reels * 0.9 and status != "completed" else None
    rest = (18.0 if status == "completed" else None, learned, put_away)
    title = f"{_POOL[start - 1]} {_POOL[start - 2]}"
    values = (title, " ".join(words), mode, mode, f"key-{n}", status, state, None if sent else at)
    return (*values, f"video-{n}" if sent else None, *times, *rest)


def _word(chance: random.Random) -> str:
    """Return one of 20,000 words, some of them far more often than others."""
    n = int(20_000 ** chance.random())
    return "".join(_SYLLABLES[n // 15**digit % 15] for digit in range(4))


def _words(chance: random.Random, n: int) -> list[str]:
    return [_word(chance) for _ in range(n)]


_POOL: Final = _words(random.Random(1), 100_000)


def _delivery(n: int, reels: int) -> tuple[Any, ...]:
    at = to_ms(_at(n, reels)) + 300_000
    verdict = "waiting" if n >= reels - IN_FLIGHT else "poison" if n % 1000 == 11 else "applied"
    body = b'{"event_type": "avatar_video.success", "event_data": {"video_id": "video-%d"}}' % n
    work_after = at if verdict == "waiting" else None
    return (hashlib.sha256(body).digest(), at, at, n + 1, f"video-{n}", body, verdict, verdict == "poison", work_after)


def _entries(reels: int) -> Iterator[tuple[int, int, str]]:
    for n in range(reels):
        at = to_ms(_at(n, reels))
        yield n + 1, at, "pending"
        yield n + 1, at + 1000, "processing"
