"""Run the runbook's own lines: back up while the product works, lose everything, restore, and be right again."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from core import endpoint
from core.models import Reel, ReelStatus
from core.secret_file import SecretFile
from fake_heygen.cli.command import run_word
from tests.deploy.needed import program
from tests.support.postgres import postgres_server, programs
from tests.support.programs import ROOT, Fake, Serve, run_core
from tests.support.waiting import wait_for

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
RENDERS = ("1s", "1s", "200s", "200s", "200s", "200s outcome=failed")


@dataclass(frozen=True)
class Kept:
    """Hold where a product keeps everything, the names of its drills, and how all of it is lost."""

    environ: dict[str, str]
    data: Path
    kind: str
    lose_database: Callable[[], None]

    def lose(self) -> None:
        for path in self.data.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.lose_database()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Return what is to be backed up, in either store."""
    data = tmp_path / "data"
    data.mkdir()
    if request.param == "sqlite":
        program("sqlite3", "sqlite3")
        yield Kept({"DATABASE_URL": f"sqlite:///{data}/reels.db"}, data, "", lambda: None)
        return
    program("pg_dump", "postgresql-client")
    with postgres_server(programs() or program("initdb", "postgresql")) as server:
        server.admin("CREATE DATABASE reels TEMPLATE template0")
        environ = {"DATABASE_URL": server.url("reels"), "DATA_FOLDER": str(data), "ADMIN_URL": server.url("postgres")}
        yield Kept(environ, data, " PostgreSQL", lambda: server.drop(server.url("reels")))


def drill(name: str, kept: Kept, backup: Path) -> None:
    """Run the lines of one drill of the runbook, with our folders in place of its own."""
    found = re.search(rf"<!-- drill: {name}{kept.kind} -->\n```sh\n(.*?)```", RUNBOOK, re.S)
    assert found is not None
    lines = found[1].replace("/srv/reels/data", str(kept.data)).replace("/backup", str(backup))
    argv, environ = ["sh", "-eu", "-c", lines], os.environ | kept.environ
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{lines}\n{done.stdout}{done.stderr}"


def number(server: Serve, script: str) -> int:
    """Store a reel and return its id."""
    return server.product.processor.enqueue(Reel(script=script)).id or 0


def await_end(server: Serve, reels: Sequence[int]) -> None:
    """Wait until all of these reels are completed or have failed."""
    ends = {ReelStatus.COMPLETED, ReelStatus.FAILED}
    wait_for(lambda: {server.reel(reel).status for reel in reels} <= ends, timeout_s=40, what="every end")


def test_a_backup_of_the_working_product_brings_everything_back(
    kept: Kept, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    data, backup = kept.data, tmp_path / "backup"
    backup.mkdir()
    with ExitStack() as stack:
        fake = Fake(tmp_path)
        stack.callback(fake.stop)
        server = Serve(data, fake.url, mode="hybrid", HEYGEN_FALLBACK_AFTER_S="3600", **kept.environ)
        stack.callback(lambda: server.stop())  # whichever it is then
        endpoint.register(server.product, SecretFile(server.store.path))
        reels = [number(server, f"Hola. [[sim: render={render}]]") for render in RENDERS]
        await_end(server, reels[:1])
        wait_for(lambda: server.store.archive.files(reels[0]), what="a kept film")
        wait_for(lambda: all(server.reel(reel).video_id for reel in reels), what="every reel to be at HeyGen")
        assert server.reel(reels[2]).status is ReelStatus.PROCESSING  # it works while it is backed up
        drill("back up", kept, backup)
        fake.sim("POST", "clock", advance_s=300)
        await_end(server, reels)  # what happens after the backup is learned anew
        server.kill()
        kept.lose()
        drill("restore", kept, backup)
        server = Serve(
            data, fake.url, mode="hybrid", HEYGEN_POLL_INTERVAL_S="1", HEYGEN_FALLBACK_AFTER_S="2", **kept.environ
        )
        await_end(server, reels)
        assert [row["charges"] for row in fake.ledger()] == [1] * len(reels)
        history = tmp_path / "history.json"
        history.write_text(run_core("list", environ=server.environ).stdout)
        words = ["check", "--at", fake.url, "--history", str(history), "--json"]
        assert run_word(words) == 0, capsysbinary.readouterr().out
        assert set(json.loads(capsysbinary.readouterr().out)["counts"].values()) == {0}
        assert (data / "reels.webhook-secrets.json").exists()
        for name in server.store.archive.files(reels[0]).values():
            assert list((data / "files").rglob(name.name)), name


def anchors(text: str) -> set[str]:
    """Return what a heading can be pointed at by, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", ["runbook.md", "scaling.md"])
def test_what_the_document_points_to_is_there(name: str) -> None:
    text = (ROOT / "docs" / name).read_text()
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", text)
    assert len(links) >= 3
    for link in links:
        path, _, anchor = link.partition("#")
        target = ROOT / "docs" / (path or name)
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


def test_what_the_runbook_tells_of_files_commands_and_checks_is_true() -> None:
    for path in re.findall(r"`?(deploy/[\w./-]+)", RUNBOOK):
        assert (ROOT / path.rstrip(".")).exists(), path
    doctor = "\n".join(path.read_text() for path in (ROOT / "core").glob("*.py"))
    for check in ("webhook-dns", "webhook-tls", "webhook-options", "webhook-signed", "endpoint", "heygen", "queue"):
        assert f"*{check}*" in RUNBOOK
        assert f'"{check}"' in doctor, check
