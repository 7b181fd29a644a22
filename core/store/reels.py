"""Keep reels: every SQL statement over the tables reel, callback_token and past_video."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter
from typing import Any, Final

from core.clock import SKEW_MS, to_ms
from core.errors import UnknownReel
from core.models import ProcessingMode, Reel, ReelStatus, SendState, Shelf
from core.store.connections import HELD, SORTED, Connection, Connections, Row, unlocked
from core.store.rows import REEL_COLUMNS, as_stored, bind, bind_reels, chunked, columns_of, lease, to_reel
from core.store.search import query, whole, words

_COLUMNS: Final = ", ".join(REEL_COLUMNS)
_IF_NEW: Final = (
    "ON CONFLICT (idempotency_key) /*postgres: WHERE idempotency_key <> ''*/ DO NOTHING RETURNING idempotency_key, id"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM reel "  # noqa: S608  # names are ours

# A webhook-mode reel whose webhook is long overdue is not counted: nothing asks for it, so it would hold its slot until
# the deadline, and HeyGen's own limit (429) still protects the account.
_IN_FLIGHT: Final = """
    SELECT (
        SELECT count(*) FROM reel
        WHERE status = 'processing' AND account = :account AND (mode <> 'webhook' OR submitted_at > :forgotten)
    ) + (
        SELECT count(*) FROM reel INDEXED BY reel_sending
        WHERE status = 'pending' AND account = :account AND send_state IN ('sending', 'unknown')
    )
"""
_ANY_SENDING: Final = """
    SELECT 1 FROM reel INDEXED BY reel_sending
    WHERE status = 'pending' AND account = ? AND send_state IN ('sending', 'unknown') LIMIT 1
"""
_DUE: Final = """
    SELECT id FROM reel
    WHERE status = 'pending' AND account = :account AND send_after <= :now AND send_state = :state
      AND deleted_at IS NULL
      AND (lease_until IS NULL OR lease_until <= :clock) AND (:only IS NULL OR id = :only)
    ORDER BY send_after, id LIMIT :room
"""
_CLAIM: Final = f"""
    UPDATE reel SET send_state = 'sending', sends = sends + 1, first_sent_at = coalesce(first_sent_at, :now),
        lease_owner = :owner, lease_until = :clock + :lease_ms, lease_epoch = lease_epoch + 1, updated_at = :now
    WHERE id IN ({unlocked(_DUE)})
    RETURNING {_COLUMNS}
"""  # noqa: S608  # names are ours
_RUN_OUT: Final = """
    SELECT id FROM reel
    WHERE status = 'pending' AND account = :account AND send_state = 'sending' AND lease_until <= :clock
"""
_LOST: Final = f"""
    UPDATE reel SET send_state = 'unknown', unsure = 1, lease_owner = NULL, lease_until = NULL
    WHERE id IN ({unlocked(_RUN_OUT)})
"""  # noqa: S608  # ours
# The words are followed from the newest row down, and each row's state is looked up in an index.
_FOUND: Final = """
    SELECT reel_text.rowid FROM reel_text CROSS JOIN reel ON reel.id = reel_text.rowid
    WHERE reel_text MATCH ?{ids}{where}
    ORDER BY {order}reel_text.rowid DESC LIMIT ?
"""
# In PostgreSQL, a plan for all rows of which few are fetched: one for few rows would read all where a word is rare.
_FILLS: Final = """
    SELECT count(*) FROM (
        /*postgres: WITH found AS MATERIALIZED (*/ SELECT 1 FROM reel_text WHERE reel_text MATCH ?
        /*postgres: ) SELECT 1 FROM found*/ LIMIT ?
    ) AS part
"""
_IDS: Final = (
    " AND reel_text.rowid <= (SELECT max(id) FROM reel WHERE {column} = ?)"
    " AND reel_text.rowid >= (SELECT min(id) FROM reel WHERE {column} = ?)"
)
_OPEN: Final = """
    SELECT account, send_state, count(*) AS n FROM reel INDEXED BY reel_sending
    WHERE status = 'pending' GROUP BY account, send_state
    UNION ALL
    SELECT account, 'sent' AS send_state, count(*) AS n FROM reel INDEXED BY reel_processing
    WHERE status = 'processing' GROUP BY account
"""
_NAMED: Final = """
    SELECT account FROM reel INDEXED BY reel_send WHERE status = 'pending' AND account > ''
    UNION
    SELECT account FROM reel INDEXED BY reel_processing WHERE status = 'processing' AND account > ''
"""
# Ids follow the time of creation but for what several processes do at once: days bound the ids, generously, so that
# a list goes on in the order of its index, and then each row's own time decides.
_FIRST_ID: Final = (
    "(SELECT min(id) FROM (SELECT id FROM reel WHERE created_at >= ? ORDER BY created_at LIMIT 100) AS part)"
)
_LAST_ID: Final = (
    "(SELECT max(id) FROM (SELECT id FROM reel WHERE created_at < ? ORDER BY created_at DESC LIMIT 100) AS part)"
)
_ACCOUNT_PLAIN: Final = "reel.account || ''"  # so that no index is taken for it
_DISORDER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReelFilter:
    """Choose reels for a list; title and script of each have all words of `text`, or words that begin so."""

    status: ReelStatus | None = None
    mode: ProcessingMode | None = None
    account: str | None = None
    text: str = ""
    before_id: int | None = None
    campaign_id: int | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None
    shelf: Shelf = Shelf.LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Hold how many reels of an account wait to be sent, are at HeyGen, and wait for a person's decision."""

    waiting: int = 0
    in_flight: int = 0
    doubt: int = 0


class Reels:
    """Read and write reels; writes join the caller's transaction."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, reels: Sequence[Reel]) -> list[Reel]:
        """Store reels that have mode and times set, in one transaction; those already stored are returned as stored."""
        if not reels:
            return []
        ids: dict[str, int] = {}
        columns = columns_of(reels)
        names, rows = bind_reels(columns)
        insert = f"INSERT INTO reel ({', '.join(names)}) VALUES "  # noqa: S608  # names are ours
        values = f"({', '.join('?' * len(names))})"
        with self._connections.write() as conn:
            for chunk in chunked(rows):
                sql = f"{insert} {', '.join([values] * len(chunk))} {_IF_NEW}"
                ids.update(conn.execute(sql, list(chain.from_iterable(chunk))).fetchall())
            if len(ids) < len(reels):  # some were stored already, or come twice
                known = self._by_keys(conn, [reel.idempotency_key for reel in reels])
                return [known[reel.idempotency_key] for reel in reels]
        return as_stored(columns, ids)

    def _by_keys(self, conn: Connection, keys: Sequence[str]) -> dict[str, Reel]:
        found: dict[str, Reel] = {}
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            sql = _SELECT + f"WHERE idempotency_key IN ({', '.join('?' * len(some))})"
            found.update((reel.idempotency_key, reel) for reel in map(to_reel, conn.execute(sql, some)))
        return found

    def get(self, reel_id: int) -> Reel:
        """Return one reel; in a transaction, nobody else changes it until that ends. Raises UnknownReel."""
        reel = self._one(f"WHERE id = ? {HELD}", reel_id) if 0 < reel_id < 2**63 else None
        if reel is None:
            raise UnknownReel("There is no reel {id}; `list` shows those that exist.", id=reel_id)
        return reel

    def exists(self, reel_id: int) -> bool:
        """Tell whether a reel has this id."""
        row = self._connections.read().execute("SELECT 1 FROM reel WHERE id = ?", (reel_id,)).fetchone()
        return row is not None

    def by_key(self, idempotency_key: str) -> Reel | None:
        """Return the reel that is sent with this key, or None."""
        return self._one("WHERE idempotency_key = ?", idempotency_key)

    def by_video(self, video_id: str) -> Reel | None:
        """Return the reel whose present attempt has this video, or None; in a transaction, it is held as by `get`."""
        return self._one(f"WHERE video_id = ? {HELD}", video_id)

    def by_past_video(self, video_id: str) -> Reel | None:
        """Return the reel of which an earlier attempt had this video, or None."""
        return self._one("WHERE id = (SELECT reel_id FROM past_video WHERE video_id = ?)", video_id)

    def save(self, reel: Reel, **changes: Any) -> Reel:
        """Write some fields and return the reel as it now is; the lease goes with any change of the send state."""
        columns = ", ".join(f"{name} = ?" for name in changes)
        if "send_state" in changes:
            columns += ", lease_owner = NULL, lease_until = NULL"
        with self._connections.write() as conn:
            sql = f"UPDATE reel SET {columns} WHERE id = ?"  # noqa: S608  # names are ours
            conn.execute(sql, [*(bind(value) for value in changes.values()), reel.id])
        return replace(reel, **changes)

    def note_past_video(self, reel: Reel) -> None:
        """Remember the video of an attempt that is being replaced."""
        with self._connections.write() as conn:
            conn.execute(
                "INSERT INTO past_video (video_id, reel_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (reel.video_id, reel.id),
            )

    def claim(
        self,
        *,
        account: str = "",
        owner: str,
        now: datetime,
        lease_s: float,
        room: int,
        limit: int,
        forgotten: datetime,
        only: int | None = None,
    ) -> list[Reel]:
        """Lease reels of an account to send: first those whose outcome is unknown, then new ones while there is room.

        `room` bounds what the account has in flight, `limit` this claim. A lease that ran out belongs to a worker that
        died while sending: the reel comes back as unknown. Returns the reels with their new lease_epoch.
        """
        values = lease(now, lease_s) | {"account": account, "owner": owner, "only": only}
        with self._connections.write() as conn:
            # What is in flight must not grow while room for more is being counted.
            self._connections.lock(f"claim {account}")
            conn.execute(_LOST, values)
            unknown = conn.execute(_CLAIM, values | {"state": SendState.UNKNOWN, "room": limit}).fetchall()
            in_flight = conn.execute(_IN_FLIGHT, {"account": account, "forgotten": to_ms(forgotten)}).fetchone()[0]
            free = max(0, min(limit - len(unknown), room - in_flight))
            fresh = conn.execute(_CLAIM, values | {"state": SendState.QUEUED, "room": free}).fetchall()
        return [*_oldest_first(unknown), *_oldest_first(fresh)]

    def may_send(self, now: datetime, account: str = "") -> bool:
        """Tell whether a claim for an account could find anything; a read, so that an idle worker writes nothing."""
        sql = """
            SELECT 1 FROM reel
            WHERE status = 'pending' AND account = :account AND send_after <= :now
              AND (lease_until IS NULL OR lease_until <= :clock) AND deleted_at IS NULL LIMIT 1
        """
        values = lease(now) | {"account": account}
        return self._connections.read().execute(sql, values).fetchone() is not None

    def any_sending(self, account: str = "") -> bool:
        """Tell whether the submission of any reel of an account is still unanswered."""
        return self._connections.read().execute(_ANY_SENDING, (account,)).fetchone() is not None

    def rivals(self, reel: Reel) -> int:
        """Count the other reels of the same account and title whose sending has an unknown outcome."""
        where = "status = 'pending' AND unsure = 1 AND title = ? AND account = ? AND id <> ?"
        sql = f"SELECT count(*) FROM reel WHERE {where}"  # noqa: S608  # ours
        values = (reel.title, reel.account, reel.id)
        return int(self._connections.read().execute(sql, values).fetchone()[0])

    def add_token(self, reel_id: int, sha256: bytes) -> None:
        """Accept a callback token by its hash."""
        with self._connections.write() as conn:
            conn.execute("INSERT INTO callback_token (sha256, reel_id) VALUES (?, ?)", (sha256, reel_id))

    def token_reel(self, sha256: bytes) -> int | None:
        """Return the id of the reel that a token was made for, or None."""
        row = (
            self._connections.read()
            .execute("SELECT reel_id FROM callback_token WHERE sha256 = ?", (sha256,))
            .fetchone()
        )
        return None if row is None else int(row[0])

    def processing(self, account: str = "") -> list[Reel]:
        """Return every reel that an account of HeyGen is rendering, oldest first."""
        return self._all("WHERE status = 'processing' AND account = ? ORDER BY submitted_at", account)

    def past_deadline(self, now: datetime, account: str = "") -> list[Reel]:
        """Return the reels of an account whose deadline has come."""
        where = (
            "WHERE status = 'processing' AND account = :account AND deadline_at <= :now "
            "AND (check_after IS NULL OR check_after <= :now) ORDER BY deadline_at LIMIT 100"
        )
        rows = self._connections.read().execute(_SELECT + where, {"now": to_ms(now), "account": account})
        return [to_reel(row) for row in rows]

    def page(self, wanted: ReelFilter, limit: int) -> list[Reel]:
        """Return reels newest first; `before_id` of the filter continues a list (keyset paging)."""
        where, values = _wanted(wanted)
        if not wanted.text:
            return self._all(f"WHERE true{where} ORDER BY id DESC LIMIT ?", *values, limit)
        some = words(wanted.text)
        if not some:
            return []
        match = query(some, lambda word: self._fills_a_page(word, limit))
        shelf = f"shelf = {int(wanted.shelf)} AND account"  # as the index has them
        rare = {"status": bind(wanted.status), "campaign_id": wanted.campaign_id, shelf: wanted.account}
        bounds = {column: value for column, value in rare.items() if value is not None}
        order = SORTED if "*" in match else ""
        found = _FOUND.format(order=order, where=where, ids="".join(_IDS.format(column=column) for column in bounds))
        twice = chain.from_iterable((value, value) for value in bounds.values())
        return self._all(f"WHERE id IN ({found}) ORDER BY id DESC", match, *twice, *values, limit)

    def _fills_a_page(self, word: str, limit: int) -> bool:
        return int(self._connections.read().execute(_FILLS, (whole(word), limit)).fetchone()[0]) >= limit

    def since(self, detected_after: datetime, limit: int = 50) -> list[Reel]:
        """Return the reels whose end we learned after a moment, oldest first."""
        where = "WHERE detected_at > ? AND deleted_at IS NULL ORDER BY detected_at LIMIT ?"
        return self._all(where, to_ms(detected_after), limit)

    def counts(self) -> dict[ReelStatus, int]:
        """Return how many reels are in each state (kept by triggers, not counted)."""
        rows = self._connections.read().execute("SELECT status, n FROM reel_count")
        return dict.fromkeys(ReelStatus, 0) | {ReelStatus(row["status"]): row["n"] for row in rows}

    def completed_since(self, moment: datetime) -> int:
        """Count the reels whose completion we learned since a moment (triggers keep whole quarters of an hour)."""
        sql = """
            SELECT (SELECT coalesce(sum(n), 0) FROM reel_done WHERE quarter >= :quarter) + (
                SELECT count(*) FROM reel INDEXED BY reel_completed
                WHERE status = 'completed' AND detected_at >= :moment AND detected_at < :whole
                  AND deleted_at IS NULL
            )
        """
        quarter = -(-to_ms(moment) // 900_000)
        values = {"moment": to_ms(moment), "quarter": quarter, "whole": quarter * 900_000}
        return int(self._connections.read().execute(sql, values).fetchone()[0])

    def overdue(self, submitted_before: datetime) -> int:
        """Count the reels that wait for a webhook since before a moment."""
        sql = (
            "SELECT count(*) FROM reel INDEXED BY reel_overdue "
            "WHERE status = 'processing' AND mode <> 'polling' AND submitted_at <= ? AND deleted_at IS NULL"
        )
        return int(self._connections.read().execute(sql, (to_ms(submitted_before),)).fetchone()[0])

    def waiting_to_send(self) -> dict[SendState, int]:
        """Return how many pending reels are in each send state (kept by triggers, not counted)."""
        rows = self._connections.read().execute("SELECT send_state, n FROM reel_send_count WHERE n > 0")
        return {SendState(row["send_state"]): row["n"] for row in rows}

    def open_by_account(self) -> dict[str, Open]:
        """Count what is open of each account."""
        found: dict[str, Counter[str]] = {}
        for row in self._connections.read().execute(_OPEN):
            found.setdefault(row["account"], Counter())[row["send_state"]] += row["n"]
        return {account: _open(by_state) for account, by_state in found.items()}

    def accounts_with_open(self) -> set[str]:
        """Return the accounts with a name that have anything open; nothing is read where none has."""
        return {row["account"] for row in self._connections.read().execute(_NAMED)}

    def render_times(self, limit: int = 500) -> list[tuple[float, int]]:
        """Return (seconds from submission to HeyGen's completed_at, characters of script) of the latest renders.

        The first time is ours and the second HeyGen's. A render that ends before it began, or well after we knew of
        its end, was timed by two clocks that have nothing to do with each other (the simulator's may stand anywhere),
        and teaches nothing; one that ends a little after we knew ended when we knew.
        """
        sql = """
            SELECT (CASE WHEN completed_at < detected_at THEN completed_at ELSE detected_at END - submitted_at) / 1000.0
                AS seconds, length(script) AS characters
            FROM (
                SELECT submitted_at, completed_at, detected_at, script FROM reel INDEXED BY reel_completed
                WHERE status = 'completed' AND detected_at IS NOT NULL ORDER BY detected_at DESC LIMIT :looked
            ) AS part
            WHERE submitted_at < completed_at AND submitted_at < detected_at AND completed_at <= detected_at + :skew
            ORDER BY detected_at DESC LIMIT :limit
        """
        values = {"looked": 2 * limit, "limit": limit, "skew": SKEW_MS}
        return [(row["seconds"], row["characters"]) for row in self._connections.read().execute(sql, values)]

    def _one(self, where: str, *values: object) -> Reel | None:
        row = self._connections.read().execute(_SELECT + where, values).fetchone()
        return None if row is None else to_reel(row)

    def _all(self, where: str, *values: object) -> list[Reel]:
        return [to_reel(row) for row in self._connections.read().execute(_SELECT + where, values)]


def _open(by_state: Mapping[str, int]) -> Open:
    return Open(
        waiting=by_state.get(SendState.QUEUED, 0),
        in_flight=sum(by_state.get(state, 0) for state in (SendState.SENDING, SendState.UNKNOWN, SendState.SENT)),
        doubt=by_state.get(SendState.DOUBT, 0),
    )


def _oldest_first(rows: Sequence[Row]) -> list[Reel]:
    return sorted(map(to_reel, rows), key=attrgetter("send_after", "id"))


def _wanted(wanted: ReelFilter) -> tuple[str, list[Any]]:
    """Return what a filter asks of the columns, as SQL that follows another condition, and the values to bind."""
    row_id = "reel_text.rowid" if wanted.text else "reel.id"
    # Indexes of status and mode by account hold those with a name alone: of the others, status and mode are narrower.
    aside = wanted.campaign_id or (wanted.account == "" and (wanted.status or wanted.mode))
    since, until = wanted.created_from, wanted.created_until
    conditions = {
        # A campaign's own index is the narrow one: the plus keeps the shelf's from being taken.
        f"{'+' if wanted.campaign_id else ''}reel.shelf = ?": int(wanted.shelf),
        "reel.status = ?": wanted.status,
        "reel.mode = ?": wanted.mode,
        f"{_ACCOUNT_PLAIN if aside else 'reel.account'} = ?": wanted.account,
        "reel.campaign_id = ?": wanted.campaign_id,
        f"{row_id} >= {_FIRST_ID}": since and since - _DISORDER,
        f"{row_id} <= {_LAST_ID}": until and until + _DISORDER,
        "+reel.created_at >= ?": since,
        "+reel.created_at < ?": until,
        f"{row_id} < ?": wanted.before_id,
    }
    asked = {sql: bind(value) for sql, value in conditions.items() if value is not None}
    named = " AND reel.account <> ''" if wanted.account and not aside else ""  # as these indexes say it
    return "".join(f" AND {sql}" for sql in asked) + named, list(asked.values())
