"""Hold what PostgreSQL answers: rows as SQLite gives them, had by place and by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg


class PostgresRow:
    """Hold one row, whose values are had by place and by name."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: Sequence[Any]) -> None:
        self._places = places
        self._values = values

    def __getitem__(self, key: int | str) -> Any:
        return self._values[self._places[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> list[str]:
        """Return the names."""
        return list(self._places)


class PostgresResult:
    """Hold what a statement gave; its connection is free again."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self.rowcount = cursor.rowcount
        self._left = iter(cursor.fetchall() if cursor.description else ())

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        return next(self._left, None)

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        return list(self._left)

    def __iter__(self) -> Iterator[Any]:
        return self._left
