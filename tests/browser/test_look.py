"""What every page owes its viewer: its frame, its language, its width, and no talk with strangers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from core.campaigns import new_draft_key, submit
from core.models import Reel
from tests.browser.conftest import Server, Visit, fault_of, keep
from tests.browser.width import fits

HEALTH = [f"/health?part={part}" for part in ("now", "checks", "modes", "settings", "webhooks", "telling")]
HELP = [f"/help?guide={guide}" for guide in ("marketing", "qa", "operations")]
MANY = ["/many", "/campaigns", "/campaign?id=1"]
PAGES = ["/", "/reels", "/new", "/reel?id=1", *MANY, "/deliveries", *HEALTH, *HELP, "/simulator"]
COLD = {
    "/": "Reels",
    "/new": "Nuevo reel",
    "/many": "Muchos a la vez",
    "/campaigns": "Campañas",
    "/campaign?id=1": "Campaña",
    "/reel?id=1": "Reel",
    "/deliveries": "Entregas",
    "/simulator": "Simulador",
    "/health": "Estado y ajustes",
    "/help": "Ayuda",
}
LOUD = "<img src=x onerror=alert(1)><script>alert(2)</script> **fuerte** :red[rojo] [x](javascript:alert(3))"


def name_of(path: str) -> str:
    """Return what the picture of a page is called."""
    return re.sub(r"\W+", "-", path.strip("/")) or "start"


@pytest.fixture(scope="module", autouse=True)
def _one_reel(server: Server) -> None:
    """Have a reel and a campaign, with titles that would act if they were ever taken for markup."""
    server.product.processor.enqueue(Reel(title=LOUD, script=LOUD + " [[sim: render=1s]]"))
    few = [Reel(title=f"Oferta {n}", script="Hola. [[sim: render=1s]]") for n in range(3)]
    submit(server.product.processor, LOUD[:80], new_draft_key(), few)


@pytest.mark.parametrize(
    ("path", "title"),
    [pytest.param(*link, marks=() if n < 3 else pytest.mark.long) for n, link in enumerate(COLD.items())],
)
def test_a_cold_deep_link_shows_the_frame(fresh_server: Server, visitor: Visit, path: str, title: str) -> None:
    tab = visitor()
    page = tab.open(fresh_server.url + path)
    expect(page.get_by_text("Gem-AvatART Reels")).to_be_visible()
    expect(page.get_by_text("Los vídeos son simulados")).to_be_visible()
    expect(page.get_by_role("radio", name="Español")).to_be_visible()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.get_by_role("dialog")).to_have_count(0)
    tab.settled()
    keep(page, f"cold-{name_of(path)}")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_nothing_overflows_on_a_phone_and_nobody_else_is_asked(server: Server, visitor: Visit, scheme: str) -> None:
    tab = visitor(width=390, scheme=scheme)
    for path in PAGES:
        page = tab.open(server.url + path)
        tab.settled()
        fits(page)
        keep(page, f"phone-{scheme}-{name_of(path)}")
    assert tab.hosts <= {"127.0.0.1", ""}
    assert not tab.dialogs


@pytest.mark.parametrize(
    "wide", ["<p style='width: 900px; text-align: right'>lejos</p>", "<pre>" + "x" * 400 + "</pre>"]
)
def test_what_sticks_out_of_a_phone_is_found(visitor: Visit, wide: str) -> None:
    page = visitor(width=390).page
    page.set_content(f"<main data-testid='stMain'>{wide}</main>")
    with pytest.raises(pytest.fail.Exception, match="cut off"):
        fits(page)


def test_the_language_switch_holds_over_pages_and_a_reload(server: Server, visitor: Visit) -> None:
    page = visitor().open(f"{server.url}/")
    page.get_by_text("English", exact=True).click()
    page.get_by_role("link", name="New reel").first.click()
    expect(page.locator("h1")).to_have_text("New reel", timeout=5_000)
    page.reload()
    expect(page.locator("h1")).to_have_text("New reel", timeout=10_000)
    expect(page.get_by_label("Script")).to_be_visible()
    keep(page, "language-english")


def test_the_page_names_its_language(server: Server, visitor: Visit) -> None:
    assert visitor().open(server.url).locator("html").get_attribute("lang") == "es"
    english = visitor(locale="en-GB").open(server.url).locator("html")
    assert (english.get_attribute("lang"), english.get_attribute("translate")) == ("en", "no")


def test_what_users_typed_never_acts(server: Server, visitor: Visit) -> None:
    tab = visitor()
    page = tab.open(f"{server.url}/?q=onerror")
    expect(page.get_by_role("link", name=LOUD)).to_be_visible(timeout=5_000)
    page.get_by_role("link", name=LOUD).click()
    expect(page.get_by_text(LOUD, exact=True).first).to_be_visible(timeout=5_000)
    assert page.locator('img[src="x"]').count() == 0
    assert not tab.dialogs


def test_a_page_that_is_not_drawn_is_no_picture(visitor: Visit, tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="nothing is drawn"):
        keep(visitor().page, "blank", tmp_path)
    torn = tmp_path / "torn.png"
    torn.write_bytes(b"PNG")
    assert fault_of(torn, 1, 1) == "is no picture"
    Image.new("RGB", (10, 10)).save(torn)
    assert fault_of(torn, 390, 900) == "is 10×10 and not 390×900"
