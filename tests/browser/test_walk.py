"""The way of a reel as a person sees it: written, submitted, watched, played."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Error, Page, expect

from core.archive import kept_file
from core.models import Reel, ReelStatus
from core.store import ReelFilter
from tests.browser.conftest import Server, Visit, keep, until

VIDEO = "() => { const v = document.querySelector('video'); return v && v.readyState >= 2 && v.videoWidth > 0 }"
QUIET_MS = 3000


def write(page: Page, title: str, script: str) -> None:
    """Fill the form, as typing does."""
    page.get_by_label("Título", exact=True).fill(title)
    page.get_by_label("Guion").press_sequentially(script, delay=2)


def test_a_reel_is_written_submitted_watched_and_played(server: Server, visitor: Visit) -> None:
    tab = visitor()
    page = tab.open(f"{server.url}/new")
    expect(page.get_by_role("radiogroup", name="Avatar").get_by_role("radio").first).to_be_checked(timeout=10_000)
    write(page, "Otoño", "Hola a todos, bienvenidos. [[sim: render=3s]]")
    expect(page.get_by_text("45 de 5000 caracteres")).to_be_visible()
    expect(page.get_by_text("4 palabras")).to_be_visible()
    keep(page, "first-reel-written")
    page.get_by_role("button", name="Crear el reel").click()
    page.wait_for_url("**/reel?id=*", timeout=5_000)
    expect(page.locator("h1")).to_contain_text("Reel ")
    page.wait_for_function(VIDEO, timeout=25_000)
    expect(page.get_by_text("Listo · HeyGen avisó (webhook)")).to_be_visible()
    assert page.evaluate("document.querySelector('video').paused")
    keep(page, "first-reel-done")
    assert page.locator("video").evaluate("video => video.play().then(() => !video.paused)")


def test_our_own_copy_plays_with_its_subtitles(server: Server, visitor: Visit) -> None:
    reel = server.product.processor.enqueue(Reel(title="Copia", script="Se guarda una copia. [[sim: render=1s]]"))
    until(lambda: kept_file(server.product.processor, reel.id or 0, "subtitles") is not None, 25, "it is kept")
    page = visitor().open(f"{server.url}/reel?id={reel.id}")
    page.wait_for_function(VIDEO, timeout=15_000)
    assert page.locator("video").get_attribute("src", timeout=2_000).startswith(server.url)  # type: ignore[union-attr]
    expect(page.locator("video track")).to_have_count(1)
    page.goto(f"{server.url}/?q=Copia")
    picture = page.get_by_role("row").filter(has_text="Copia").locator("img.picture")
    expect(picture).to_be_visible(timeout=10_000)
    until(lambda: picture.evaluate("image => image.naturalWidth") > 0, 10, "it is drawn")
    keep(page, "list-with-pictures")


def test_the_list_follows_the_truth_within_two_seconds_and_then_rests(server: Server, visitor: Visit) -> None:
    reel = server.product.processor.enqueue(Reel(title="Vigilado", script="Hola. [[sim: render=4s]]"))
    tab = visitor()
    page = tab.open(f"{server.url}/")
    row = page.get_by_role("row").filter(has_text="Vigilado")
    expect(row).to_contain_text("En preparación", timeout=15_000)
    until(lambda: server.product.store.reels.get(reel.id or 0).status is ReelStatus.COMPLETED, 25, "it is done")
    done = time.monotonic()
    expect(row).to_contain_text("Listo", timeout=4_000)
    assert time.monotonic() - done < 2.0
    expect(page.get_by_text(f"El reel {reel.id} está listo.")).to_be_visible(timeout=3_000)
    assert_rests(page)


def assert_rests(page: Page) -> None:
    """Fail if the page asks the server anything while nothing is open."""
    page.evaluate(
        """() => { window.asked = 0; const send = WebSocket.prototype.send
          WebSocket.prototype.send = function (...data) { window.asked += 1; return send.apply(this, data) } }"""
    )
    with pytest.raises(Error, match="Timeout"):
        page.wait_for_function("() => window.asked > 1", timeout=QUIET_MS)


def test_a_double_click_submits_once(server: Server, visitor: Visit) -> None:
    before = len(server.product.store.reels.page(ReelFilter(text="Una vez"), 10))
    page = visitor().open(f"{server.url}/new")
    write(page, "Una vez", "Solo una vez. [[sim: render=1s]]")
    page.get_by_role("button", name="Crear el reel").dblclick()
    page.wait_for_url("**/reel?id=*", timeout=5_000)
    expect(page.get_by_text("Una vez", exact=True)).to_be_visible()
    page.get_by_role("link", name="Nuevo reel").first.click()
    expect(page.get_by_label("Guion")).to_have_value("", timeout=5_000)
    assert len(server.product.store.reels.page(ReelFilter(text="Una vez"), 10)) == before + 1


def test_a_refused_form_loses_nothing(server: Server, visitor: Visit) -> None:
    page = visitor().open(f"{server.url}/new")
    page.get_by_label("Título", exact=True).fill("Largo")
    page.get_by_label("Guion").fill("a " * 2600)
    page.get_by_role("button", name="Crear el reel").click()
    expect(page.get_by_text("HeyGen admite como máximo 5000")).to_be_visible(timeout=5_000)
    expect(page.get_by_label("Título", exact=True)).to_have_value("Largo")
    expect(page.get_by_label("Guion")).to_have_value("a " * 2600)


def test_avatar_and_voice_are_chosen_with_the_keyboard(server: Server, visitor: Visit) -> None:
    page = visitor().open(f"{server.url}/new")
    avatars = page.get_by_role("radiogroup", name="Avatar").get_by_role("radio")
    expect(avatars.first).to_be_visible(timeout=10_000)
    avatars.first.check()
    avatars.first.press("ArrowRight")
    voices = page.get_by_role("radiogroup", name="Voz").get_by_role("radio")
    expect(voices.nth(2)).to_be_visible()
    voices.nth(2).check()
    page.get_by_role("button", name="Crear el reel").press("Enter")
    expect(page.get_by_text("El guion está vacío")).to_be_visible(timeout=5_000)
    expect(avatars.nth(1)).to_be_checked()
    expect(voices.nth(2)).to_be_checked()
    voice = voices.nth(2).get_attribute("value")
    name = avatars.nth(1).get_attribute("value")
    write(page, "Con teclado", "Elegido con el teclado. [[sim: render=1s]]")
    page.get_by_role("button", name="Crear el reel").press("Enter")
    page.wait_for_url("**/reel?id=*", timeout=5_000)
    stored = server.product.store.reels.page(ReelFilter(text="Con teclado"), 1)[0]
    assert (stored.avatar_id, stored.voice_id) == (name, voice)


def test_a_row_leads_to_its_reel_by_mouse_and_keyboard(server: Server, visitor: Visit) -> None:
    first = server.product.processor.enqueue(Reel(title="Fila uno", script="Uno. [[sim: render=1s]]"))
    page = visitor().open(f"{server.url}/?q=Fila")
    link = page.get_by_role("link", name="Fila uno")
    server.product.processor.enqueue(Reel(title="Fila dos", script="Dos. [[sim: render=1s]]"))
    link.focus()
    link.press("Enter")
    page.wait_for_url(f"**/reel?id={first.id}", timeout=5_000)
    expect(page.get_by_text("Fila uno", exact=True)).to_be_visible()


def test_a_failure_is_told_and_can_be_retried(server: Server, visitor: Visit) -> None:
    script = "Falla. [[sim: render=1s outcome=failed code=rendering_failed]]"
    reel = server.product.processor.enqueue(Reel(title="Fallará", script=script))
    page = visitor().open(f"{server.url}/reel?id={reel.id}")
    expect(page.get_by_text("HeyGen no pudo crear el vídeo.")).to_be_visible(timeout=25_000)
    keep(page, "failure-told")
    page.get_by_role("button", name="Reintentar").click()
    expect(page.get_by_text("Nuevo intento")).to_be_visible(timeout=5_000)
    keep(page, "failure-retried")
    until(lambda: server.product.store.reels.get(reel.id or 0).attempt == 2, 5, "a second attempt")
