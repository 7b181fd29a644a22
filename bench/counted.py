"""Count the statements that a store's parts run: connections that pass everything on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from core.store.connections import Connection, Connections, Result


class Counted:
    """Stand before the connections of a store; `statements` counts what is run, transactions' ends not among them."""

    def __init__(self, connections: Connections) -> None:
        self._behind = connections
        self.kind: Literal["sqlite", "postgresql"] = connections.kind
        self.path: Path = connections.path
        self.statements = 0

    @property
    def address(self) -> str:
        """Return where the database is."""
        return self._behind.address

    def read(self) -> Connection:
        """Return a connection that counts."""
        return _Counting(self, self._behind.read())

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Run the block as one transaction."""
        with self._behind.write() as conn:
            yield _Counting(self, conn)

    def write_once(self, sql: str, values: Any) -> None:
        """Run one statement."""
        self.statements += 1
        self._behind.write_once(sql, values)

    def write_rows(self, sql: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement over rows."""
        self.statements += 1
        self._behind.write_rows(sql, columns, rows)

    def lock(self, name: str) -> None:
        """Take a lock."""
        self._behind.lock(name)

    def listen(self, wake: Callable[[], None]) -> Callable[[], None] | None:
        """Listen."""
        return self._behind.listen(wake)

    def close(self) -> None:
        """Close what is open."""
        self._behind.close()


class _Counting:
    def __init__(self, counted: Counted, conn: Connection) -> None:
        self._counted = counted
        self._conn = conn

    def execute(self, sql: str, parameters: Any = (), /) -> Result:
        self._counted.statements += 1
        return self._conn.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Result:
        self._counted.statements += 1
        return self._conn.executemany(sql, parameters)
