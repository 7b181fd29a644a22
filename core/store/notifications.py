"""Keep what is to be told to people outside: every SQL statement over message, ending and telling."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.clock import from_ms, to_ms
from core.models import Ended, ReelStatus
from core.store.connections import Connection, Connections, Row, unlocked
from core.store.rows import lease

TELLING: Final = "telling"  # the fact that the trigger on reel asks for
OFF: Final = "turned off"
UNKNOWN: Final = "no longer a target"
GATHERED: Final = 5000
_OPEN: Final = "('pending', 'processing', 'retry')"
_ENDED: Final = "ending.id, reel_id, reel.title, ending.status, ending.failure_code, ending.at"
_GONE: Final = "SELECT id FROM reel WHERE deleted_at IS NOT NULL AND id = ending.reel_id"
# The next campaign is sought in the index, so that one of many thousand endings costs no more than one of two.
_RESTING: Final = f"""
    WITH RECURSIVE waiting (id) AS (
        SELECT min(campaign_id) FROM ending WHERE message_id IS NULL AND campaign_id IS NOT NULL
        UNION ALL
        SELECT (SELECT min(campaign_id) FROM ending WHERE message_id IS NULL AND campaign_id > waiting.id)
        FROM waiting WHERE waiting.id IS NOT NULL
    )
    SELECT id FROM waiting WHERE id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM campaign_count WHERE campaign_id = waiting.id AND n > 0 AND state IN {_OPEN}
    ) LIMIT ?
"""  # noqa: S608  # ours
_DUE: Final = """
    SELECT message_id FROM telling
    WHERE target = :target AND work_after <= :now AND (lease_until IS NULL OR lease_until <= :clock)
    ORDER BY work_after, message_id LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Hold one message on its way to one target, and how often it was tried, this time included."""

    message_id: int
    target: str
    attempts: int
    campaign_id: int | None
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Hold one message that could not be sent to one target, and why."""

    message_id: int
    target: str
    made_at: datetime
    problem: str


class Notifications:
    """Gather what ended into messages, lease them target by target, and settle them; writes join the caller's."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def switch(self, now: datetime, *, on: bool) -> bool:
        """Note ends of reels from now on, or no longer; tell whether that is a change. The past is not told."""
        with self._connections.write() as conn:
            self._connections.lock("messages")
            was_on = conn.execute("SELECT 1 FROM fact WHERE name = ?", (TELLING,)).fetchone() is not None
            if on is was_on:
                return False
            if on:
                conn.execute("INSERT INTO fact (name, value, at) VALUES (?, 'true', ?)", (TELLING, to_ms(now)))
            else:
                conn.execute("DELETE FROM fact WHERE name = ?", (TELLING,))
                self._put_aside(conn, OFF, "work_after IS NOT NULL", ())
            conn.execute("DELETE FROM ending WHERE message_id IS NULL")
        return True

    # Gathering

    def untold(self, limit: int = GATHERED) -> list[Ended]:
        """Return the ends of single reels that no message tells yet, oldest first; deleted reels are left out."""
        sql = (
            f"SELECT {_ENDED} FROM ending JOIN reel ON reel.id = reel_id "  # noqa: S608  # ours
            "WHERE message_id IS NULL AND ending.campaign_id IS NULL AND reel.deleted_at IS NULL "
            "ORDER BY ending.id LIMIT ?"
        )
        return [_ended(row) for row in self._connections.read().execute(sql, (limit,))]

    def resting(self, limit: int) -> list[int]:
        """Return campaigns of which something is untold and nothing is to come by itself."""
        return [row[0] for row in self._connections.read().execute(_RESTING, (limit,))]

    def made_since(self, moment: datetime) -> int:
        """Count the messages that were made since a moment; in a transaction, nobody else makes one until it ends."""
        self._connections.lock("messages")
        sql = "SELECT count(*) FROM message WHERE made_at > ?"
        return int(self._connections.read().execute(sql, (to_ms(moment),)).fetchone()[0])

    def tell(self, endings: Collection[int], targets: Iterable[str], now: datetime) -> None:
        """Make one message of these ends, to be sent to each target."""
        with self._connections.write() as conn:
            message = self._message(conn, None, targets, now)
            conn.executemany("UPDATE ending SET message_id = ? WHERE id = ?", [(message, each) for each in endings])

    def tell_campaign(self, campaign_id: int, targets: Iterable[str], now: datetime) -> None:
        """Make one message of all that is untold of a campaign, to be sent to each target."""
        with self._connections.write() as conn:
            message = self._message(conn, campaign_id, targets, now)
            sql = "UPDATE ending SET message_id = ? WHERE campaign_id = ? AND message_id IS NULL"
            conn.execute(sql, (message, campaign_id))

    def _message(self, conn: Connection, campaign: int | None, targets: Iterable[str], now: datetime) -> int:
        at = to_ms(now)
        sql = "INSERT INTO message (campaign_id, made_at) VALUES (?, ?) RETURNING id"
        message = int(conn.execute(sql, (campaign, at)).fetchone()[0])
        sql = "INSERT INTO telling (message_id, target, work_after) VALUES (?, ?, ?)"
        conn.executemany(sql, [(message, target, at) for target in targets])
        return message

    # Sending

    def is_due(self, target: str, now: datetime) -> bool:
        """Tell whether a message could be sent to a target now; a read, so that an idle worker writes nothing."""
        return self._connections.read().execute(_DUE, lease(now) | {"target": target}).fetchone() is not None

    def claim(self, target: str, now: datetime, lease_s: float) -> Telling | None:
        """Lease the message to a target that has waited longest; the attempt counts before it is made."""
        values = lease(now, lease_s) | {"target": target}
        if self._connections.read().execute(_DUE, values).fetchone() is None:
            return None
        with self._connections.write() as conn:
            sql = f"""
                UPDATE telling SET lease_until = :clock + :lease_ms, attempts = attempts + 1
                WHERE target = :target AND message_id = ({unlocked(_DUE)}) RETURNING message_id, attempts
            """  # noqa: S608  # ours
            row = conn.execute(sql, values).fetchone()
            if row is None:  # another worker was quicker
                return None
            sql = "SELECT campaign_id, made_at FROM message WHERE id = ?"
            message = conn.execute(sql, (row["message_id"],)).fetchone()
        return Telling(
            message_id=row["message_id"],
            target=target,
            attempts=row["attempts"],
            campaign_id=message["campaign_id"],
            made_at=from_ms(message["made_at"]),
        )

    def told_by(self, message_id: int) -> list[Ended]:
        """Return what a message tells: the last end of each reel, in the order of the reels."""
        sql = (
            f"SELECT {_ENDED} FROM ending JOIN reel ON reel.id = reel_id "  # noqa: S608  # ours
            "WHERE message_id = ? AND reel.deleted_at IS NULL ORDER BY ending.id"
        )
        last = {row["reel_id"]: _ended(row) for row in self._connections.read().execute(sql, (message_id,))}
        return sorted(last.values(), key=lambda ended: ended.reel_id)

    def sent(self, telling: Telling, now: datetime) -> None:
        """Note that a target has taken a message."""
        with self._connections.write() as conn:
            conn.execute(
                "UPDATE telling SET sent_at = ?, work_after = NULL, lease_until = NULL, problem = NULL "
                "WHERE message_id = ? AND target = ?",
                (to_ms(now), telling.message_id, telling.target),
            )

    def later(self, telling: Telling, again_at: datetime, problem: str) -> None:
        """Try again later."""
        with self._connections.write() as conn:
            conn.execute(
                "UPDATE telling SET work_after = ?, lease_until = NULL, problem = ? "
                "WHERE message_id = ? AND target = ?",
                (to_ms(again_at), problem, telling.message_id, telling.target),
            )

    def put_aside(self, telling: Telling, problem: str) -> None:
        """Give a message up for one target, until a person has it sent again."""
        with self._connections.write() as conn:
            self._put_aside(conn, problem, "message_id = ? AND target = ?", (telling.message_id, telling.target))

    def put_strangers_aside(self, targets: Sequence[str], due_before: datetime) -> int:
        """Give up what has long been due for targets that nobody knows any more; return how many."""
        which = f"work_after < ? AND target NOT IN ({', '.join('?' * len(targets))})"
        values = (to_ms(due_before), *targets)
        read = self._connections.read()
        if read.execute(f"SELECT 1 FROM telling WHERE {which} LIMIT 1", values).fetchone() is None:  # noqa: S608  # ours
            return 0
        with self._connections.write() as conn:
            return self._put_aside(conn, UNKNOWN, which, values)

    def _put_aside(self, conn: Connection, problem: str, which: str, values: Sequence[object]) -> int:
        change = "set_aside = 1, work_after = NULL, lease_until = NULL, problem = ?"
        sql = f"UPDATE telling SET {change} WHERE {which}"  # noqa: S608  # ours
        return conn.execute(sql, (problem, *values)).rowcount

    # Looking, and what a person decides

    def waiting(self) -> int:
        """Count the messages that are still to be sent, one a target."""
        sql = "SELECT count(*) FROM telling WHERE work_after IS NOT NULL"
        return int(self._connections.read().execute(sql).fetchone()[0])

    def waiting_by_target(self) -> dict[str, tuple[int, str | None]]:
        """Return by target how many messages are to be sent, and what went wrong with one of them."""
        sql = "SELECT target, count(*), max(problem) FROM telling WHERE work_after IS NOT NULL GROUP BY target"
        return {row[0]: (int(row[1]), row[2]) for row in self._connections.read().execute(sql)}

    def set_aside(self) -> int:
        """Count the messages that were given up, one a target."""
        return int(self._connections.read().execute("SELECT count(*) FROM telling WHERE set_aside = 1").fetchone()[0])

    def aside(self, limit: int) -> list[Aside]:
        """Return messages that were given up, the latest first."""
        sql = (
            "SELECT message_id, target, made_at, problem FROM telling JOIN message ON message.id = message_id "
            "WHERE set_aside = 1 ORDER BY message_id DESC LIMIT ?"
        )
        rows = self._connections.read().execute(sql, (limit,))
        return [Aside(**{**dict(row), "made_at": from_ms(row["made_at"])}) for row in rows]

    def send_again(self, targets: Sequence[str], now: datetime) -> None:
        """Have what was given up sent again; what was meant for a former target goes to those that have not got it."""
        known = ", ".join("?" * len(targets))
        renewed = "work_after = ?, set_aside = 0, attempts = 0"
        again = f"UPDATE telling SET {renewed} WHERE set_aside = 1 AND target IN ({known})"  # noqa: S608  # ours
        instead = (
            "INSERT INTO telling (message_id, target, work_after) SELECT DISTINCT message_id, ?, ? FROM telling "
            "WHERE set_aside = 1 ON CONFLICT (message_id, target) DO NOTHING"
        )
        with self._connections.write() as conn:
            conn.execute(again, (to_ms(now), *targets))
            conn.executemany(instead, [(target, to_ms(now)) for target in targets])
            self.forget()

    def forget(self) -> None:
        """Let what was given up go."""
        with self._connections.write() as conn:
            conn.execute("DELETE FROM telling WHERE set_aside = 1")

    def prune(self, made_before: datetime, limit: int = 1000) -> None:
        """Drop old messages with what they told, and untold ends of deleted reels."""
        with self._connections.write() as conn:
            old = "SELECT id FROM message WHERE made_at < ? ORDER BY made_at LIMIT ?"
            conn.execute(f"DELETE FROM message WHERE id IN ({old})", (to_ms(made_before), limit))  # noqa: S608  # ours
            conn.execute(f"DELETE FROM ending WHERE message_id IS NULL AND reel_id IN ({_GONE})")  # noqa: S608  # ours


def _ended(row: Row) -> Ended:
    return Ended(**{**dict(row), "status": ReelStatus(row["status"]), "at": from_ms(row["at"])})
