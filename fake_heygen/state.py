"""Keep the world in a small SQLite file, so that a killed process goes on where it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from fake_heygen.shelf import Shelf

SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
    position INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    UNIQUE (kind, key)
)
"""
UPSERT = """
INSERT INTO item (kind, key, value) VALUES (?, ?, ?)
ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value
"""


class StateError(Exception):
    """Say why a state file cannot be used."""


class StateFile:
    """Save what changed since the last time, in one transaction."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.execute(SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise StateError(f"cannot use the state file {path}: {error}") from error

    def load(self, shelves: Iterable[Shelf[Any]]) -> bool:
        """Fill the shelves; return False, leaving them as they are, when nothing was ever saved."""
        by_kind = {shelf.kind: shelf for shelf in shelves}
        stored: dict[str, dict[str, Any]] = {kind: {} for kind in by_kind}
        try:
            for kind, key, value in self._database.execute("SELECT kind, key, value FROM item ORDER BY position"):
                if kind in by_kind:
                    stored[kind][key] = msgspec.json.decode(value, type=by_kind[kind].model)
        except (sqlite3.Error, msgspec.DecodeError) as error:
            raise StateError(f"cannot read the state file: {error}; delete it to begin anew") from error
        if not any(stored.values()):
            return False
        for kind, items in stored.items():
            by_kind[kind].load(items)
        return True

    def save(self, shelves: Iterable[Shelf[Any]]) -> None:
        """Write what changed; does nothing when nothing did."""
        changed = [shelf for shelf in shelves if shelf.changed]
        if not changed:
            return
        self._database.execute("BEGIN IMMEDIATE")
        try:
            for shelf in changed:
                self._write(shelf)
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        for shelf in changed:
            shelf.changed.clear()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _write(self, shelf: Shelf[Any]) -> None:
        kept = [key for key in shelf.changed if key in shelf]
        gone = [key for key in shelf.changed if key not in shelf]
        rows = ((shelf.kind, key, msgspec.json.encode(shelf[key])) for key in kept)
        self._database.executemany(UPSERT, rows)
        self._database.executemany("DELETE FROM item WHERE kind = ? AND key = ?", ((shelf.kind, key) for key in gone))
