"""Keep small shared facts: heartbeats, breakers, leases, tallies and refusals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.clock import from_ms, to_ms
from core.store.connections import Connections
from core.store.rows import lease


class Facts:
    """Read and write facts by name; writes join the caller's transaction."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, name: str) -> Any:
        """Return the JSON value of a fact, or None; in a transaction, nobody else changes it until that ends."""
        self._connections.lock(f"fact {name}")
        row = self._connections.read().execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, name: str, value: object, now: datetime) -> None:
        """Set a fact; None removes it."""
        with self._connections.write() as conn:
            if value is None:
                conn.execute("DELETE FROM fact WHERE name = ?", (name,))
                return
            conn.execute(
                "INSERT INTO fact (name, value, at) VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at",
                (name, json.dumps(value, ensure_ascii=False), to_ms(now)),
            )

    def set_at(self, name: str) -> datetime | None:
        """Return when a fact was last set, or None."""
        row = self._connections.read().execute("SELECT at FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else from_ms(row[0])

    def lease(self, name: str, owner: str, now: datetime, lease_s: float) -> bool:
        """Take or renew a lease; False while another owner holds it."""
        with self._connections.write() as conn:
            cursor = conn.execute(
                "INSERT INTO lease (name, owner, until) VALUES (:name, :owner, :clock + :lease_ms) "
                "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until "
                "WHERE lease.owner = excluded.owner OR lease.until <= :clock",
                lease(now, lease_s) | {"name": name, "owner": owner},
            )
            return cursor.rowcount == 1

    def release(self, name: str, owner: str) -> None:
        """Give a lease back."""
        with self._connections.write() as conn:
            conn.execute("DELETE FROM lease WHERE name = ? AND owner = ?", (name, owner))

    def add(self, name: str, label: str, n: float = 1) -> None:
        """Add to a tally."""
        with self._connections.write() as conn:
            conn.execute(
                "INSERT INTO tally (name, label, n) VALUES (?, ?, ?) "
                "ON CONFLICT (name, label) DO UPDATE SET n = tally.n + excluded.n",
                (name, label, n),
            )

    def tallies(self, name: str) -> dict[str, float]:
        """Return a tally's figures by label."""
        rows = self._connections.read().execute("SELECT label, n FROM tally WHERE name = ?", (name,))
        return {row["label"]: row["n"] for row in rows}

    def refuse(self, reason: str, reel_id: int | None, now: datetime, n: int = 1) -> None:
        """Count a webhook request that was not believed."""
        self.refuse_many({(reason, reel_id): n}, now)

    def refuse_many(self, counts: Mapping[tuple[str, int | None], int], now: datetime) -> None:
        """Count webhook requests that were not believed, by reason and by the reel that they named."""
        at = to_ms(now)
        by_reason: Counter[str] = Counter()
        for (reason, _), n in counts.items():
            by_reason[reason] += n
        with self._connections.write() as conn:
            self._connections.lock("refused")  # several are counted at once, in any order
            conn.executemany(
                "INSERT INTO refusal (minute, reason, reel_id, n, last_at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (minute, reason, reel_id) DO UPDATE SET n = refusal.n + excluded.n, "
                "last_at = excluded.last_at",
                [(at // 60_000, reason, reel_id or 0, n, at) for (reason, reel_id), n in counts.items()],
            )
            for reason, n in by_reason.items():
                self.add("refused", reason, n)

    def refusals(self, limit: int = 50) -> list[dict[str, Any]]:
        """Return the latest refused requests, by minute: last_at, reason, reel_id, n."""
        rows = self._connections.read().execute(
            "SELECT last_at, reason, reel_id, n FROM refusal ORDER BY minute DESC, last_at DESC LIMIT ?",
            (limit,),
        )
        return [{"last_at": from_ms(row[0]), "reason": row[1], "reel_id": row[2] or None, "n": row[3]} for row in rows]
