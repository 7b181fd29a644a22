"""Turn rows into values and back: milliseconds to aware times, text to enums, JSON to mappings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, TypeVar

from core.clock import from_ms, to_ms
from core.models import Channel, Delivery, ProcessingMode, Reel, ReelStatus, SendState, TimelineEntry, Verdict

_ENUMS: Final[Mapping[str, type[StrEnum]]] = {
    "status": ReelStatus,
    "mode": ProcessingMode,
    "requested_mode": ProcessingMode,
    "send_state": SendState,
    "detected_by": Channel,
    "verdict": Verdict,
}
_TIMES: Final = frozenset(
    {"send_after", "check_after", "work_after"}
    | {f.name for cls in (Reel, Delivery) for f in fields(cls) if f.name.endswith("_at")}
)
_CHUNKS: Final = (256, 64, 16, 4, 1)
T = TypeVar("T")
_JSON: Final = frozenset({"options", "headers"})


def bind(value: object) -> object:
    """Return what SQLite stores for a field's value."""
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, StrEnum):
        return str(value)
    return value


def _reader(name: str) -> Callable[[Any], Any] | None:
    """Return what turns a stored value of this column into a field's, None where it is that already."""
    if name in _TIMES:
        return from_ms
    if name in _JSON:
        return json.loads
    return bool if name in {"set_aside", "unsure"} else _ENUMS.get(name)


def _readers(names: Sequence[str]) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    return tuple((n, read) for n, read in enumerate(map(_reader, names)) if read is not None)


REEL_COLUMNS: Final = tuple(f.name for f in fields(Reel))
_REEL_READERS: Final = _readers(REEL_COLUMNS)
DELIVERY_COLUMNS: Final = tuple(f.name for f in fields(Delivery))
_DELIVERY_READERS: Final = _readers(DELIVERY_COLUMNS)

INSERTED_COLUMNS: Final = tuple(name for name in REEL_COLUMNS if name != "id")
_INSERTED: Final[Callable[[Reel], tuple[Any, ...]]] = attrgetter(*INSERTED_COLUMNS)
_BOUND: Final = tuple(n for n, _ in _readers(INSERTED_COLUMNS))


def bind_reel(reel: Reel) -> list[Any]:
    """Return what SQLite stores for a new reel, in the order of INSERTED_COLUMNS."""
    values = list(_INSERTED(reel))
    for n in _BOUND:
        if values[n] is not None:
            values[n] = bind(values[n])
    return values


def as_stored(reel: Reel, reel_id: int) -> Reel:
    """Return a new reel as it would be read back: with its id, and times to the millisecond."""
    values = list(_INSERTED(reel))
    for n in _BOUND:
        if isinstance(values[n], datetime):
            values[n] = from_ms(to_ms(values[n]))
    return Reel(id=reel_id, **dict(zip(INSERTED_COLUMNS, values, strict=True)))


def to_reel(row: sqlite3.Row) -> Reel:
    """Build a reel from a row of REEL_COLUMNS, in their order."""
    return Reel(**dict(zip(REEL_COLUMNS, _read(row, _REEL_READERS), strict=True)))


def to_delivery(row: sqlite3.Row) -> Delivery:
    """Build a delivery from a row of DELIVERY_COLUMNS, in their order."""
    return Delivery(**dict(zip(DELIVERY_COLUMNS, _read(row, _DELIVERY_READERS), strict=True)))


def _read(row: sqlite3.Row, readers: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(row)
    for n, read in readers:
        if values[n] is not None:
            values[n] = read(values[n])
    return values


def chunked(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut rows into chunks of a few different sizes, so that a statement for a chunk is prepared only once.

    One statement for many rows is several times cheaper than one a row: SQLite prepares each one that has triggers for
    its rollback, and each makes the writer give up the interpreter's lock and wait for it.
    """
    start = 0
    for size in _CHUNKS:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


def to_entry(row: sqlite3.Row) -> TimelineEntry:
    """Build a timeline entry from `at`, `kind` and `detail`."""
    return TimelineEntry(at=from_ms(row["at"]), kind=row["kind"], detail=json.loads(row["detail"]))
