"""Run the whole product as its users do, and look at it with a real Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image, UnidentifiedImageError
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from core.config import Settings
from core.product import Product, open_product
from tests.support.untested import untested

ROOT = Path(__file__).resolve().parents[2]
# The shell draws with the same engine as the whole browser, at half the cost.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_S = 40
JOURNEYS = ROOT / "build" / "journeys"
TALLEST = 3000
# A page that did not come to be drawn is one colour, or the few greys of a skeleton.
FEW_COLOURS = 40
AT_REST = """() => { const app = document.querySelector('[data-testid="stApp"]')
  const main = document.querySelector('[data-testid="stMain"]') ?? document.documentElement
  const now = `${app?.dataset.testScriptState === 'running'} ${main.scrollHeight} ${main.textContent.length}`
  const still = now === window.seen && !now.startsWith('true') && !main.querySelector('[data-testid="stSkeleton"]')
  window.seen = now
  return still ? main.scrollHeight : 0 }"""
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def find_chromium(playwright: Playwright) -> str | None:
    """Return the machine's Chromium or Chrome, else Playwright's own, else None."""
    found = [shutil.which(name) for name in NAMES]
    candidates = [*found, str(MAC), playwright.chromium.executable_path]
    return next((path for path in candidates if path and Path(path).exists()), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium; without one a CI run fails, any other says what it does not test.

    It ends with the module: while Playwright runs, no other test of the process can run an event loop.
    """
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            untested("no Chromium was found, so nothing of the pages was looked at in a browser.")
        started = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield started
        started.close()


@dataclass
class Server:
    """Hold a running product."""

    url: str
    product: Product


@contextmanager
def serve(folder: Path, *, port: int = 0, **settings: str) -> Iterator[Server]:
    """Run the product in a folder of its own, in demo mode, on a port that the system chooses unless one is named."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HEYGEN_", "APP_ENV", "NOTIFY_", "PORT"))
    }
    env |= {"DATABASE_URL": f"sqlite:///{folder}/reels.db", **settings}
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"), "--server.port", str(port)]
    log = (folder / "server.log").open("w")
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        url = _address(process)
        _await_health(url)
        found = Settings.from_env({"DATABASE_URL": env["DATABASE_URL"]})
        product = open_product(found)
        yield Server(url=url, product=product)
        product.store.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        if process.stdout is not None:
            process.stdout.close()
        log.close()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if "URL:" in line:
            return line.split("URL:")[1].strip()
    raise AssertionError(f"the product ended with {process.wait()} before it named its address")


def _await_health(url: str) -> None:
    def lives() -> bool:
        try:
            return bool(httpx.get(f"{url}/healthz", timeout=2).json()["worker"]["alive"])
        except (httpx.HTTPError, ValueError):
            return False

    until(lives, START_S, "the worker lives")


def until(holds: Callable[[], bool], bound_s: float, what: str, else_say: Callable[[], str] = str) -> None:
    """Wait until a condition holds, at most so many seconds; `else_say` tells how it stands if it never does."""
    pause, end = threading.Event(), time.monotonic() + bound_s
    while not holds():
        if time.monotonic() > end:
            pytest.fail(f"not within {bound_s} s: {what} {else_say()}".rstrip())
        pause.wait(0.05)


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one product for the tests of a file that may share it."""
    with serve(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture
def fresh_server(browser: Browser, tmp_path: Path) -> Iterator[Server]:
    """Run a product that no browser has visited yet."""
    with serve(tmp_path) as running:
        yield running


@dataclass
class Visitor:
    """Hold one browser tab, and everything it asked for."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    frames: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def open(self, url: str) -> Page:
        """Open an address and wait until the page stands."""
        self.page.goto(url)
        self.page.locator("h1").first.wait_for(timeout=20_000)
        return self.page

    def settled(self) -> None:
        """Wait until no script runs."""
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=15_000)


Visit = Callable[..., Visitor]


def keep(page: Page, name: str, folder: Path = JOURNEYS) -> None:
    """Keep a picture of the whole page as build/journeys/NAME.png; fail when it is no real picture."""
    folder.mkdir(parents=True, exist_ok=True)
    file, seen = folder / f"{name}.png", page.viewport_size
    assert seen is not None
    rested = page.wait_for_function(AT_REST, polling=150, timeout=10_000).json_value()
    height = min(TALLEST, max(seen["height"], rested))
    page.set_viewport_size({"width": seen["width"], "height": height})
    page.evaluate(DRAWN)
    page.screenshot(path=file)
    page.set_viewport_size(seen)
    wrong = fault_of(file, seen["width"], height)
    if wrong:
        pytest.fail(f"{file.name} {wrong}")


def fault_of(file: Path, width: int, height: int) -> str:
    """Say what is wrong with a picture of a page; nothing if it is a real one."""
    try:
        with Image.open(file) as image:
            size, found = image.size, image.convert("RGB").getcolors(FEW_COLOURS)
    except (OSError, UnidentifiedImageError):
        return "is no picture"
    if size != (width, height):
        return f"is {size[0]}×{size[1]} and not {width}×{height}"
    return "" if found is None else f"has {len(found)} colours: nothing is drawn"


@pytest.fixture
def visitor(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Visit]:
    """Return a function that opens a tab; a failing test leaves a picture of each in its folder."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def new_tab(width: int = 1280, locale: str = "es-ES", scheme: Literal["light", "dark"] = "light") -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale=locale,
            timezone_id="Europe/Madrid",
            color_scheme=scheme,
        )
        contexts.append(context)
        tab = Visitor(page=context.new_page())
        visitors.append(tab)
        context.on("request", lambda asked: tab.hosts.add(urlsplit(asked.url).hostname or ""))
        tab.page.on("dialog", lambda dialog: (tab.dialogs.append(dialog.message), dialog.dismiss()))
        tab.page.on("websocket", lambda socket: socket.on("framesent", lambda _frame: tab.frames.append("sent")))
        return tab

    yield new_tab
    for number, tab in enumerate(visitors):
        if getattr(request.node, "failed", False):
            tab.page.screenshot(path=tmp_path / f"tab-{number}.png")
    for context in contexts:
        context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure, for the pictures."""
    report = yield
    if report.when == "call":
        item.failed = report.failed  # type: ignore[attr-defined]  # a mark of our own on the item
    return report
