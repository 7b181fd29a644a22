"""Keep deliveries: every SQL statement over the table delivery."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any, Final

import msgspec

from core.check import Told, apart
from core.clock import from_ms, to_ms
from core.models import Delivery, NewDelivery, Verdict
from core.store.delivery_log import DeliveryFilter, DeliveryLog, chunks
from core.store.rows import DELIVERY_COLUMNS, to_delivery
from core.store.sqlite import Connections

_COLUMNS: Final = ", ".join(DELIVERY_COLUMNS)
_SELECT: Final = f"SELECT {_COLUMNS} FROM delivery "  # noqa: S608  # names are ours
_INSERT: Final = """
    INSERT INTO delivery (fingerprint, received_at, last_seen_at, reel_id, auth, event_type, body, headers, verdict,
        work_after)
    SELECT column1, column2, column2, column3, column4, column5, column6, column7, 'waiting', column2
    FROM (VALUES {rows}) WHERE column1 IS NOT NULL
    ON CONFLICT (fingerprint) DO UPDATE SET seen = seen + 1, last_seen_at = excluded.last_seen_at
"""
_EMPTY: Final = (None,) * 7
AT_ONCE: Final = 256
_REPLAY: Final = """
    UPDATE delivery SET verdict = 'waiting', set_aside = 0, attempts = 0, work_after = :now, lease_until = NULL
    WHERE id IN (SELECT value FROM json_each(:ids))
"""
_CLAIM: Final = f"""
    UPDATE delivery SET lease_until = :until
    WHERE id IN (
        SELECT id FROM delivery WHERE work_after <= :now AND (lease_until IS NULL OR lease_until <= :now)
        ORDER BY work_after, id LIMIT :limit
    )
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
        rows = [
            (
                fingerprint(new),
                to_ms(new.received_at),
                new.reel_id,
                new.auth,
                new.event_type,
                new.body,
                msgspec.json.encode(new.headers).decode(),
            )
            for new in batch
        ]
        if len(rows) <= AT_ONCE:
            self._connections.write_once(*_insert(rows))
            return
        with self._connections.write() as conn:
            for start in range(0, len(rows), AT_ONCE):
                conn.execute(*_insert(rows[start : start + AT_ONCE]))

    def claim(self, *, now: datetime, lease_s: float, limit: int) -> list[Delivery]:
        """Lease deliveries that are to be worked off now, oldest first."""
        values = {"now": to_ms(now), "until": to_ms(now + timedelta(seconds=lease_s)), "limit": limit}
        if not self.has_due(now):
            return []
        with self._connections.write() as conn:
            return sorted(map(to_delivery, conn.execute(_CLAIM, values)), key=lambda delivery: delivery.id)

    def has_due(self, now: datetime) -> bool:
        """Tell whether anything is to be worked off; a read, so that an idle worker writes nothing."""
        sql = """
            SELECT 1 FROM delivery WHERE work_after <= :now AND (lease_until IS NULL OR lease_until <= :now) LIMIT 1
        """
        return self._connections.read().execute(sql, {"now": to_ms(now)}).fetchone() is not None

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
        sql = "SELECT 1 FROM delivery WHERE id = ? AND worked_at IS ?"
        worked_at = None if delivery.worked_at is None else to_ms(delivery.worked_at)
        return self._connections.read().execute(sql, (delivery.id, worked_at)).fetchone() is not None

    def hasten(self, reel_id: int, now: datetime) -> None:
        """Have what waits for a reel worked off now, because its end has become known."""
        with self._connections.write() as conn:
            conn.execute(
                "UPDATE delivery SET work_after = :now WHERE reel_id = :reel AND work_after > :now",
                {"reel": reel_id, "now": to_ms(now)},
            )

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


def fingerprint(new: NewDelivery) -> bytes:
    """Return a hash that is equal only for the same raw body on the same route."""
    return hashlib.sha256(b"%d|%s|" % (new.reel_id or 0, new.auth.encode()) + new.body).digest()


def _insert(rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    """Return one statement that stores all rows, and its values; few different ones, since each must be prepared."""
    room = 1 << (len(rows) - 1).bit_length()
    return _statement(room), list(chain.from_iterable([*rows, *[_EMPTY] * (room - len(rows))]))


@cache
def _statement(room: int) -> str:
    return _INSERT.format(rows=", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * room))
