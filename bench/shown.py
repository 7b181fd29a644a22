"""Run the whole product over reels of the past, with a real Chromium before it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.crowd import crowd
from bench.served import ROOT
from core.config import Settings
from core.product import Product, open_product

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
IDLE: Final = '[data-testid="stApp"][data-test-script-state="notRunning"]'
OURS: Final = ("HEYGEN_", "APP_ENV", "PORT", "NOTIFY_")
STOP_S: Final = 20.0
PATIENCE_MS: Final = 120_000.0


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold the running product and a browser before it."""

    url: str
    pid: int
    product: Product
    browser: Browser

    def tab(self) -> Page:
        """Open a tab of its own, as a viewer in Madrid has it."""
        context = self.browser.new_context(locale="es-ES", timezone_id="Europe/Madrid")
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()


def chromium() -> str | None:
    """Return the Chromium that can be looked through, None where there is none or no Playwright to steer it."""
    if find_spec("playwright") is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    found = [*(shutil.which(name) for name in CHROMIUMS), own]
    return next((path for path in found if path and Path(path).exists()), None)


@contextmanager
def shown(executable: str, reels: int) -> Iterator[Shown]:
    """Run the product in demo mode over so many reels, and a browser."""
    from playwright.sync_api import sync_playwright

    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
        folder = Path(name)
        _past(folder / "reels.db", reels)
        with _running(folder) as process, sync_playwright() as playwright:
            product = open_product(Settings.from_env({"DATABASE_URL": _database(folder)}))
            browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
            try:
                yield Shown(_address(process), process.pid, product, browser)
            finally:
                browser.close()
                product.store.close()


@contextmanager
def _running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    env["DATABASE_URL"] = _database(folder)
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"), "--server.port", "0"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603  # our own program
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _database(folder: Path) -> str:
    return f"sqlite:///{folder}/reels.db"


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101  # a pipe was asked for
    for line in process.stdout:
        if "URL:" in line:
            return line.split("URL:")[1].strip()
    raise RuntimeError("the product did not start")


def _past(path: Path, reels: int) -> None:
    """Fill a store, and let nothing in it still be under way."""
    store = crowd(path, reels)
    with store.transaction() as conn:
        conn.execute(
            "UPDATE reel SET status = 'failed', send_state = 'queued', send_after = NULL WHERE status = 'pending'"
        )
        conn.execute("UPDATE reel SET status = 'timed_out' WHERE status = 'processing'")
        conn.execute("UPDATE reel SET detected_at = created_at - 86400000 WHERE status <> 'pending'")  # none is news
        conn.execute("UPDATE delivery SET verdict = 'applied', work_after = NULL WHERE work_after IS NOT NULL")
    store.close()
