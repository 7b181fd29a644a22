"""Time the pages as a viewer meets them: the product with a great many reels, and a real Chromium before it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from bench.crowd import crowd
from bench.result import Result
from bench.scale import Scale
from bench.served import ROOT
from core.clock import utcnow
from core.config import Settings
from core.models import Reel
from core.product import Product, open_product

PATHS: Final = ("/", "/new", "/many", "/campaigns", "/reel?id=77", "/deliveries", "/simulator", "/health", "/help")
IDLE: Final = '[data-testid="stApp"][data-test-script-state="notRunning"]'
TABS: Final = 10
START_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold the running product and a browser before it."""

    url: str
    pid: int
    product: Product
    browser: Browser

    def tab(self) -> Page:
        """Open a tab of its own, as a viewer in Madrid has it."""
        return self.browser.new_context(locale="es-ES", timezone_id="Europe/Madrid").new_page()


def screens(scale: Scale) -> list[Result]:
    """Return how soon pages are there, how soon they follow, and what open tabs cost."""
    with shown(scale.reels[0]) as product:
        reels = f"{scale.reels[0]:,} reels"
        first = {path: first_content(product, path, scale.rounds) for path in PATHS}
        slowest = max(first, key=lambda path: sorted(first[path])[len(first[path]) // 2])
        clicks = click_to_rest(product, scale.rounds)
        told = webhook_to_screen(product, scale.rounds)
        return [
            seconds(f"first content of the slowest page ({slowest}), warm, {reels}", first[slowest], 1.0),
            seconds(f"from a click on a filter to rest, {reels}", clicks, 0.3),
            seconds("from a webhook to the screen", told, 1.5),
            Result(
                name=f"{TABS} open tabs, of a core",
                values=[open_tabs(product, scale.seconds * 4)],
                target=0.5,
                at_most=True,
                unit="",
            ),
        ]


def seconds(name: str, values: list[float], target: float) -> Result:
    """Return a result in seconds of which less is better."""
    return Result(name=name, values=values, target=target, at_most=True, unit="s")


@contextmanager
def shown(reels: int) -> Iterator[Shown]:
    """Run the product in demo mode over so many reels of the past."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        _past(folder / "reels.db", reels)
        ours = ("HEYGEN_", "APP_ENV", "PORT", "NOTIFY_")
        env = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        env["DATABASE_URL"] = f"sqlite:///{folder}/reels.db"
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"), "--server.port", "0"]
        with (
            (folder / "log").open("w") as log,
            subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=log, text=True) as process,  # noqa: S603  # our own program
        ):
            try:
                product = open_product(Settings.from_env({"DATABASE_URL": env["DATABASE_URL"]}))
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                    yield Shown(_address(process), process.pid, product, browser)
                    browser.close()
                product.store.close()
            finally:
                process.terminate()


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


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101  # a pipe was asked for
    for line in process.stdout:
        if "URL:" in line:
            return line.split("URL:")[1].strip()
    raise RuntimeError("the product did not start")


def first_content(shown: Shown, path: str, rounds: int) -> list[float]:
    """Return the seconds from asking for a page to its heading, in a tab that has seen the product before."""
    page = shown.tab()
    times = []
    for _ in range(rounds + 1):
        page.goto("about:blank")
        began = time.monotonic()
        page.goto(shown.url + path)
        page.locator("h1").first.wait_for()
        times.append(time.monotonic() - began)
        page.wait_for_selector(IDLE)
    page.context.close()
    return times[1:]


def click_to_rest(shown: Shown, rounds: int) -> list[float]:
    """Return the seconds from a click on a status to the moment at which the list shows it and nothing runs."""
    page = shown.tab()
    page.goto(shown.url)
    page.wait_for_selector(IDLE)
    times = []
    for n in range(rounds + 1):
        word = ("Listo", "Fallido")[n % 2]
        button = page.get_by_role("button", name=word).or_(page.get_by_role("radio", name=word)).first
        button.wait_for()
        page.wait_for_selector(IDLE)
        before = page.url
        began = time.monotonic()
        button.click()
        page.wait_for_url(lambda url, before=before: url != before)
        page.wait_for_selector(IDLE)
        times.append(time.monotonic() - began)
    page.context.close()
    return times[1:]


def webhook_to_screen(shown: Shown, rounds: int) -> list[float]:
    """Return the seconds from receiving a webhook to the reel's page saying that it is done."""
    times = []
    for n in range(rounds):
        script = "Hola a todos. [[sim: render=4s]]"
        reel = shown.product.processor.enqueue(Reel(title=f"Mira {n}", script=script))
        page = shown.tab()
        page.goto(f"{shown.url}/reel?id={reel.id}")
        page.locator("video").first.wait_for(timeout=START_S * 1000)
        seen = utcnow()
        told = [entry.at for entry in shown.product.store.timeline.of(reel.id or 0) if entry.kind == "webhook"]
        times.append((seen - min(told)).total_seconds())
        page.context.close()
    return times


def open_tabs(shown: Shown, watched_s: float) -> float:
    """Return the share of a core that the product needs while tabs watch a reel that does not end."""
    shown.product.processor.enqueue(Reel(title="Sin fin", script="Hola. [[sim: status=stuck webhook=drop]]"))
    pages = [shown.tab() for _ in range(TABS)]
    for page in pages:
        page.goto(shown.url)
        page.locator("h1").first.wait_for()
    for page in pages:
        page.wait_for_selector(IDLE)
    before, began = _cpu_s(shown.pid), time.monotonic()
    pages[0].wait_for_timeout(watched_s * 1000)
    share = (_cpu_s(shown.pid) - before) / (time.monotonic() - began)
    for page in pages:
        page.context.close()
    return share


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
