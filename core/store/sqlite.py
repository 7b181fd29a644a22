"""Open SQLite through sqlite-utils: a reader a thread, one writer a process, migrations from numbered files.

WAL with `synchronous=FULL`: an acknowledged transaction survives a power loss. A WAL database belongs to one host.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final, Literal

from core.errors import StoreError
from core.store.library import Database, Migrations

SCHEMA: Final = Path(__file__).parent / "schema" / "sqlite"
WAL_PAGES: Final = 4000
TURN_S: Final = 0.1
_TURNS: Final[dict[Path, threading.RLock]] = {}  # one a file: a process may open the same database several times
os.register_at_fork(after_in_child=_TURNS.clear)


class SqliteConnections:
    """Hand out connections to one database file; nothing is opened before the first use."""

    kind: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, path: Path, *, busy_timeout_s: float = 30.0, schema: Path = SCHEMA) -> None:
        self.path = path
        self._busy_timeout_s = busy_timeout_s
        self._schema = schema
        self._local = threading.local()
        self._opening = threading.Lock()
        self._writing = _TURNS.setdefault(path.absolute(), threading.RLock())
        self._writer: Database | None = None

    def read(self) -> sqlite3.Connection:
        """Return this thread's connection: the writer while this thread writes, else a reader of its own."""
        if getattr(self._local, "depth", 0):
            return self._open_writer().conn
        reader: Database | None = getattr(self._local, "reader", None)
        if reader is None:
            self._open_writer()
            with _translated(self.path):
                reader = self._connect(_Reader)
            self._local.reader = reader
        return reader.conn

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Run the block as one durable transaction; inside another one of this thread, join it."""
        if getattr(self._local, "depth", 0):
            yield self._open_writer().conn
            return
        with _translated(self.path), self._turn():
            conn = self._open_writer().conn
            conn.execute("BEGIN IMMEDIATE")
            self._local.depth = 1
            try:
                yield conn
                conn.execute("COMMIT")
            except BaseException:
                if conn.in_transaction:  # a COMMIT that fails leaves it open, and nothing could be written any more
                    conn.execute("ROLLBACK")
                raise
            finally:
                self._local.depth = 0

    def write_once(self, sql: str, values: Any) -> None:
        """Run one statement: inside a transaction of this thread as part of it, else as a durable one of its own.

        It gives up the interpreter's lock once, where BEGIN and COMMIT would make the thread wait for it three times.
        """
        with _translated(self.path), self._turn():
            self._open_writer().conn.execute(sql, values)

    def write_rows(self, sql: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement over the table `{given}`; few different ones, since each must be prepared."""
        room = 1 << (len(rows) - 1).bit_length()
        empty = [(None,) * len(columns)] * (room - len(rows))
        self.write_once(_over_rows(sql, tuple(columns), room), list(chain.from_iterable([*rows, *empty])))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for one's turn among the writers of this process; SQLite would let the early ones sleep ever longer.

        Patience is counted in slices, as SQLite counts its own: a process that stood still has not used it up.
        """
        slices = max(1, round(self._busy_timeout_s / TURN_S))
        if not any(self._writing.acquire(timeout=TURN_S) for _ in range(slices)):
            raise sqlite3.OperationalError("database is locked")
        try:
            yield
        finally:
            self._writing.release()

    def lock(self, name: str) -> None:
        """Do nothing: whoever writes has the whole database."""

    def listen(self, _wake: Callable[[], None]) -> None:
        """Tell nothing: the processes that write stand on this host, and wake their own worker."""

    @property
    def address(self) -> str:
        """Return the file."""
        return str(self.path)

    def close(self) -> None:
        """Close the writer and this thread's reader; other readers close with their threads."""
        reader: Database | None = getattr(self._local, "reader", None)
        if reader is not None:
            reader.close()
            self._local.reader = None
        with self._opening:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _open_writer(self) -> Database:
        with self._opening:
            if self._writer is None:
                with _translated(self.path):
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                    writer = self._connect()
                    _enable_wal(writer.conn, self._busy_timeout_s)
                    migrate(writer, self._schema)
                self._writer = writer
            return self._writer

    def _connect(self, factory: type[_Connection] | None = None) -> Database:
        conn = sqlite3.connect(
            self.path,
            timeout=self._busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,
            factory=factory or _Connection,
        )
        conn.row_factory = sqlite3.Row
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        return Database(conn)


@cache
def _over_rows(sql: str, names: Sequence[str], room: int) -> str:
    columns = ", ".join(f"column{n} AS {name}" for n, name in enumerate(names, 1))
    row = f"({', '.join('?' * len(names))})"
    return sql.format(given=f"(SELECT {columns} FROM (VALUES {', '.join([row] * room)}))")  # noqa: S608  # names are ours


def migrate(db: Database, schema: Path = SCHEMA) -> None:
    """Apply the numbered files that are missing; each commits together with its record, or not at all."""
    migrations = Migrations("reels")
    for file in sorted(schema.glob("*.sql")):
        migrations(name=file.stem)(_migration(file.read_text()))
    db.conn.execute("BEGIN IMMEDIATE")  # a second process that starts now waits here, and then finds nothing to do
    try:
        migrations.apply(db)
    except BaseException:
        db.conn.execute("ROLLBACK")
        raise
    db.conn.execute("COMMIT")


def _migration(script: str):  # type: ignore[no-untyped-def]  # sqlite-utils' migration type is private
    def run(db: Database) -> None:
        for statement in statements(script):
            db.conn.execute(statement)

    return run


def statements(script: str) -> Iterator[str]:
    """Split a script into statements (`executescript` would commit the open transaction)."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _enable_wal(conn: sqlite3.Connection, patience_s: float) -> None:
    """Switch to WAL; SQLite calls no busy handler here, so several starting processes take turns by trying again."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            conn.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


class _Connection(sqlite3.Connection):
    """Close when the thread that used it ends; from Python 3.13 on, one that is dropped open is a warning."""

    def __del__(self) -> None:
        with suppress(sqlite3.Error):  # one that could not even be opened
            self.close()


class _Reader(_Connection):
    """Turn the errors of single reads into one sentence; writes are translated as a whole."""

    def __init__(self, path: Path, *args: Any, **options: Any) -> None:
        self._path = path
        super().__init__(path, *args, **options)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run one statement; raises StoreError."""
        with _translated(self._path):
            return super().execute(sql, parameters)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into one sentence."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError, OSError) as error:
        if isinstance(error, sqlite3.IntegrityError):
            raise
        raise StoreError(
            "The database {path} cannot be used ({error}): check that the file is writable and the disk is not full.",
            path=str(path),
            error=str(error),
        ) from error
