"""Look through the deliveries: lists by any filter, counts, words of the bodies, and how many came when."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from core.clock import from_ms, to_ms
from core.models import Delivery, Verdict
from core.store.connections import SORTED, Connections, unlocked
from core.store.rows import DELIVERY_COLUMNS, to_delivery
from core.store.search import whole, words

QUARTER_MS: Final = 900_000
WALK: Final = 1000
WALKS: Final = 20
KINDS: Final = 50
T = TypeVar("T")
SHORTEST_BEGINNING: Final = 6
_COLUMNS: Final = ", ".join(DELIVERY_COLUMNS)
_SELECT: Final = f"SELECT {_COLUMNS} FROM delivery "  # noqa: S608  # names are ours
_BEFORE: Final = "id < :before ORDER BY id DESC LIMIT :room"
# One condition leads through an index that is in the order of ids; the others are looked up in what it finds.
_LEADS: Final = {
    "text": "SELECT rowid FROM delivery_text WHERE delivery_text MATCH :text AND rowid < :before "
    "ORDER BY {order}rowid DESC LIMIT :room",
    "reel_id": f"SELECT id FROM delivery INDEXED BY delivery_reel WHERE reel_id = :reel_id AND {_BEFORE}",  # noqa: S608
    "set_aside": f"SELECT id FROM delivery INDEXED BY delivery_aside WHERE set_aside = 1 AND {_BEFORE}",  # noqa: S608
    "verdict": f"SELECT id FROM delivery INDEXED BY delivery_verdict WHERE verdict = :verdict AND {_BEFORE}",  # noqa: S608
    "event_type": f"SELECT id FROM delivery INDEXED BY delivery_kind WHERE event_type = :event_type AND {_BEFORE}",  # noqa: S608
    "": f"SELECT id FROM delivery WHERE {_BEFORE}",  # noqa: S608
}
_ASKED: Final = {
    "reel_id": "reel_id = :reel_id",
    "set_aside": "set_aside = 1",
    "verdict": "verdict = :verdict",
    "event_type": "event_type = :event_type",
}
_KINDS: Final = """
    WITH RECURSIVE kind (name, n) AS (
        SELECT min(event_type), 1 FROM delivery
        UNION ALL
        SELECT (SELECT min(event_type) FROM delivery WHERE event_type > name), n + 1 FROM kind
        WHERE name IS NOT NULL AND n < :most
    )
    SELECT name FROM kind WHERE name IS NOT NULL
"""
_OVER_TIME: Final = """
    SELECT (quarter + :shift) / :width AS bucket, verdict, CAST(sum(n) AS BIGINT) AS n FROM delivery_quarter
    WHERE quarter >= :since AND n > 0 GROUP BY 1, 2
    UNION ALL
    SELECT (received_at / 900000 + :shift) / :width, 'waiting', count(*) FROM delivery
    WHERE received_at / 900000 >= :since AND id IN (
        SELECT id FROM delivery INDEXED BY delivery_verdict WHERE verdict = 'waiting' ORDER BY id DESC LIMIT :most
    )
    GROUP BY 1
"""
_INDEX: Final = """
    INSERT INTO delivery_text (rowid, body)
    SELECT id, CAST(body AS TEXT) FROM delivery
    WHERE id > (SELECT coalesce(max(id), 0) FROM delivery_text_docsize) ORDER BY id LIMIT ?
"""
_LAG_POSTGRES: Final = "SELECT count(*) FROM delivery_unread"
_TAKE_POSTGRES: Final = f"""
    WITH taken AS (
        DELETE FROM delivery_unread WHERE id IN ({unlocked("SELECT id FROM delivery_unread ORDER BY id LIMIT ?")})
        RETURNING id
    )
    SELECT delivery.id, body FROM delivery JOIN taken ON taken.id = delivery.id ORDER BY delivery.id
"""  # noqa: S608  # ours
_INDEX_POSTGRES: Final = """
    INSERT INTO delivery_text (id, words) VALUES (?, plain_words(?)) ON CONFLICT (id) DO NOTHING
"""
_LAG: Final = """
    SELECT coalesce((SELECT max(id) FROM delivery), 0) - coalesce((SELECT max(id) FROM delivery_text_docsize), 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """Choose deliveries for a list; the body of each has all words of `text`."""

    verdict: Verdict | None = None
    set_aside: bool = False
    reel_id: int | None = None
    event_type: str | None = None
    text: str = ""
    before_id: int | None = None

    @property
    def narrows(self) -> bool:
        """Tell whether anything but the place in the list is asked for."""
        return replace(self, before_id=None) != DeliveryFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Hold a part of a list; `next_before` continues it and is None at its end.

    A part may be shorter than asked for, or empty, although more follow: only so many rows are looked at at once.
    """

    rows: Sequence[Delivery]
    next_before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Hold how many deliveries of one verdict came in one span of time."""

    begins_at: datetime
    verdict: Verdict
    n: int


class DeliveryLog:
    """Read the deliveries in every order that people ask for; each query looks at a bounded number of rows."""

    def __init__(self, connections: Connections, *, walk: int = WALK) -> None:
        self._connections = connections
        self._walk = walk

    def walk(self, wanted: DeliveryFilter, limit: int) -> Stretch:
        """Return deliveries newest first, and where to go on."""
        lead, rest = _plan(wanted)
        room = self._walk if rest else limit + 1
        ids = self._ids(lead, wanted, room)
        rows = self._rows(ids, rest, wanted, limit + 1)
        if len(rows) > limit:
            return Stretch(rows=rows[:limit], next_before=rows[limit - 1].id)
        return Stretch(rows=rows, next_before=ids[-1] if rest and len(ids) == room else None)

    def _ids(self, lead: str, wanted: DeliveryFilter, room: int) -> list[int]:
        match = " ".join(_term(word) for word in words(wanted.text))
        if lead == "text" and not match:
            return []
        values = _values(wanted) | {"room": room, "text": match}
        sql = _LEADS[lead].format(order=SORTED if "*" in match else "")
        return [row[0] for row in self._connections.read().execute(sql, values)]

    def _rows(self, ids: Sequence[int], rest: Sequence[str], wanted: DeliveryFilter, limit: int) -> list[Delivery]:
        where = "".join(f" AND {_ASKED[name]}" for name in rest)
        sql = f"{_SELECT}WHERE id IN (SELECT value FROM json_each(:ids)){where} ORDER BY id DESC LIMIT :limit"  # noqa: S608
        values = _values(wanted) | {"ids": json.dumps(ids), "limit": limit}
        return [to_delivery(row) for row in self._connections.read().execute(sql, values)]

    def matching(self, wanted: DeliveryFilter, at_most: int) -> tuple[list[int], bool]:
        """Return the ids that a filter finds, newest first, and whether more may follow."""
        found: list[int] = []
        for _ in range(WALKS):
            stretch = self.walk(wanted, min(WALK, at_most - len(found)))
            found += [delivery.id for delivery in stretch.rows]
            if stretch.next_before is None or len(found) >= at_most:
                return found, stretch.next_before is not None
            wanted = replace(wanted, before_id=stretch.next_before)
        return found, True

    def before(self, delivery: Delivery) -> Delivery | None:
        """Return the delivery that came before this one for the same reel, else for the same video; or None."""
        for column, value in (("reel_id", delivery.reel_id), ("video_id", delivery.video_id)):
            if value is not None:
                sql = f"{_SELECT} WHERE {column} = ? AND id < ? ORDER BY id DESC LIMIT 1"  # names are ours
                row = self._connections.read().execute(sql, (value, delivery.id)).fetchone()
                return None if row is None else to_delivery(row)
        return None

    def set_aside(self) -> int:
        """Return how many are set aside."""
        return int(self._connections.read().execute("SELECT n FROM delivery_aside_count").fetchone()[0])

    def kinds(self) -> list[str]:
        """Return the event types that have come, in their order, at most KINDS of them."""
        return [row[0] for row in self._connections.read().execute(_KINDS, {"most": KINDS})]

    def over_time(self, since: datetime, *, quarters: int, offset_s: float = 0.0) -> list[Bar]:
        """Return how many came, by verdict and by spans of so many quarters of an hour, since a moment.

        Spans begin where the clock of a zone, `offset_s` ahead of UTC, shows a whole number of them.
        """
        shift = round(offset_s / 900)
        values = {"since": to_ms(since) // QUARTER_MS, "shift": shift, "width": quarters, "most": WALK}
        rows = self._connections.read().execute(_OVER_TIME, values)
        return [
            Bar(
                begins_at=from_ms((row["bucket"] * quarters - shift) * QUARTER_MS),
                verdict=Verdict(row["verdict"]),
                n=row["n"],
            )
            for row in rows
        ]

    def index(self, limit: int) -> int:
        """Make the words of so many more bodies findable; return how many there were."""
        if self.unindexed() <= 0:
            return 0
        with self._connections.write() as conn:
            if self._connections.kind == "sqlite":
                return conn.execute(_INDEX, (limit,)).rowcount
            taken = conn.execute(_TAKE_POSTGRES, (limit,)).fetchall()
            bodies = [(row["id"], row["body"].decode("utf-8", "replace")) for row in taken]
            conn.executemany(_INDEX_POSTGRES, bodies)
            return len(bodies)

    def unindexed(self) -> int:
        """Return about how many of the newest deliveries a search by words does not know yet."""
        lag = _LAG if self._connections.kind == "sqlite" else _LAG_POSTGRES
        return int(self._connections.read().execute(lag).fetchone()[0])


def _plan(wanted: DeliveryFilter) -> tuple[str, list[str]]:
    """Return the condition that leads, and those that are looked up in what it finds."""
    asked = [name for name in _LEADS if name and getattr(wanted, name) not in (None, False, "")]
    lead, *rest = asked or [""]
    return lead, rest


def _values(wanted: DeliveryFilter) -> dict[str, Any]:
    return {
        "verdict": wanted.verdict and str(wanted.verdict),
        "reel_id": wanted.reel_id,
        "event_type": wanted.event_type,
        "before": 2**63 - 1 if wanted.before_id is None else wanted.before_id,
    }


def _term(word: str) -> str:
    """Return the FTS5 term for a word; an identifier is found by its beginning too."""
    is_identifier = len(word) >= SHORTEST_BEGINNING and any(char.isdigit() for char in word)
    return whole(word) + "*" * is_identifier


def chunks(some: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a list."""
    return (some[start : start + size] for start in range(0, len(some), size))
