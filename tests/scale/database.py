"""PostgreSQL on a host of its own, with a data folder of its own: restarted in peace, or crashed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import psycopg

from tests.scale.network import Host
from tests.scale.station import Station
from tests.support.postgres import as_user, programs
from tests.support.programs import clean_environ, free_port
from tests.support.waiting import wait_for

# Crashes are of processes, never of the machine: nothing must reach the disk, though each commit must be written.
SETTINGS: Final = (
    "fsync=off",
    "max_connections=400",
    "shared_buffers=256MB",
    "listen_addresses=*",
    "log_checkpoints=off",
    "dynamic_shared_memory_type=mmap",
)
FAST, CRASH = signal.SIGINT, signal.SIGQUIT
CIRCLE: Final = "deadlock detected"


class Database(Station):
    """One server with one database for everybody."""

    def __init__(self, host: Host, folder: Path) -> None:
        found = programs()
        assert found is not None, "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        self._programs_at = found
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="reels-scale-"))
        self.url = f"postgresql://reels:not-asked-for@{host.address}:{self.port}/reels"
        command = [*as_user(self.folder), str(found / "postgres"), "-D", str(self.folder / "data")]
        settings = (*SETTINGS, f"port={self.port}", f"unix_socket_directories={self.folder}")
        command += [word for setting in settings for word in ("-c", setting)]
        super().__init__(host, "database", {"postgres": command}, clean_environ(), folder)
        self._make(found)

    def _make(self, found: Path) -> None:
        data = self.folder / "data"
        making = ["-D", str(data), "--no-sync", "--auth=trust", "--username=reels", "--encoding=UTF8"]
        command = [*as_user(self.folder), str(found / "initdb"), *making, "--locale=C.UTF-8"]
        subprocess.run(command, check=True, capture_output=True, cwd="/")
        with (data / "pg_hba.conf").open("a") as out:
            out.write("host all all all trust\n")
        self.start()
        self.await_answers("postgres")
        with psycopg.connect(self._url("postgres"), autocommit=True) as conn:
            conn.execute("CREATE DATABASE reels TEMPLATE template0")

    def _url(self, database: str) -> str:
        return self.url.rpartition("/")[0] + f"/{database}"

    def await_answers(self, database: str = "reels") -> None:
        """Wait until it lets somebody in."""
        wait_for(lambda: self._answers(database), timeout_s=60, what=f"PostgreSQL to answer: {self.output[-500:]}")

    def _answers(self, database: str) -> bool:
        try:
            psycopg.connect(self._url(database), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def dump(self, file: Path) -> None:
        """Write everything down, for who looks for the cause of a finding."""
        with file.open("wb") as out:
            subprocess.run([str(self._programs_at / "pg_dump"), self.url], stdout=out, check=False)

    def close(self) -> None:
        """End it, and take its folder away."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
