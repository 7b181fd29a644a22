"""The truth of each video, read from the ledger's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fake_heygen.proof.moment import read_moment


class LedgerError(ValueError):
    """Say why a document is no ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What really became of one video; `outcome` is None while HeyGen has not ended it."""

    video_id: str
    outcome: str | None = None
    terminal_at: float | None = None
    created_at: float = 0.0
    charges: int = 1
    callback_id: str | None = None
    idempotency_key: str | None = None
    title: str | None = None

    @property
    def failed(self) -> bool:
        """Say whether the render failed, so that another payment for the same job is lawful."""
        return self.outcome == "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The ledger at a moment; `same_clock` says whether its times may be compared with a client's."""

    rows: tuple[Truth, ...]
    now: float
    same_clock: bool = True


def read_ledger(document: object, now: float) -> Ledger:
    """Read `{"data": [...], "now"?, "same_clock"?}` or the bare list; `now` is used where the document has none."""
    table: Mapping[str, object] = document if isinstance(document, dict) else {"data": document}
    rows = table.get("data")
    if not isinstance(rows, list):
        raise LedgerError("a ledger is a list of rows, or an object with a list under `data`")
    try:
        moment = read_moment(table.get("now"))
        read = tuple(_row(row) for row in rows)
    except ValueError as error:
        raise LedgerError(f"the ledger cannot be read: {error}") from error
    return Ledger(rows=read, now=now if moment is None else moment, same_clock=table.get("same_clock") is not False)


def _row(row: object) -> Truth:
    if not isinstance(row, dict) or not isinstance(row.get("video_id"), str):
        raise ValueError(f"{row!r} has no video_id")
    charges = row.get("charges", 1)
    return Truth(
        video_id=row["video_id"],
        outcome=row.get("outcome"),
        terminal_at=read_moment(row.get("terminal_at")),
        created_at=read_moment(row.get("created_at")) or 0.0,
        charges=charges if isinstance(charges, int) else 1,
        callback_id=row.get("callback_id"),
        idempotency_key=row.get("idempotency_key"),
        title=row.get("title"),
    )
