"""Keep deliveries: every SQL statement over the table delivery."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from core.check import Told, apart
from core.clock import from_ms, to_ms
from core.models import Delivery, NewDelivery, Verdict
from core.store.connections import HELD, Connections, unlocked
from core.store.delivery_log import DeliveryFilter, DeliveryLog, chunks
from core.store.rows import DELIVERY_COLUMNS, lease, to_delivery

_COLUMNS: Final = ", ".join(DELIVERY_COLUMNS)
_SELECT: Final = f"SELECT {_COLUMNS} FROM delivery "  # noqa: S608  # names are ours
_INSERT: Final = """
    INSERT INTO delivery (fingerprint, received_at, last_seen_at, reel_id, auth, event_type, body, headers, seen,
        verdict, work_after)
    SELECT fingerprint, received_at, last_seen_at, reel_id, auth, event_type, body, headers, seen, 'waiting',
        received_at
    FROM {given} WHERE fingerprint IS NOT NULL
    ON CONFLICT (fingerprint) DO UPDATE
    SET seen = delivery.seen + excluded.seen, last_seen_at = excluded.last_seen_at
"""
_GIVEN: Final = {
    "fingerprint": "bytea",
    "received_at": "bigint",
    "last_seen_at": "bigint",
    "reel_id": "bigint",
    "auth": "text",
    "event_type": "text",
    "body": "bytea",
    "headers": "text",
    "seen": "integer",
}
AT_ONCE: Final = 256
_REPLAY: Final = """
    UPDATE delivery SET verdict = 'waiting', set_aside = 0, attempts = 0, work_after = :now, lease_until = NULL
    WHERE id IN (SELECT value FROM json_each(:ids))
"""
_DUE: Final = """
    SELECT id FROM delivery WHERE work_after <= :now AND (lease_until IS NULL OR lease_until <= :clock)
    ORDER BY work_after, id LIMIT :limit
"""
_CLAIM: Final = f"""
    UPDATE delivery SET lease_until = :clock + :lease_ms WHERE id IN ({unlocked(_DUE)})
    RETURNING {_COLUMNS}
"""  # noqa: S608  # names are ours


class Deliveries:
    """Record, claim and settle deliveries; writes join the caller's transaction."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.log = DeliveryLog(connections)

    def record(self, batch: Sequence[NewDelivery]) -> None:
        """Store deliveries; one that is identical to an earlier one, byte for byte, is counted on it."""
        if not batch:
            return
        rows = _rows(batch)
        if len(rows) <= AT_ONCE:
            self._connections.write_rows(_INSERT, _GIVEN, rows)
            return
        with self._connections.write():
            for some in chunks(rows, AT_ONCE):
                self._connections.write_rows(_INSERT, _GIVEN, some)

    def claim(self, *, now: datetime, lease_s: float, limit: int) -> list[Delivery]:
        """Lease deliveries that are to be worked off now, oldest first."""
        values = lease(now, lease_s) | {"limit": limit}
        if not self.has_due(now):
            return []
        with self._connections.write() as conn:
            return sorted(map(to_delivery, conn.execute(_CLAIM, values)), key=lambda delivery: delivery.id)

    def has_due(self, now: datetime) -> bool:
        """Tell whether anything is to be worked off; a read, so that an idle worker writes nothing."""
        sql = """
            SELECT 1 FROM delivery WHERE work_after <= :now AND (lease_until IS NULL OR lease_until <= :clock) LIMIT 1
        """
        return self._connections.read().execute(sql, lease(now)).fetchone() is not None

    def settle(
        self,
        delivery: Delivery,
        verdict: Verdict,
        *,
        now: datetime,
        again_at: datetime | None = None,
        reel_id: int | None = None,
        event_id: str | None = None,
        video_id: str | None = None,
        set_aside: bool = False,
        note: Told | str | None = None,
        counted: bool = True,
    ) -> None:
        """Write the verdict and end the lease; `again_at` keeps the delivery waiting for another try.

        Nothing is written where somebody else has settled it since it was claimed: the lease ran out.
        """
        with self._connections.write() as conn:
            conn.execute(
                """
                UPDATE delivery SET verdict = ?, work_after = ?, lease_until = NULL, worked_at = ?,
                    attempts = attempts + ?, set_aside = ?, note = ?, note_told = ?, reel_id = coalesce(reel_id, ?),
                    event_id = coalesce(?, event_id), video_id = coalesce(?, video_id)
                WHERE id = ? AND worked_at IS ?
                """,
                (
                    verdict,
                    None if again_at is None else to_ms(again_at),
                    to_ms(now),
                    int(counted),
                    int(set_aside),
                    None if note is None else str(note),
                    json.dumps(apart(note), ensure_ascii=False) if isinstance(note, Told) else None,
                    reel_id,
                    event_id,
                    video_id,
                    delivery.id,
                    None if delivery.worked_at is None else to_ms(delivery.worked_at),
                ),
            )

    def is_unsettled(self, delivery: Delivery) -> bool:
        """Tell whether nobody has settled a delivery since it was claimed; ask in the transaction that acts on it."""
        sql = f"SELECT 1 FROM delivery WHERE id = ? AND worked_at IS ? {HELD}"  # noqa: S608  # ours
        worked_at = None if delivery.worked_at is None else to_ms(delivery.worked_at)
        return self._connections.read().execute(sql, (delivery.id, worked_at)).fetchone() is not None

    def hasten(self, reel_id: int, now: datetime) -> None:
        """Have what waits for a reel worked off now, because its end has become known.

        Whoever has one in hand at this moment will see the reel's end by itself, and is not waited for.
        """
        which = unlocked("SELECT id FROM delivery WHERE reel_id = :reel AND work_after > :now")
        with self._connections.write() as conn:
            sql = f"UPDATE delivery SET work_after = :now WHERE id IN ({which})"  # noqa: S608  # ours
            conn.execute(sql, {"reel": reel_id, "now": to_ms(now)})

    def replay(self, delivery_id: int, now: datetime) -> bool:
        """Have a delivery worked off again from the start; tell whether it exists."""
        return self.replay_many([delivery_id], now) == 1

    def replay_many(self, delivery_ids: Sequence[int], now: datetime) -> int:
        """Have many deliveries worked off again from the start, some at a time; return how many there were."""
        replayed = 0
        for some in chunks(delivery_ids, AT_ONCE):
            with self._connections.write() as conn:
                replayed += conn.execute(_REPLAY, {"now": to_ms(now), "ids": json.dumps(some)}).rowcount
        return replayed

    def get(self, delivery_id: int) -> Delivery | None:
        """Return one delivery, or None."""
        row = self._connections.read().execute(_SELECT + "WHERE id = ?", (delivery_id,)).fetchone()
        return None if row is None else to_delivery(row)

    def page(self, wanted: DeliveryFilter, limit: int) -> list[Delivery]:
        """Return deliveries newest first (keyset paging by `before_id`)."""
        return list(self.log.walk(wanted, limit).rows)

    def applied_before(self, delivery: Delivery, event_type: str, video_id: str) -> bool:
        """Tell whether an earlier delivery already brought this event of this video."""
        sql = """
            SELECT 1 FROM delivery
            WHERE video_id = ? AND event_type = ? AND id < ? AND verdict IN ('applied', 'duplicate') LIMIT 1
        """
        row = self._connections.read().execute(sql, (video_id, event_type, delivery.id)).fetchone()
        return row is not None

    def counts(self) -> dict[Verdict, int]:
        """Return how many deliveries have each verdict (kept by triggers, not counted)."""
        rows = self._connections.read().execute("SELECT verdict, n FROM delivery_count WHERE n > 0")
        return {Verdict(row["verdict"]): row["n"] for row in rows}

    def last_received_at(self) -> datetime | None:
        """Return when the latest believed delivery came, or None."""
        row = self._connections.read().execute("SELECT max(last_seen_at) FROM delivery").fetchone()
        return None if row[0] is None else from_ms(row[0])

    def waiting(self) -> tuple[int, datetime | None]:
        """Return how many deliveries are not worked off yet, and since when the oldest waits."""
        row = (
            self._connections.read()
            .execute("SELECT count(*), min(received_at) FROM delivery WHERE work_after IS NOT NULL")
            .fetchone()
        )
        return int(row[0]), None if row[1] is None else from_ms(row[1])


def _rows(batch: Sequence[NewDelivery]) -> list[tuple[Any, ...]]:
    """Return one row for all that are identical: no statement could store one and count it again."""
    rows: dict[bytes, tuple[Any, ...]] = {}
    for new in batch:
        key, at = fingerprint(new), to_ms(new.received_at)
        headers = msgspec.json.encode(new.headers).decode()
        if key in rows:
            rows[key] = (*rows[key][:2], at, *rows[key][3:8], rows[key][8] + 1)
        else:
            rows[key] = (key, at, at, new.reel_id, new.auth, new.event_type, new.body, headers, 1)
    return list(rows.values())


def fingerprint(new: NewDelivery) -> bytes:
    """Return a hash that is equal only for the same raw body on the same route."""
    return hashlib.sha256(b"%d|%s|" % (new.reel_id or 0, new.auth.encode()) + new.body).digest()
