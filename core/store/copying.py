"""Copy one store into another, resumably, and prove at the end that both hold the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.errors import Refused, StoreError
from core.store.connections import Connection, Connections
from core.store.translation import to_value

BATCH: Final = 500
MARK: Final = "copying"
# Every table in an order that its references allow, with the key by which its rows follow each other. A batch commits
# whole, so the last key at the target says where to go on. Leases are no one's any more when the product has stopped.
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "campaign": ("id",),
    "reel": ("id",),
    "timeline": ("id",),
    "callback_token": ("sha256",),
    "past_video": ("video_id",),
    "delivery": ("id",),
    "refusal": ("minute", "reason", "reel_id"),
    "fact": ("name",),
    "tally": ("name", "label"),
    "archive": ("reel_id",),
    "kept_file": ("reel_id", "kind"),
    "campaign_draft": ("key",),
    "retry_request": ("reel_id",),
    "removal": ("reel_id",),
    "look": ("reel_id", "place"),
    "draft": ("id",),
    "last_choice": ("owner",),
    "favourite": ("owner", "kind", "id"),
    "preset": ("id",),
    "message": ("id",),
    "ending": ("id",),
    "telling": ("message_id", "target"),
}
# What triggers keep follows from the rows; it is compared all the same.
COUNTED: Final[Mapping[str, tuple[str, str]]] = {
    "reel_count": ("status", "n"),
    "reel_send_count": ("send_state", "n"),
    "reel_done": ("quarter", "n"),
    "reel_seconds": ("quarter", "seconds"),
    "campaign_count": ("campaign_id, state", "n"),
    "delivery_count": ("verdict", "n"),
    "delivery_aside_count": ("id", "n"),
    "delivery_quarter": ("quarter, verdict", "n"),
}
_COLUMNS: Final = {
    "sqlite": "SELECT name FROM pragma_table_info(?)",  # generated columns are not among them
    "postgresql": "SELECT column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = ? AND is_generated = 'NEVER'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Hold one table of which both sides hold the same rows: how many, and a digest of them."""

    table: str
    rows: int
    sha256: str


class Copy:
    """Move everything from one database to another one that is empty, or holds the beginning of this copy."""

    def __init__(self, source: Connections, target: Connections, told: Callable[[str, int], None]) -> None:
        self._source = source
        self._target = target
        self._told = told
        self._columns: dict[str, list[str]] = {}

    def run(self) -> list[Copied]:
        """Copy what is missing, then compare every row; raises Refused, StoreError."""
        self._begin()
        for table in KEYS:
            self._told(table, self._copy(table))
        self._bring_deleted()
        self._number_on()
        proof = [self._compared(table) for table in KEYS]
        for table in COUNTED:
            self._compare_counted(table)
        with self._target.write() as conn:
            conn.execute("DELETE FROM lease WHERE name = ?", (MARK,))
        return proof

    def _begin(self) -> None:
        """Mark the target as ours; raises Refused where it holds anything else."""
        for table in KEYS:
            self._columns[table] = _columns(self._source, table)
            if set(self._columns[table]) != set(_columns(self._target, table)):
                raise StoreError("The table {table} differs: both sides must be of the same version.", table=table)
        with self._target.write() as conn:
            self._target.lock(MARK)
            row = conn.execute("SELECT owner FROM lease WHERE name = ?", (MARK,)).fetchone()
            if row is None and any(_any(conn, table) for table in KEYS):
                raise Refused("{address} already holds data: name an empty database.", address=self._target.address)
            if row is not None and row["owner"] != self._source.address:
                raise Refused(
                    "{address} holds an unfinished copy of {other}: name an empty database.",
                    address=self._target.address,
                    other=row["owner"],
                )
            conn.execute(
                "INSERT INTO lease (name, owner, until) VALUES (?, ?, 0) ON CONFLICT DO NOTHING",
                (MARK, self._source.address),
            )

    def _copy(self, table: str) -> int:
        """Copy the rows after the target's last one; return how many there were."""
        names = self._columns[table]
        insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  # ours
        copied = 0
        for rows in self._batches(self._source, table, _last(self._target, table)):
            with self._target.write() as conn:
                conn.executemany(insert, rows)
            copied += len(rows)
        return copied

    def _batches(
        self, side: Connections, table: str, after: Sequence[Any] | None = None
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield a table's rows in the order of its key, some at a time."""
        names, keys = self._columns[table], KEYS[table]
        places = [names.index(key) for key in keys]
        order = ", ".join(keys)
        while True:
            where = f"WHERE ({order}) > ({', '.join('?' * len(keys))}) " if after else ""
            sql = f"SELECT {', '.join(names)} FROM {table} {where}ORDER BY {order} LIMIT {BATCH}"  # noqa: S608  # ours
            rows = [tuple(row) for row in side.read().execute(sql, tuple(after or ()))]
            if not rows:
                return
            yield rows
            after = [rows[-1][place] for place in places]

    def _bring_deleted(self) -> None:
        """Bring how many reels of each campaign were deleted: they have left it, so that no row says it."""
        rows = self._source.read().execute("SELECT campaign_id, n FROM campaign_count WHERE state = 'deleted'")
        counted = "campaign_count" if self._target.kind == "sqlite" else "campaign_count_slot"
        with self._target.write() as conn:
            conn.execute(f"DELETE FROM {counted} WHERE state = 'deleted'")  # noqa: S608  # ours
            insert = f"INSERT INTO {counted} (campaign_id, state, n) VALUES (?, 'deleted', ?)"  # noqa: S608  # ours
            conn.executemany(insert, [(row["campaign_id"], row["n"]) for row in rows])

    def _number_on(self) -> None:
        """Let new rows be numbered after the copied ones; SQLite does so by itself."""
        if self._target.kind == "sqlite":
            return
        with self._target.write() as conn:
            for table in (table for table, keys in KEYS.items() if keys == ("id",)):
                conn.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false) "  # noqa: S608  # ours
                    f"FROM {table}"
                )

    # The proof

    def _compared(self, table: str) -> Copied:
        """Return what both sides hold of a table; raises StoreError where they differ."""
        here, there = self._digest(self._source, table), self._digest(self._target, table)
        if here != there:
            raise StoreError(
                "The copy of {table} differs ({here} rows, {there} copied): stop the product, empty the target, "
                "copy again.",
                table=table,
                here=here.rows,
                there=there.rows,
            )
        return here

    def _digest(self, side: Connections, table: str) -> Copied:
        digest, n = hashlib.sha256(), 0
        for rows in self._batches(side, table):
            for row in rows:
                digest.update(repr([_comparable(value) for value in row]).encode("utf-8", "surrogatepass"))
            n += len(rows)
        return Copied(table=table, rows=n, sha256=digest.hexdigest())

    def _compare_counted(self, table: str) -> None:
        if _counted(self._source, table) != _counted(self._target, table):
            raise StoreError("The figures in {table} differ: empty the target and copy again.", table=table)


def _comparable(value: Any) -> Any:
    kept = to_value(value)
    return int(kept) if isinstance(kept, float) and kept.is_integer() else kept


def _columns(side: Connections, table: str) -> list[str]:
    return sorted(row[0] for row in side.read().execute(_COLUMNS[side.kind], (table,)))


def _any(conn: Connection, table: str) -> bool:
    return conn.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None  # noqa: S608  # ours


def _last(side: Connections, table: str) -> list[Any] | None:
    keys = KEYS[table]
    order = ", ".join(f"{key} DESC" for key in keys)
    sql = f"SELECT {', '.join(keys)} FROM {table} ORDER BY {order} LIMIT 1"  # noqa: S608  # ours
    row = side.read().execute(sql).fetchone()
    return None if row is None else list(row)


def _counted(side: Connections, table: str) -> set[tuple[Any, ...]]:
    keys, n = COUNTED[table]
    rows = side.read().execute(f"SELECT {keys}, {n} FROM {table}")  # noqa: S608  # ours
    found = {(*list(row)[:-1], round(row[n], 3)) for row in rows}
    return {row for row in found if row[-1]}
