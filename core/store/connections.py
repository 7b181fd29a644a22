"""Say what the store's parts ask of a database: two real ones answer, SQLite and PostgreSQL.

The SQL is one body, written as SQLite reads it. What PostgreSQL must read besides stands in comments,
`/*postgres: … */` and, for what a transaction alone needs, `/*held: … */`; core.store.translation makes the rest of the
difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Literal, Protocol

# PostgreSQL thinks beginnings of words more frequent than they are, and would follow the key until it has found some.
SORTED: Final = "/*postgres: 0 +*/ "
HELD: Final = "/*held: FOR NO KEY UPDATE*/"


def unlocked(select: str) -> str:
    """Return a query for ids that passes over the rows which another transaction has in hand, and takes the others.

    SQLite has one writer at a time. In PostgreSQL, the array makes sure that the query is run once.
    """
    return f"/*postgres: SELECT unnest(ARRAY(*/ {select} /*postgres: FOR UPDATE SKIP LOCKED))*/"


class Row(Protocol):
    """Hold one row, whose values are had by place and by name."""

    def __getitem__(self, key: int | str, /) -> Any:
        """Return one value."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the values."""

    def __len__(self) -> int:
        """Return how many values there are."""

    def keys(self) -> list[str]:
        """Return the names."""


class Result(Protocol):
    """Hold what a statement gave."""

    @property
    def rowcount(self) -> int:
        """Return how many rows were written."""

    def fetchone(self) -> Any:
        """Return the next row, or None."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the rows that are left."""


class Connection(Protocol):
    """Run statements with `?` or `:name` for the values."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Result:
        """Run one statement."""

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Result:
        """Run one statement for each of many sets of values."""


class Connections(Protocol):
    """Hand out connections; nothing is opened before the first use, and every method is thread-safe."""

    kind: Literal["sqlite", "postgresql"]
    path: Path

    @property
    def address(self) -> str:
        """Return where the database is, as it may be shown."""

    def read(self) -> Connection:
        """Return a connection to read with: this thread's transaction, if it has one open."""

    def write(self) -> AbstractContextManager[Connection]:
        """Run the block as one durable transaction; inside another one of this thread, join it."""

    def write_once(self, sql: str, values: Any) -> None:
        """Run one statement, as a durable transaction of its own where none is open."""

    def write_rows(self, sql: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement over rows as `write_once` does; `{given}` in it is their table, `columns` has its types."""

    def lock(self, name: str) -> None:
        """Let no other transaction past the same name before this one ends; nothing outside of one."""

    def listen(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        """Call `wake` when another process has stored work; return what ends that, None where nobody tells."""

    def close(self) -> None:
        """Close what is open."""
