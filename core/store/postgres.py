"""Open PostgreSQL through psycopg and its pool: a connection a statement or a transaction, many writers at once.

READ COMMITTED: what a transaction reads to decide is locked until it ends (`/*held: … */`), counters are kept in slots
of which each transaction has one to itself, and queues are claimed with SKIP LOCKED; so nobody waits in a circle.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import psycopg
from psycopg.types.numeric import FloatLoader
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from core.errors import StoreError
from core.store.connections import Connection
from core.store.postgres_listening import listen
from core.store.postgres_rows import PostgresResult, PostgresRow
from core.store.postgres_schema import SCHEMA, TablesInUse, migrate
from core.store.translation import to_postgres, to_value
from core.values import without_password

logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # it is said here, in one sentence

POOL: Final = 12
CONNECT_S: Final = 3
SLICE_S: Final = 0.25
FRESH_S: Final = 0.5
DOWN_S: Final = 0.5
TRIES: Final = 3


def _rows(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], PostgresRow]:
    places = {column.name: place for place, column in enumerate(cursor.description or ())}
    return lambda values: PostgresRow(places, values)


class _Pooled(psycopg.Connection[PostgresRow]):
    """Remember when this connection was last known to live."""

    used_at = 0.0


class _Broken(psycopg.OperationalError):
    """Report that the connection is gone, so that nothing was read."""


class _Held:
    """Run statements in the open transaction of this thread."""

    def __init__(self, conn: _Pooled, *, own_clock: bool) -> None:
        self._conn = conn
        self._own_clock = own_clock

    def execute(self, sql: str, parameters: Any = (), /) -> PostgresResult:
        return PostgresResult(_run(self._conn, to_postgres(sql, held=True, own_clock=self._own_clock), parameters))

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> PostgresResult:
        cursor = self._conn.cursor()
        cursor.executemany(
            to_postgres(sql, held=True, own_clock=self._own_clock), [_values(some) for some in parameters]
        )
        return PostgresResult(cursor)


class _Free:
    """Run each statement on whatever connection is free; reads alone, so one that broke off is tried again."""

    def __init__(self, connections: PostgresConnections) -> None:
        self._connections = connections

    def execute(self, sql: str, parameters: Any = (), /) -> PostgresResult:
        return self._connections.run(to_postgres(sql, own_clock=self._connections.own_clock), parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> PostgresResult:
        raise NotImplementedError("many rows are written in a transaction")


def _run(conn: _Pooled, sql: str, parameters: Any) -> psycopg.Cursor[Any]:
    return conn.execute(sql.encode(), _values(parameters))  # bytes: the type of a text is for literals alone


def _values(parameters: Any) -> Any:
    if isinstance(parameters, Mapping):
        return {name: to_value(value) for name, value in parameters.items()}
    return [to_value(value) for value in parameters]


@cache
def _over_rows(sql: str, columns: Sequence[tuple[str, str]]) -> str:
    """Return a statement over rows as a JSON text, in which bytes are base64."""
    read = ", ".join(f"decode({name}, 'base64') AS {name}" if kind == "bytea" else name for name, kind in columns)
    kinds = ", ".join(f"{name} {'text' if kind == 'bytea' else kind}" for name, kind in columns)
    rows = f"json_to_recordset(CAST(? AS json)) AS told ({kinds})"
    return sql.format(given=f"(SELECT {read} FROM {rows}) AS given")  # noqa: S608  # names are ours


class PostgresConnections:
    """Hand out connections to one database; nothing is opened before the first use.

    `path` names the files beside it, which stand on a disk that all hosts share. Without `own_clock`, leases run by the
    moments that the callers name; tests of leases do so.
    """

    kind: Literal["sqlite", "postgresql"] = "postgresql"

    def __init__(
        self,
        url: str,
        path: Path,
        *,
        busy_timeout_s: float = 30.0,
        schema: Path = SCHEMA,
        own_clock: bool = True,
    ) -> None:
        self.path = path
        self.address = without_password(url)
        self.own_clock = own_clock
        self._url = url
        self._busy_timeout_s = busy_timeout_s
        self._schema = schema
        self._local = threading.local()
        self._opening = threading.Lock()
        self._pool: ConnectionPool[_Pooled] | None = None
        self._down_until = 0.0
        self._free = _Free(self)

    def read(self) -> Connection:
        """Return this thread's transaction, if it has one open, else what runs single statements."""
        held: _Held | None = getattr(self._local, "held", None)
        return self._free if held is None else held

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Run the block as one durable transaction; inside another one of this thread, join it."""
        joined: _Held | None = getattr(self._local, "held", None)
        if joined is not None:
            yield joined
            return
        with self._translated(), self._borrowed() as conn, conn.transaction():
            self._local.held = _Held(conn, own_clock=self.own_clock)
            try:
                yield self._local.held
            finally:
                self._local.held = None

    def write_once(self, sql: str, values: Any) -> None:
        """Run one statement as a transaction of its own, again where it met others in a circle; or join one."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is not None:
            held.execute(sql, values)
            return
        translated = to_postgres(sql, own_clock=self.own_clock)
        for left in reversed(range(TRIES)):
            try:
                with self._translated(), self._borrowed() as conn:
                    _run(conn, translated, values)
                return
            except StoreError as error:
                if not (left and isinstance(error.__cause__, _AGAIN)):
                    raise

    def write_rows(self, sql: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement over the table `{given}`, which travels as one JSON text.

        Quoting thousands of values one by one kept the interpreter busier than everything else a delivery costs.
        """
        values = [{name: to_value(value) for name, value in zip(columns, row, strict=True)} for row in rows]
        self.write_once(_over_rows(sql, tuple(columns.items())), (msgspec.json.encode(values).decode(),))

    def run(self, sql: str, parameters: Any) -> PostgresResult:
        """Run one reading statement; where its connection broke, once more on another one."""
        with self._translated():
            try:
                return self._once(sql, parameters)
            except _Broken:
                return self._once(sql, parameters)

    def _once(self, sql: str, parameters: Any) -> PostgresResult:
        with self._borrowed() as conn:
            try:
                return PostgresResult(_run(conn, sql, parameters))
            except psycopg.OperationalError as error:
                if conn.closed:
                    raise _Broken(str(error)) from error
                raise

    def lock(self, name: str) -> None:
        """Let no other transaction past the same name before this one ends; nothing outside of one."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is not None:
            held.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", (name,))

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` when another process has stored work; return what ends that."""
        return listen(
            lambda: psycopg.connect(self._url, connect_timeout=CONNECT_S, autocommit=True, **_ALIVE),
            wake,
            self._sentence,
        )

    def close(self) -> None:
        """Close the pool."""
        with self._opening:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    # Borrowing

    @contextmanager
    def _borrowed(self) -> Iterator[_Pooled]:
        if time.monotonic() < self._down_until:
            raise psycopg.OperationalError("it does not answer")
        pool = self._opened()
        conn = self._take(pool)
        try:
            yield conn
        finally:
            conn.used_at = time.monotonic()
            with suppress(PoolClosed):
                pool.putconn(conn)

    def _take(self, pool: ConnectionPool[_Pooled]) -> _Pooled:
        """Return a connection that lives: one that rested for a while is asked first."""
        for _ in range(POOL + 1):
            conn = self._wait(pool)
            if time.monotonic() - conn.used_at < FRESH_S:
                return conn
            try:
                conn.execute("SELECT 1")
            except psycopg.Error:
                conn.close()
                pool.putconn(conn)
            else:
                return conn
        raise PoolTimeout("every connection was broken")

    def _wait(self, pool: ConnectionPool[_Pooled]) -> _Pooled:
        """Wait for one's turn, but not for a database that is not there: callers have others to answer."""
        if self._down_until:
            self._probe()
        for _ in range(max(1, round(self._busy_timeout_s / SLICE_S))):
            try:
                return pool.getconn(timeout=SLICE_S)
            except PoolTimeout:
                self._probe()
        raise PoolTimeout("every connection is in use")

    def _probe(self) -> None:
        """Find out whether the database can be reached."""
        with self._noticed():
            psycopg.connect(self._url, connect_timeout=CONNECT_S).close()

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        """Remember for a moment that the database cannot be reached, so that not everybody waits to learn it."""
        try:
            yield
        except psycopg.Error:
            self._down_until = time.monotonic() + DOWN_S
            raise
        self._down_until = 0.0

    def _opened(self) -> ConnectionPool[_Pooled]:
        pool = self._pool
        if pool is not None:
            return pool
        with self._opening:
            if self._pool is None:
                with self._noticed():
                    conn = psycopg.connect(self._url, connect_timeout=CONNECT_S)
                with conn:
                    self._migrate(conn)
                self._pool = self._a_pool()
            return self._pool

    def _migrate(self, conn: psycopg.Connection[Any]) -> None:
        try:
            migrate(conn, self._schema, self._busy_timeout_s)
        except TablesInUse as error:
            raise StoreError(
                "The tables of {path} must be brought up to date ({file}) and are in use by something that does not "
                "end, such as a backup: start again when it has ended.",
                path=self.address,
                file=str(error),
            ) from error

    def _a_pool(self) -> ConnectionPool[_Pooled]:
        return ConnectionPool(
            self._url,
            min_size=0,
            max_size=POOL,
            max_idle=60.0,
            num_workers=1,
            reconnect_timeout=SLICE_S,
            open=True,
            configure=self._configure,
            connection_class=_Pooled,
            kwargs={
                "autocommit": True,
                "connect_timeout": CONNECT_S,
                "cursor_factory": psycopg.ClientCursor,
                "row_factory": _rows,
                **_ALIVE,
            },
        )

    def _configure(self, conn: _Pooled) -> None:
        conn.adapters.register_loader("numeric", FloatLoader)
        conn.execute(
            f"SET lock_timeout = {round(self._busy_timeout_s * 1000)}; SET statement_timeout = '60s';"
            "SET idle_in_transaction_session_timeout = '60s'; SET default_transaction_isolation = 'read committed';"
            "SET jit = off; SET max_parallel_workers_per_gather = 0"  # both cost more than our queries take
        )
        conn.used_at = time.monotonic()

    # Errors

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn PostgreSQL's errors into one sentence."""
        try:
            yield
        except (psycopg.Error, OSError) as error:
            if isinstance(error, psycopg.IntegrityError):
                raise
            raise StoreError(
                "The database {path} cannot be used ({error}): check that it runs and lets this machine in.",
                path=self.address,
                error=self._sentence(error),
            ) from error

    def _sentence(self, error: Exception) -> str:
        return " ".join(without_password(str(error).replace(self._url, self.address)).split())


_AGAIN: Final = psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure
_ALIVE: Final[dict[str, Any]] = {
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
