"""Turn rows into values and back: milliseconds to aware times, text to enums, JSON to mappings."""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
_CHUNKS: Final = (512, 64, 16, 4, 1)  # 512 rows of all columns stay under SQLite's 32,766 values a statement
T = TypeVar("T")
_JSON: Final = frozenset({"options", "headers", "note_told"})


def bind(value: object) -> object:
    """Return what SQLite stores for a field's value."""
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False) if value else "{}"
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
_INSERTED: Final = {name: attrgetter(name) for name in INSERTED_COLUMNS}
# A frozen class sets its fields one by one through object.__setattr__; the slots' own setters take a third of the time.
_PUT: Final = tuple(getattr(Reel, name).__set__ for name in REEL_COLUMNS)


Columns = dict[str, tuple[Any, ...]]


def columns_of(reels: Sequence[Reel]) -> Columns:
    """Return the values of some new reels column by column, which is quicker to work on than reel by reel."""
    return {name: tuple(map(get, reels)) for name, get in _INSERTED.items()}


def bind_reels(columns: Columns) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns that any of these new reels fills, and what SQLite stores in them, a row a reel."""
    filled = {name: values for name, values in columns.items() if values.count(None) < len(values)}
    return list(filled), list(zip(*(_bound(name, values) for name, values in filled.items()), strict=True))


def _bound(name: str, values: Sequence[Any]) -> Sequence[Any]:
    if name in _TIMES:
        return [None if at is None else to_ms(at) for at in values]
    if name in _ENUMS:
        return [None if word is None else str(word) for word in values]
    return list(map(bind, values)) if name in _JSON else values


def as_stored(columns: Columns, ids: Mapping[str, int]) -> list[Reel]:
    """Return new reels as they would be read back: with their ids by key, and times to the millisecond."""
    read = columns | {name: _to_the_ms(columns[name]) for name in _TIMES & columns.keys()}
    read["id"] = tuple(ids[key] for key in columns["idempotency_key"])
    reels = [object.__new__(Reel) for _ in read["id"]]
    for put, name in zip(_PUT, REEL_COLUMNS, strict=True):
        deque(map(put, reels, read[name]), maxlen=0)  # a column at a time: the loop is C's
    return reels


def _to_the_ms(times: tuple[datetime | None, ...]) -> tuple[datetime | None, ...]:
    if times.count(None) == len(times) or not any(at.microsecond % 1000 for at in times if at is not None):
        return times
    return tuple(None if at is None else from_ms(to_ms(at)) for at in times)


def _put(values: Iterable[Any]) -> Reel:
    reel = object.__new__(Reel)
    for put, value in zip(_PUT, values, strict=False):  # both follow REEL_COLUMNS
        put(reel, value)
    return reel


def to_reel(row: sqlite3.Row) -> Reel:
    """Build a reel from a row of REEL_COLUMNS, in their order."""
    return _put(_read(row, _REEL_READERS))


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
