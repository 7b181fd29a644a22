"""Keep the timeline: what happened to each reel, when, and through which channel."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from core.actor import actor
from core.clock import to_ms
from core.models import TimelineEntry
from core.store.rows import to_entry
from core.store.sqlite import Connections

# Deliveries are told from their own table, so that one fact stands in one place.
_READ: Final = """
    SELECT at, kind, detail FROM (
        SELECT at, 0 AS source, id, kind, detail FROM timeline WHERE reel_id = :reel
        UNION ALL
        SELECT received_at, 1, id, 'webhook', json_object(
            'event_type', event_type, 'delivery_id', id, 'auth', auth, 'verdict', verdict, 'video_id', video_id,
            'seen', seen, 'note', note, 'note_told', json(note_told))
        FROM delivery WHERE reel_id = :reel
    ) ORDER BY at, source, id
"""


class Timeline:
    """Append entries and read them back in order of time."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, reel_id: int, at: datetime, kind: str, **detail: object) -> None:
        """Append one entry; details that are None are left out."""
        self.add_many([(reel_id, TimelineEntry(at=at, kind=kind, detail=detail))])

    def add_many(self, entries: Iterable[tuple[int, TimelineEntry]]) -> None:
        """Append many entries at once; what is done on somebody's behalf says so in `by`."""
        by = actor()
        with self._connections.write() as conn:
            conn.executemany(
                "INSERT INTO timeline (reel_id, at, kind, detail) VALUES (?, ?, ?, ?)",
                ((reel_id, to_ms(entry.at), entry.kind, _json(entry, by)) for reel_id, entry in entries),
            )

    def of(self, reel_id: int) -> list[TimelineEntry]:
        """Return everything that happened to a reel, deliveries included, in order of time."""
        return [to_entry(row) for row in self._connections.read().execute(_READ, {"reel": reel_id})]


def _json(entry: TimelineEntry, by: str | None) -> str:
    known = {key: value for key, value in {**entry.detail, "by": by}.items() if value is not None}
    return json.dumps(known, ensure_ascii=False, default=str)
