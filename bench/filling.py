"""Fill a store of either kind with many reels that have ended, in bulk, as a busy year would leave it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from core.clock import to_ms, utcnow
from core.store.connections import Connection, Connections

IN_FLIGHT: Final = 100
YEAR_MS: Final = 365 * 86_400_000
CHUNK: Final = 50_000
NUMBERS: Final = {
    "sqlite": """
        (WITH RECURSIVE counted (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < :beyond)
         SELECT n FROM counted) AS numbers
    """,
    "postgresql": "(SELECT generate_series(:first, :beyond - 1) AS n) AS numbers",
}
BYTES: Final = {"sqlite": "BLOB", "postgresql": "BYTEA"}
_AT: Final = """
    CASE WHEN n >= :reels - :in_flight THEN :now - (:reels - n) * 1000
    ELSE :now - 86400000 - (:reels - n) * (:year / :reels) END
"""
_STATUS: Final = """
    CASE WHEN n >= :reels - :in_flight THEN 'processing' WHEN n % 200 = 7 THEN 'timed_out'
    WHEN n % 22 = 3 THEN 'failed' ELSE 'completed' END
"""
_REELS: Final = """
    INSERT INTO reel (id, title, script, avatar_id, voice_id, aspect_ratio, options, mode, requested_mode,
        idempotency_key, status, attempt, send_state, video_id, created_at, submitted_at, completed_at, detected_at,
        deadline_at, updated_at, duration_s, detected_by)
    SELECT n + 1, 'Reel ' || n, 'Hola a todos, hoy presentamos la novedad ' || n || ' en un video vertical.', 'avatar',
        'voice', '9:16', '{{}}', mode, mode, 'filled-' || n, status, 1, 'sent', 'filled-' || n, at, at,
        CASE WHEN status = 'completed' THEN at + 200000 + n % 97 * 1000 END,
        CASE WHEN status <> 'processing' THEN at + 202000 + n % 97 * 1000 END,
        at + 172800000, at, CASE WHEN status = 'completed' THEN 18.0 END,
        CASE WHEN status = 'completed' THEN CASE n % 3 WHEN 0 THEN 'poll' ELSE 'webhook' END END
    FROM (
        SELECT n, {at} AS at, {status} AS status,
            CASE n % 3 WHEN 0 THEN 'polling' WHEN 1 THEN 'webhook' ELSE 'hybrid' END AS mode
        FROM {numbers}
    ) AS given
"""
_DELIVERIES: Final = """
    INSERT INTO delivery (fingerprint, received_at, last_seen_at, reel_id, auth, event_type, video_id, body, headers,
        verdict)
    SELECT CAST('filled-' || n AS {bytes}), {at} + 202000, {at} + 202000, n + 1, 'token', 'avatar_video.success',
        'filled-' || n, CAST('{{"event_type": "avatar_video.success", "n": ' || n || '}}' AS {bytes}), '{{}}', 'applied'
    FROM {numbers}
"""
_ENTRIES: Final = """
    INSERT INTO timeline (reel_id, at, kind, detail)
    SELECT n + 1, {at} + later, kind, '{{}}' FROM {numbers}, (
        SELECT 'pending' AS kind, 0 AS later UNION ALL SELECT 'sending', 500
        UNION ALL SELECT 'processing', 1000 UNION ALL SELECT 'completed', 202000
    ) AS kinds
"""
_TOKENS: Final = """
    INSERT INTO callback_token (sha256, reel_id) SELECT CAST('filled-' || n AS {bytes}), n + 1 FROM {numbers}
"""
_WORDS: Final = """
    INSERT INTO reel_text (id, words)
    SELECT n + 1, array_to_tsvector(ARRAY['reel', 'hola', 'todos', 'novedad', 'video', 'es:nov', CAST(n AS TEXT)])
    FROM {numbers}
"""
# Stemming a million scripts would take minutes, and so would keeping twenty indexes while rows come.
_BEFORE: Final = ("ALTER TABLE reel DISABLE TRIGGER reel_text_insert",)
_AFTER: Final = (
    "ALTER TABLE reel ENABLE TRIGGER reel_text_insert",
    "TRUNCATE delivery_unread",
    "SELECT setval('reel_id_seq', (SELECT max(id) FROM reel))",
)
_INDEXES: Final = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename IN ('reel', 'delivery', 'timeline', 'reel_text')
        AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


def fill(connections: Connections, reels: int) -> None:
    """Fill an empty store: all reels have ended but for a hundred in flight, and every delivery is worked off."""
    with connections.write() as conn:
        if connections.kind == "sqlite":
            for values in _chunks(reels):
                _run(conn, "sqlite", (_REELS, _DELIVERIES, _ENTRIES, _TOKENS), values)
        else:
            _fill_postgres(conn, reels)


def _fill_postgres(conn: Connection, reels: int) -> None:
    indexes = conn.execute(_INDEXES).fetchall()
    for sql in (*_BEFORE, *(f"DROP INDEX {index['indexname']}" for index in indexes)):
        conn.execute(sql)
    for values in _chunks(reels):
        _run(conn, "postgresql", (_REELS, _DELIVERIES), values)
        conn.execute(
            "SET LOCAL session_replication_role = replica"
        )  # nobody asks a million times whether a reel is there
        _run(conn, "postgresql", (_ENTRIES, _TOKENS, _WORDS), values)
        conn.execute("SET LOCAL session_replication_role = origin")
    for sql in (*(index["indexdef"] for index in indexes), *_AFTER):
        conn.execute(sql)


def _run(conn: Connection, kind: str, templates: Sequence[str], values: Mapping[str, Any]) -> None:
    for template in templates:
        conn.execute(statement(template, kind), values)


def statement(template: str, kind: str) -> str:
    """Return a template as SQL of one kind of store."""
    numbers = NUMBERS[kind]
    return template.format(at=f"({_AT})", status=_STATUS, numbers=numbers, bytes=BYTES[kind])


def _chunks(reels: int) -> Iterator[Mapping[str, Any]]:
    now = to_ms(utcnow())
    for first in range(0, reels, CHUNK):
        part = {"first": first, "beyond": min(reels, first + CHUNK)}
        yield part | {"reels": reels, "now": now, "year": YEAR_MS, "in_flight": IN_FLIGHT}
