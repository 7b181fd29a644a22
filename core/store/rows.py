"""Turn rows into values and back: milliseconds to aware times, text to enums, JSON to mappings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

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


def _reader(name: str) -> Callable[[Any], Any]:
    if name in _TIMES:
        return from_ms
    if name in _JSON:
        return json.loads
    if name in {"set_aside", "unsure"}:
        return bool
    return _ENUMS.get(name) or (lambda value: value)


REEL_COLUMNS: Final = tuple(f.name for f in fields(Reel))
_REEL_READERS: Final = tuple((name, _reader(name)) for name in REEL_COLUMNS)
DELIVERY_COLUMNS: Final = tuple(f.name for f in fields(Delivery))
_DELIVERY_READERS: Final = tuple((name, _reader(name)) for name in DELIVERY_COLUMNS)


def to_reel(row: sqlite3.Row) -> Reel:
    """Build a reel from a row that has all of REEL_COLUMNS."""
    values: dict[str, Any] = {name: _value(row[name], read) for name, read in _REEL_READERS}
    return Reel(**values)


def to_delivery(row: sqlite3.Row) -> Delivery:
    """Build a delivery from a row that has all of DELIVERY_COLUMNS."""
    values: dict[str, Any] = {name: _value(row[name], read) for name, read in _DELIVERY_READERS}
    return Delivery(**values)


def _value(stored: Any, read: Callable[[Any], Any]) -> Any:
    return None if stored is None else read(stored)


def to_entry(row: sqlite3.Row) -> TimelineEntry:
    """Build a timeline entry from `at`, `kind` and `detail`."""
    return TimelineEntry(at=from_ms(row["at"]), kind=row["kind"], detail=json.loads(row["detail"]))
