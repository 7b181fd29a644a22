"""Keep campaigns: every SQL statement over campaign, campaign_count, campaign_draft and retry_request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.clock import from_ms, to_ms
from core.errors import UnknownCampaign
from core.models import Reel, ReelStatus
from core.store.connections import Connection, Connections
from core.store.rows import REEL_COLUMNS, to_reel

DRAFT_DAYS: Final = 30
DOUBT: Final = "doubt"
RETRY: Final = "retry"
ARCHIVED: Final = "archived"
ARCHIVED_WRONG: Final = "archived_wrong"
DELETED: Final = "deleted"
_ASIDE: Final = frozenset({RETRY, ARCHIVED, ARCHIVED_WRONG, DELETED})
_SELECT: Final = "SELECT id, name, draft_key, token, created_at FROM campaign "


class CampaignState(StrEnum):
    """Name how a campaign as a whole stands."""

    RETRYING = "retrying"
    OPEN = "open"
    DOUBT = "needs_decision"
    WITH_ERRORS = "done_with_errors"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Hold reels that were submitted together; `counts` has them by state, kept by triggers.

    A state is a status, or `doubt` (a person must decide) in place of `pending`. Among those are `retry`, whose new
    attempt has been asked for and not begun, `archived`, and `archived_wrong`, which of these went wrong. Beside them
    stand the `deleted`, which are its reels no more.
    """

    id: int
    name: str
    draft_key: str
    token: str = field(repr=False)
    created_at: datetime
    counts: Mapping[str, int]

    @property
    def reels(self) -> int:
        """Return how many reels it has."""
        return sum(n for state, n in self.counts.items() if state not in _ASIDE)

    @property
    def done(self) -> int:
        """Return how many of its reels are completed."""
        return self.counts.get(ReelStatus.COMPLETED, 0)

    @property
    def wrong(self) -> int:
        """Return how many of its reels went wrong: failed, or without news until the deadline."""
        return self.counts.get(ReelStatus.FAILED, 0) + self.counts.get(ReelStatus.TIMED_OUT, 0)

    @property
    def to_retry(self) -> int:
        """Return how many of its reels a retry takes: they went wrong, are not put away, and were not asked yet."""
        return self.wrong - self.counts.get(ARCHIVED_WRONG, 0) - self.retrying

    @property
    def archived(self) -> int:
        """Return how many of its reels are put away; they are counted all the same."""
        return self.counts.get(ARCHIVED, 0)

    @property
    def deleted(self) -> int:
        """Return how many were its reels and are deleted; they are counted nowhere else."""
        return self.counts.get(DELETED, 0)

    @property
    def doubtful(self) -> int:
        """Return how many of its reels wait for a person's decision."""
        return self.counts.get(DOUBT, 0)

    @property
    def retrying(self) -> int:
        """Return for how many of its reels a new attempt has been asked for and not begun."""
        return self.counts.get(RETRY, 0)

    @property
    def is_open(self) -> bool:
        """Tell whether anything is still to come by itself."""
        to_come = (ReelStatus.PENDING, ReelStatus.PROCESSING, RETRY)
        return any(self.counts.get(state, 0) for state in to_come)

    @property
    def state(self) -> CampaignState:
        """Return how it stands."""
        if self.retrying:
            return CampaignState.RETRYING
        if self.is_open:
            return CampaignState.OPEN
        if self.doubtful:
            return CampaignState.DOUBT
        return CampaignState.WITH_ERRORS if self.wrong else CampaignState.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRequest:
    """Hold one reel that is to be tried again, the attempt that this was asked of, and how often it was tried."""

    reel_id: int
    attempt: int
    tries: int


class Campaigns:
    """Read and write campaigns, their drafts and requests for retries; writes join the caller's transaction."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, name: str, draft_key: str, token: str, now: datetime) -> int | None:
        """Store a campaign and return its id; None when one of this draft is stored already."""
        with self._connections.write() as conn:
            row = conn.execute(
                "INSERT INTO campaign (name, draft_key, token, created_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (draft_key) DO NOTHING RETURNING id",
                (name, draft_key, token, to_ms(now)),
            ).fetchone()
        return None if row is None else int(row[0])

    def get(self, campaign_id: int) -> Campaign:
        """Return one campaign; raises UnknownCampaign."""
        found = self._all("WHERE id = ?", campaign_id) if 0 < campaign_id < 2**63 else []
        if not found:
            raise UnknownCampaign("There is no campaign {id}; `campaigns` lists those that exist.", id=campaign_id)
        return found[0]

    def by_draft(self, draft_key: str) -> Campaign | None:
        """Return the campaign that a draft became, or None."""
        return next(iter(self._all("WHERE draft_key = ?", draft_key)), None)

    def page(self, before_id: int | None, limit: int) -> list[Campaign]:
        """Return campaigns newest first, those before an id (keyset paging)."""
        return self._all("WHERE id < ? ORDER BY id DESC LIMIT ?", 2**63 - 1 if before_id is None else before_id, limit)

    def _all(self, where: str, *values: object) -> list[Campaign]:
        conn = self._connections.read()
        rows = conn.execute(_SELECT + where, values).fetchall()
        counts = _counts(conn, [row["id"] for row in rows])
        return [
            Campaign(**{**dict(row), "created_at": from_ms(row["created_at"])}, counts=counts[row["id"]])
            for row in rows
        ]

    def reels_after(self, campaign_id: int, after_id: int, limit: int) -> list[Reel]:
        """Return reels of a campaign in the order of its rows, those after an id (keyset paging)."""
        rows = self._connections.read().execute(
            f"SELECT {', '.join(REEL_COLUMNS)} FROM reel WHERE campaign_id = ? AND id > ? ORDER BY id LIMIT ?",  # noqa: S608  # names are ours
            (campaign_id, after_id, limit),
        )
        return [to_reel(row) for row in rows]

    # Drafts

    def draft(self, key: str) -> str | None:
        """Return what was kept of a draft, or None."""
        row = self._connections.read().execute("SELECT content FROM campaign_draft WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def keep_draft(self, key: str, content: str, now: datetime) -> None:
        """Keep a draft; those that nobody has touched for 30 days go."""
        with self._connections.write() as conn:
            conn.execute(
                "INSERT INTO campaign_draft (key, content, updated_at) VALUES (?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at",
                (key, content, to_ms(now)),
            )
            conn.execute("DELETE FROM campaign_draft WHERE updated_at < ?", (to_ms(now - timedelta(days=DRAFT_DAYS)),))

    def drop_draft(self, key: str) -> None:
        """Forget a draft."""
        with self._connections.write() as conn:
            conn.execute("DELETE FROM campaign_draft WHERE key = ?", (key,))

    # Retries

    def ask_retries(self, campaign_id: int, now: datetime) -> int:
        """Ask for a new attempt of every reel that failed or timed out and was not put away.

        Return of how many it was not asked before.
        """
        sql = """
            INSERT INTO retry_request (reel_id, campaign_id, attempt, work_after)
            SELECT id, campaign_id, attempt, :now FROM reel
            WHERE campaign_id = :campaign AND status IN ('failed', 'timed_out') AND archived_at IS NULL
            ON CONFLICT (reel_id) DO UPDATE SET attempt = excluded.attempt, work_after = excluded.work_after, tries = 0
            WHERE retry_request.attempt <> excluded.attempt
        """
        with self._connections.write() as conn:
            return conn.execute(sql, {"campaign": campaign_id, "now": to_ms(now)}).rowcount

    def due_retries(self, now: datetime, limit: int) -> list[RetryRequest]:
        """Return requests whose time has come, the oldest first."""
        rows = self._connections.read().execute(
            "SELECT reel_id, attempt, tries FROM retry_request WHERE work_after <= ? ORDER BY work_after LIMIT ?",
            (to_ms(now), limit),
        )
        return [RetryRequest(**dict(row)) for row in rows]

    def postpone_retry(self, request: RetryRequest, again_at: datetime) -> None:
        """Try a request again later."""
        with self._connections.write() as conn:
            conn.execute(
                "UPDATE retry_request SET work_after = ?, tries = tries + 1 WHERE reel_id = ? AND attempt = ?",
                (to_ms(again_at), request.reel_id, request.attempt),
            )

    def end_retries(self, requests: Iterable[RetryRequest]) -> None:
        """Forget requests that have been seen to."""
        with self._connections.write() as conn:
            conn.executemany(
                "DELETE FROM retry_request WHERE reel_id = ? AND attempt = ?",
                [(request.reel_id, request.attempt) for request in requests],
            )


def _counts(conn: Connection, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    counts: dict[int, dict[str, int]] = {campaign_id: {} for campaign_id in ids}
    sql = (
        f"SELECT campaign_id, state, n FROM campaign_count WHERE n > 0 AND campaign_id IN ({', '.join('?' * len(ids))})"  # noqa: S608  # placeholders
    )
    for row in conn.execute(sql, ids) if ids else ():
        counts[row["campaign_id"]][row["state"]] = row["n"]
    return counts
