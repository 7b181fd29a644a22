"""Time the pages as a viewer meets them: how soon they are there, how soon they follow, and what open tabs cost."""

from __future__ import annotations

import os
import time
from pathlib import Path
from statistics import median
from typing import Final

from bench.result import Result
from bench.scale import Scale
from bench.shown import IDLE, Shown, chromium, shown
from core.clock import utcnow
from core.models import Reel

PATHS: Final = ("/", "/new", "/many", "/campaigns", "/reel?id=77", "/deliveries", "/simulator", "/health", "/help")
TABS: Final = 10
STAT: Final = "/proc/{pid}/stat"
# From the click to the moment at which every row says so and no script runs, by the page's own clock.
WATCH: Final = """word => {
  window.took = 0
  const app = document.querySelector('[data-testid="stApp"]')
  const rests = () => {
    const board = [...document.querySelectorAll('*')].find(e => e.shadowRoot?.querySelector('tbody .mark'))
    const words = [...board?.shadowRoot.querySelectorAll('tbody .mark span:last-child') ?? []]
    return app.dataset.testScriptState === 'notRunning' && words.length && words.every(e => e.textContent === word)
  }
  addEventListener('click', () => {
    const began = performance.now()
    const look = () => rests() ? window.took = performance.now() - began : requestAnimationFrame(look)
    requestAnimationFrame(look)
  }, { capture: true, once: true })
}"""


def screens(scale: Scale) -> list[Result]:
    """Return how soon pages are there and follow; where there is no browser, that this was not measured."""
    executable = chromium()
    if executable is None:
        return [Result(name="the pages (no Chromium was found)", values=[])]
    before = _load()
    with shown(executable, scale.reels[0]) as product:
        first = {path: first_content(product, path, scale.rounds) for path in PATHS}
        slowest = max(first, key=lambda path: median(first[path]))
        reels = f"{scale.reels[0]:,} reels"
        return [
            _seconds(f"first content of the slowest page ({slowest}), warm, {reels}", first[slowest], 1.0),
            _seconds(f"from a click on a filter to rest, {reels}", click_to_rest(product, scale.rounds), 0.3),
            _seconds("from a webhook to the screen", webhook_to_screen(product, scale.rounds), 1.5),
            _share(open_tabs(product, scale.rounds, scale.seconds)),
            Result(name="load of the machine before and after the pages", values=[before, _load()], unit=""),
        ]


def _seconds(name: str, values: list[float], target: float) -> Result:
    return Result(name=name, values=values, target=target, at_most=True, unit="s")


def _share(values: list[float]) -> Result:
    return Result(name=f"{TABS} open tabs, of a core", values=values, target=0.5, at_most=True, unit="×")


def _load() -> float:
    """Return how many processes wanted a core in the last minute; others on the machine slow the pages down."""
    return os.getloadavg()[0]


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
    page.locator("tbody .mark").first.wait_for()
    page.wait_for_selector(IDLE)
    times = []
    for n in range(rounds + 1):
        word = ("Listo", "Sin noticias")[n % 2]
        page.evaluate(WATCH, word)
        page.get_by_role("radio", name=word).click()
        page.wait_for_function("window.took")
        times.append(page.evaluate("window.took") / 1000)
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
        page.locator("video").first.wait_for()
        seen = utcnow()
        told = [entry.at for entry in shown.product.store.timeline.of(reel.id or 0) if entry.kind == "webhook"]
        times.append((seen - min(told)).total_seconds())
        page.context.close()
    return times


def open_tabs(shown: Shown, rounds: int, watched_s: float) -> list[float]:
    """Return the share of a core that the product needs while tabs watch a reel that does not end.

    Nothing is returned where the system does not tell what a process used.
    """
    if not Path(STAT.format(pid=shown.pid)).exists():
        return []
    shown.product.processor.enqueue(Reel(title="Sin fin", script="Hola. [[sim: status=stuck webhook=drop]]"))
    pages = [shown.tab() for _ in range(TABS)]
    for page in pages:
        page.goto(shown.url)
        page.locator("h1").first.wait_for()
    for page in pages:
        page.wait_for_selector(IDLE)
    shares = []
    for _ in range(rounds):
        before, began = _cpu_s(shown.pid), time.monotonic()
        pages[0].wait_for_timeout(watched_s * 1000)
        shares.append((_cpu_s(shown.pid) - before) / (time.monotonic() - began))
    for page in pages:
        page.context.close()
    return shares


def _cpu_s(pid: int) -> float:
    fields = Path(STAT.format(pid=pid)).read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
