"""What only a browser can tell: how old the page is, and in whose words Streamlit itself speaks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from core.models import Reel
from tests.browser.conftest import Server, Visit, until

STALE_MS = 15_000
# Labels and texts of the page itself, without those of our own parts, which stand in shadow roots.
HEARD = """() => [...document.querySelectorAll('[aria-label], [title], [role="tooltip"], button')]
  .filter(element => element.checkVisibility() && !element.closest('[aria-hidden="true"]'))
  .flatMap(element => [element.ariaLabel, element.title, element.innerText])
  .filter(Boolean).flatMap(text => text.split("\\n")).map(text => text.trim())"""
ENGLISH = re.compile(
    r"^(Upload|Copy to clipboard|App pages|Navigate to home page|Link to heading|file upload|Open"
    r"|(Show data|Download as|Copy Vega|Fullscreen|Search|Show/hide|Help for|Choose date|day,|month,|year,)\b.*"
    r"|[a-z_]+ icon)$"
)


class Line:
    """Carry what page and product say to each other, until it is cut."""

    def __init__(self, page: Page) -> None:
        self.cut = False
        page.route_web_socket(re.compile("/_stcore/stream"), self._carry)

    def _carry(self, browser: WebSocketRoute) -> None:
        product = browser.connect_to_server()
        product.on_message(lambda message: None if self.cut else browser.send(message))


def test_a_page_that_nothing_reaches_any_more_says_how_old_it_is(server: Server, visitor: Visit) -> None:
    page = visitor().page
    line = Line(page)
    page.clock.install()
    page.goto(f"{server.url}/campaigns")
    expect(page.locator("h1")).to_have_text("Campañas", timeout=20_000)
    age = page.get_by_text(re.compile(r"^Datos de hace \d+ (s|min)\.$"))
    expect(page.locator(".st-key-freshness")).to_be_attached(timeout=10_000)
    expect(age).not_to_be_visible()
    line.cut = True
    for _ in range(10):  # what was on its way when the line was cut makes the page fresh once more
        page.clock.fast_forward(STALE_MS)
        page.wait_for_timeout(500)
        if age.is_visible():
            break
    expect(age).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("no ha llegado nada del producto")
    line.cut = False
    expect(age).not_to_be_visible(timeout=15_000)


@pytest.fixture(scope="module")
def told(server: Server) -> int:
    """Have a reel with a delivery, so that every kind of table and chart is drawn."""
    reel = server.product.processor.enqueue(Reel(title="Palabras", script="Hola. [[sim: render=1s]]"))
    until(lambda: bool(server.product.store.deliveries.counts()), 25, "a webhook has come")
    return reel.id or 0


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/many",
        *(
            pytest.param(path, marks=pytest.mark.long)
            for path in ("/deliveries?id=1", "/reel?id={id}", "/health?part=modes", "/help")
        ),
    ],
)
def test_streamlit_speaks_spanish_too(server: Server, visitor: Visit, told: int, path: str) -> None:
    tab = visitor()
    page = tab.open(server.url + path.format(id=told))
    tab.settled()
    assert english(page) == []


def english(page: Page) -> list[Any]:
    """Return what is English of what can be seen or heard on a page, and stays so."""
    left: list[Any] = []
    for _ in range(10):
        left = [text for text in page.evaluate(HEARD) if ENGLISH.match(text)]
        if not left:
            break
        page.wait_for_timeout(300)  # Streamlit draws its words first, and they are replaced then
    return left


@pytest.mark.usefixtures("told")
def test_days_are_chosen_and_files_brought_in_the_language_that_was_switched_to(server: Server, visitor: Visit) -> None:
    tab = visitor()
    page = tab.open(f"{server.url}/many")
    upload = page.get_by_test_id("stFileUploaderDropzone").locator("button")
    expect(upload).to_contain_text("Subir", timeout=10_000)
    page.get_by_text("English", exact=True).click()
    expect(upload).to_contain_text("Upload", timeout=10_000)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_text("Español", exact=True).click()
    expect(upload).to_contain_text("Subir", timeout=10_000)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.goto(f"{server.url}/")
    page.get_by_role("button", name="Más filtros").click()
    page.get_by_role("button", name="Elegir un día").first.click()
    expect(page.get_by_role("button", name="Mes siguiente")).to_be_visible(timeout=5_000)
    assert english(page) == []
