"""Run a PostgreSQL of our own: Debian's programs, a data folder under a temporary one, a free port of the loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

try:
    import psycopg
except ImportError:  # an extra: what needs it is not tested then, and that is said
    psycopg = None  # type: ignore[assignment]

NEWEST_FIRST = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
PLACES = (*NEWEST_FIRST, Path("/opt/homebrew/opt/postgresql/bin"), Path("/usr/local/pgsql/bin"))
START_S = 30.0
TEMPLATE = "reels_template"
# What a test writes need not survive a power loss.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; None without them or their driver."""
    if psycopg is None:
        return None
    found = shutil.which("initdb")
    candidates = ([Path(found).resolve().parent] if found else []) + list(PLACES)
    return next((place for place in candidates if (place / "initdb").exists() and (place / "postgres").exists()), None)


_EMPTY = """
    SELECT string_agg(command, ';') FROM (
        SELECT format('DELETE FROM %I', tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'migration'
        UNION ALL
        SELECT format('ALTER SEQUENCE %I RESTART', sequencename) FROM pg_sequences WHERE schemaname = 'public'
    ) AS commands (command)
"""


@dataclass
class PostgresServer:
    """Hold a running server, which makes databases."""

    port: int
    folder: Path
    command: list[str]
    process: subprocess.Popen[bytes]

    def __post_init__(self) -> None:
        self._numbers = count()

    def url(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgresql://reels:not-asked-for@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template0") -> str:
        """Return the address of a fresh database."""
        name = f"reels_{next(self._numbers)}"
        self.admin(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def empty(self, database: str) -> None:
        """Take every row away, and number rows from 1 on: that takes a tenth of the time of a fresh database."""
        with psycopg.connect(self.url(database)) as conn:
            conn.execute("SET LOCAL session_replication_role = replica")  # no trigger counts, no reference is checked
            conn.execute(conn.execute(_EMPTY).fetchone()[0].encode())  # type: ignore[index]  # one row always

    def drop(self, url: str) -> None:
        """Forget a database, whoever uses it."""
        self.admin(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def admin(self, sql: str) -> None:
        """Run a statement as the owner of everything."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            conn.execute(sql.encode())

    def stop(self) -> None:
        """Stop at once, as when the power fails."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(START_S)

    def start(self) -> None:
        """Start again after a stop."""
        self.process = _started(self.command, self.port, self.url("postgres"), self.folder)


@contextmanager
def postgres_server(bin_folder: Path, *options: str) -> Iterator[PostgresServer]:
    """Run a server until the block ends; `options` such as `fsync=on` come after the quick ones."""
    folder = Path(tempfile.mkdtemp(prefix="reels-postgres-"))
    port = _free_port()
    settings = [*QUICK, f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}", *options]
    try:
        user = as_user(folder)
        making = ["-D", str(folder / "data"), "--no-sync", "--auth=trust", "--username=reels", "--encoding=UTF8"]
        subprocess.run(
            [*user, str(bin_folder / "initdb"), *making, "--locale=C.UTF-8"],
            check=True,
            capture_output=True,
            cwd="/",
        )
        command = [*user, str(bin_folder / "postgres"), "-D", str(folder / "data")]
        command += [word for setting in settings for word in ("-c", setting)]
        server = PostgresServer(port, folder, command, _started(command, port, _url(port), folder))
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _url(port: int) -> str:
    return f"postgresql://reels@127.0.0.1:{port}/postgres"


def as_user(folder: Path) -> list[str]:
    """Return what runs a program as the user of Debian's package: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres", "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]


def _started(command: list[str], port: int, url: str, folder: Path) -> subprocess.Popen[bytes]:
    log = folder / "log"
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd="/")
    deadline = time.monotonic() + START_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(f"PostgreSQL does not start on port {port}: {log.read_text()[-2000:]}") from None
            time.sleep(0.05)
        else:
            return process


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
