"""Which entries of the journal a control request asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from fake_heygen.errors import invalid
from fake_heygen.journal import Journal
from fake_heygen.proof.search import find
from fake_heygen.simulation import name_of


def selected(journal: Journal, wanted: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    """Return the entries that fit `kind`, `video_id`, `account`, `since` and the words `q`; with `limit` the latest."""
    since, limit = _number(wanted, "since"), _number(wanted, "limit")
    entries: Sequence[Mapping[str, Any]] = journal.select(
        kind=wanted.get("kind"), video_id=wanted.get("video_id"), since=since
    )
    if (key := wanted.get("account")) is not None:
        entries = [entry for entry in entries if entry["account"] == name_of(key)]
    if words := wanted.get("q"):
        entries = find(entries, words)
    return entries if limit is None else entries[len(entries) - min(int(limit), len(entries)) :]


def _number(wanted: Mapping[str, str], key: str) -> float | None:
    value = wanted.get(key)
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not isfinite(number) or number < 0:
        raise invalid(key, f"{key} must be a number of 0 or more, got {value!r}")
    return number
