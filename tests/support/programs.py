"""Run our programs as processes of their own, so that they can be killed like the real ones."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from core.clock import utcnow
from core.config import Settings
from core.dashboard import Figures, figures
from core.models import Reel
from core.product import open_product
from tests.support.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
READY = "fake HeyGen listening on "


def clean_environ(**values: str) -> dict[str, str]:
    """Return the environment without any setting of ours, and then these."""
    ours = ("HEYGEN_", "APP_ENV", "DATABASE_URL", "ARCHIVE_", "AWS_", "CELERY_", "NOTIFY_", "PORT")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)} | values


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """Hold a running process whose output goes to a file."""

    def __init__(
        self, argv: list[str], environ: Mapping[str, str], log: Path, cwd: Path, *, group: bool = False
    ) -> None:
        self.log = log
        self._out = log.open("ab")
        self.process = subprocess.Popen(
            argv,
            env=dict(environ),
            stdout=self._out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            start_new_session=group,
        )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()
        self._out.close()

    def stop(self) -> int:
        """End it as an operator would; return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it did not stop within 20 s:\n{self.output[-3000:]}") from None
        finally:
            self._out.close()

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)


class Fake(Program):
    """A fake HeyGen on a port of its own."""

    def __init__(self, folder: Path, *words: str, port: int | None = None) -> None:
        self.port = port or free_port()
        argv = [sys.executable, "-m", "fake_heygen", "--port", str(self.port), *words]
        super().__init__(argv, clean_environ(), folder / f"fake-{self.port}.log", ROOT)
        self.url = f"http://127.0.0.1:{self.port}"
        wait_for(self._is_ready, timeout_s=20, what="the fake's ready line")
        self.http = httpx.Client(base_url=self.url, headers={"X-Api-Key": "test-key"}, timeout=20, trust_env=False)

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.output
        return READY in self.output

    def stop(self) -> int:
        self.http.close()
        return super().stop()

    def sim(self, method: str, path: str, **data: Any) -> Any:
        """Call the control interface."""
        answer = self.http.request(method, f"/_sim/{path}", json=data or None)
        assert answer.is_success, answer.text
        return answer.json()

    def ledger(self) -> list[dict[str, Any]]:
        """Return the truth: one row a video."""
        return self.sim("GET", "ledger")["data"]

    def journal(self) -> list[dict[str, Any]]:
        """Return every request and every delivery attempt."""
        return self.sim("GET", "journal")["data"]


class Serve(Program):
    """`python -m core serve` on a port of its own, against a HeyGen at some address; `root` has the code."""

    def __init__(
        self,
        folder: Path,
        heygen_url: str,
        *,
        mode: str,
        port: int | None = None,
        works: bool = True,
        root: Path = ROOT,
        **settings: str,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        defaults = {
            "HEYGEN_API_KEY": settings.pop("key", "test-key"),
            "HEYGEN_API_BASE_URL": heygen_url,
            "HEYGEN_PROCESSING_MODE": mode,
            "DATABASE_URL": f"sqlite:///{folder}/reels.db",
        }
        if mode != "polling":
            defaults["HEYGEN_WEBHOOK_BASE_URL"] = self.url
        self.environ = clean_environ(**(defaults | settings))
        argv = [sys.executable, "-m", "core", "serve", "--port", str(self.port)]
        super().__init__(argv, self.environ, folder / f"serve-{self.port}.log", root)
        self._root = root
        self.product = open_product(Settings.from_env(self.environ))
        self.store = self.product.store
        self._works = works
        wait_for(self._is_ready, timeout_s=20, what="serve to answer")

    def stop(self) -> int:
        self.product.client.close()
        self.store.close()
        return super().stop()

    def kill(self) -> None:
        self.product.client.close()
        self.store.close()
        super().kill()

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.output
        try:
            return httpx.get(f"{self.url}/healthz", trust_env=False).json()["worker"]["alive"] or not self._works
        except httpx.HTTPError:
            return False

    def core(self, *words: str, code: int = 0) -> Any:
        """Run `python -m core` with the same settings and return its JSON."""
        done = run_core(*words, environ=self.environ, root=self._root)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    def submit(self, script: str, title: str = "Prueba") -> int:
        return int(self.core("submit", "--script", script, "--title", title)["id"])

    def reel(self, reel_id: int) -> Reel:
        """Return a reel from the store, which is quicker than a word of the command line."""
        return self.store.reels.get(reel_id)

    def figures(self) -> Figures:
        return figures(self.product, utcnow())

    def show(self, reel_id: int) -> dict[str, Any]:
        return self.core("show", str(reel_id))

    def wait_until(self, reel_id: int, *statuses: str, timeout_s: float = 20) -> dict[str, Any]:
        """Return the reel once it has one of these states."""

        def reached() -> bool:
            return self.store.reels.get(reel_id).status in statuses

        try:
            wait_for(reached, timeout_s=timeout_s, what=f"reel {reel_id} to become {statuses}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.show(reel_id)}\n{self.output[-3000:]}") from None
        return self.show(reel_id)


def run_core(*words: str, environ: Mapping[str, str], root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run one word of the command line of the code at `root`."""
    argv = [sys.executable, "-m", "core", *words, "--json"]
    return subprocess.run(argv, env=dict(environ), capture_output=True, text=True, cwd=root, timeout=60, check=False)


def kinds(reel: Mapping[str, Any]) -> list[str]:
    """Return the kinds of a reel's timeline, in order."""
    return [entry["kind"] for entry in reel["timeline"]]
