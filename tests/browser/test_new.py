"""A new reel as a marketing person makes it: written, dressed, interrupted, looked at, and sent."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from core.catalogue import CATALOGUE
from core.clock import utcnow
from core.drafts import Draft
from core.presets import Choices
from core.product import DEMO_URL
from core.store import ReelFilter
from tests.browser.conftest import Server, Visit, Visitor, until

LOUD = "<img src=x onerror=alert(1)> **fuerte** :red[rojo]"
QUICK = " [[sim: render=1s]]"


@pytest.fixture(autouse=True)
def _as_at_first(request: pytest.FixtureRequest) -> None:
    """Let no test start from what another one chose last."""
    if "server" in request.fixturenames:
        running: Server = request.getfixturevalue("server")
        running.product.store.drafts.remember("", Choices(), utcnow())


def choices(page: Page, name: str) -> Locator:
    """Return the radio buttons of a group."""
    return page.get_by_role("radiogroup", name=name, exact=True).get_by_role("radio")


def on_new(server: Server, visitor: Visit, **tab: Any) -> tuple[Visitor, Page]:
    """Open the page in a new tab and wait for the avatars."""
    opened = visitor(**tab)
    page = opened.open(f"{server.url}/new")
    expect(choices(page, "Avatar").first).to_be_visible(timeout=20_000)
    return opened, page


def ordered(server: Server, title: str) -> dict[str, Any]:
    """Return the body of the request for a video, as HeyGen received it."""
    base = server.product.store.facts.get(DEMO_URL)

    def bodies() -> list[dict[str, Any]]:
        entries = httpx.get(f"{base}/_sim/journal", params={"limit": 200, "q": title}).json()["data"]
        return [found for entry in entries if (found := _body(entry)) and found.get("title") == title]

    until(lambda: bool(bodies()), 15, f"HeyGen got {title}")
    (body,) = bodies()
    return body


def _body(entry: dict[str, Any]) -> dict[str, Any] | None:
    asked = entry.get("method") == "POST" and entry.get("path") == "/v3/videos"
    return json.loads(entry["body"]) if asked else None


def kept(server: Server, title: str) -> Draft | None:
    """Return the draft of a title as the store has it."""
    return next((draft for draft in server.product.store.drafts.page("", 100) if draft.title == title), None)


def test_what_was_written_and_chosen_survives_a_reload_and_reaches_heygen(server: Server, visitor: Visit) -> None:
    _tab, page = on_new(server, visitor)
    page.get_by_label("Título", exact=True).fill("Escaparate")
    page.get_by_label("Guion").press_sequentially("Tres prendas nuevas." + QUICK, delay=2)
    until(lambda: kept(server, "Escaparate") is not None, 3, "the draft is kept while it is typed")
    choices(page, "Formato").nth(1).check()
    choices(page, "Avatar").nth(2).check()
    page.get_by_text("En la imagen", exact=True).click()
    page.get_by_text("Color", exact=True).click()
    page.get_by_role("slider", name="Velocidad").press("ArrowRight")

    def whole() -> bool:
        draft = kept(server, "Escaparate")
        return draft is not None and len(draft.choices.options) == 3 and draft.choices.aspect_ratio == "4:5"

    until(whole, 5, "everything chosen is kept")
    avatar = choices(page, "Avatar").nth(2).get_attribute("value")
    page.wait_for_url("**/new?draft=reel-*", timeout=10_000)
    page.reload()
    expect(page.get_by_label("Título", exact=True)).to_have_value("Escaparate", timeout=10_000)
    expect(page.get_by_label("Guion")).to_have_value("Tres prendas nuevas." + QUICK)
    expect(choices(page, "Formato").nth(1)).to_be_checked()
    expect(page.get_by_role("radio", name="En la imagen")).to_be_checked()
    page.get_by_role("button", name="Crear el reel").click()
    page.wait_for_url("**/reel?id=*", timeout=10_000)
    body = ordered(server, "Escaparate")
    assert (body["aspect_ratio"], body["avatar_id"]) == ("4:5", avatar)
    assert body["caption"] == {"file_format": "srt", "style": "default"}
    assert body["background"] == {"type": "color", "value": "#0f6e84"}
    assert body["voice_settings"] == {"speed": 1.05}
    assert kept(server, "Escaparate") is None


def test_a_draft_open_in_two_tabs_is_submitted_once(server: Server, visitor: Visit) -> None:
    _tab, page = on_new(server, visitor)
    page.get_by_label("Título", exact=True).fill("Dos pestañas")
    page.get_by_label("Guion").fill("Una vez." + QUICK)
    page.wait_for_url("**/new?draft=reel-*", timeout=10_000)
    other = visitor().open(page.url)
    expect(other.get_by_label("Guion")).to_have_value("Una vez." + QUICK, timeout=10_000)
    for tab in (page, other):
        tab.get_by_role("button", name="Crear el reel").click()
        tab.wait_for_url("**/reel?id=*", timeout=10_000)
    assert page.url == other.url
    assert len(server.product.store.reels.page(ReelFilter(text="Dos pestañas"), 9)) == 1


def test_counts_limit_and_preview_follow_every_key_and_never_act(server: Server, visitor: Visit) -> None:
    tab, page = on_new(server, visitor)
    script = page.get_by_label("Guion")
    script.press_sequentially(LOUD, delay=1)
    preview = page.get_by_role("group", name="Vista previa")
    expect(preview.get_by_text(LOUD, exact=True)).to_be_visible(timeout=10_000)
    expect(page.get_by_text("5 palabras")).to_be_visible()
    assert page.locator('img[src="x"]').count() == 0
    assert not tab.dialogs
    choices(page, "Formato").first.check()
    script.fill("palabra " * 226)
    expect(page.get_by_text("demasiado largo para Reel · TikTok · Shorts: hasta 90 s")).to_be_visible(timeout=10_000)
    choices(page, "Formato").nth(3).check()
    expect(page.get_by_text("YouTube: hasta 15 min")).to_be_visible(timeout=10_000)


def test_the_words_of_a_moment_can_be_looked_at(server: Server, visitor: Visit) -> None:
    _tab, page = on_new(server, visitor)
    page.get_by_label("Guion").fill("Primera frase. Segunda frase.")
    preview = page.get_by_role("group", name="Vista previa")
    slider = preview.get_by_role("slider", name="Momento del vídeo")
    slider.press("Home")
    expect(preview.get_by_text("Primera frase.", exact=True)).to_be_visible()
    slider.press("ArrowRight")
    expect(preview.get_by_text("Segunda frase.", exact=True)).to_be_visible()


def test_a_video_too_long_is_asked_about_and_made_all_the_same(server: Server, visitor: Visit) -> None:
    _tab, page = on_new(server, visitor)
    page.get_by_label("Título", exact=True).fill("Demasiado largo")
    page.get_by_label("Guion").fill("palabra " * 300 + QUICK)
    choices(page, "Formato").first.check()
    page.get_by_role("button", name="Crear el reel").click()
    expect(page.get_by_text(re.compile("El vídeo durará unos 2 min y Reel"))).to_be_visible(timeout=10_000)
    assert not server.product.store.reels.page(ReelFilter(text="Demasiado largo"), 9)
    page.get_by_role("button", name="Crearlo de todos modos").click()
    page.wait_for_url("**/reel?id=*", timeout=10_000)
    assert len(server.product.store.reels.page(ReelFilter(text="Demasiado largo"), 9)) == 1


def test_a_second_word_said_at_once_is_heard(server: Server, visitor: Visit) -> None:
    _tab, page = on_new(server, visitor)
    page.get_by_label("Título", exact=True).fill("Deprisa")
    page.get_by_label("Guion").fill("palabra " * 300 + QUICK)
    choices(page, "Formato").first.check()
    page.evaluate("Object.defineProperty(Event.prototype, 'timeStamp', { get: () => 1e6 })")  # all within no time
    page.get_by_role("button", name="Crear el reel").click()
    page.get_by_role("button", name="Crearlo de todos modos").click()
    page.wait_for_url("**/reel?id=*", timeout=10_000)
    assert len(server.product.store.reels.page(ReelFilter(text="Deprisa"), 9)) == 1


def test_a_star_puts_an_avatar_first_and_stays(server: Server, visitor: Visit) -> None:
    _tab, page = on_new(server, visitor)
    last = choices(page, "Avatar").last.get_attribute("value")
    star = page.get_by_role("button", name=re.compile("^Favorito: ")).locator(f'xpath=self::*[@data-id="{last}"]')
    star.press("Enter")
    expect(choices(page, "Avatar").first).to_have_attribute("value", last or "", timeout=10_000)
    expect(star).to_be_focused()
    page.reload()
    expect(choices(page, "Avatar").first).to_have_attribute("value", last or "", timeout=20_000)
    page.get_by_role("button", name="Favoritos").first.click()
    expect(choices(page, "Avatar")).to_have_count(1, timeout=10_000)
    star.press("Enter")
    expect(choices(page, "Avatar")).to_have_count(0, timeout=10_000)


def test_voices_are_heard_searched_and_filtered(server: Server, visitor: Visit) -> None:
    _tab, page = on_new(server, visitor)
    voices = choices(page, "Voz")
    listen = page.get_by_role("button", name=re.compile("^Escuchar: ")).first
    listen.click()
    expect(listen).to_have_class(re.compile(r"\bon\b"))
    page.get_by_label("Idioma", exact=True).select_option(label="inglés")
    expect(page.get_by_role("radio", name=re.compile("Emma")).last).to_be_visible(timeout=10_000)
    expect(voices).to_have_count(2)
    page.get_by_label("Idioma", exact=True).select_option(label="Todos los idiomas")
    search = page.get_by_placeholder("Buscar por nombre").last
    search.press_sequentially("andres", delay=20)
    expect(voices).to_have_count(1, timeout=10_000)
    expect(search).to_be_focused()
    expect(page.get_by_text(re.compile("^Elegido: "))).to_be_visible()
    search.fill("nadie")
    expect(page.get_by_text("Nada coincide.").last).to_be_visible(timeout=10_000)


def test_a_draft_is_found_in_the_list_continued_and_discarded(server: Server, visitor: Visit) -> None:
    server.product.store.drafts.keep(Draft(title="Para luego", script="Continuará."), utcnow())
    _tab, page = on_new(server, visitor)
    page.get_by_role("combobox", name="Seguir con un borrador").click()
    page.get_by_role("option", name=re.compile("^Para luego · ")).click()
    expect(page.get_by_label("Guion").first).to_have_value("Continuará.", timeout=10_000)
    page.wait_for_url("**/new?draft=reel-*", timeout=10_000)
    page.get_by_role("button", name="Descartar").click()
    expect(page.get_by_label("Guion").first).to_have_value("", timeout=10_000)
    assert kept(server, "Para luego") is None


def test_choices_are_kept_as_a_preset_and_come_back(server: Server, visitor: Visit) -> None:
    _tab, page = on_new(server, visitor)
    choices(page, "Formato").nth(2).check()
    page.get_by_text("Ninguno", exact=True).click()
    page.get_by_role("button", name="Plantillas").click()
    page.get_by_label("Nombre de la plantilla").fill("Feed de otoño")
    page.get_by_label("Campaña (opcional)").fill("Otoño")
    page.get_by_role("button", name="Guardar como plantilla").click()
    until(lambda: bool(server.product.store.presets.page(9)), 5, "the preset is kept")
    _other, again = on_new(server, visitor)
    choices(again, "Formato").nth(3).check()
    again.get_by_label("Guion").fill("Mis palabras.")
    again.get_by_role("combobox", name="Partir de una plantilla").click()
    again.get_by_role("option", name="Otoño · Feed de otoño").click()
    expect(choices(again, "Formato").nth(2)).to_be_checked(timeout=10_000)
    expect(again.get_by_role("radio", name="Ninguno")).to_be_checked()
    expect(again.get_by_label("Guion")).to_have_value("Mis palabras.")


@pytest.fixture
def large(fresh_server: Server) -> Server:
    """Put a large account's avatars and voices on offer, once the real ones have come."""
    facts = fresh_server.product.store.facts
    until(lambda: facts.get(CATALOGUE) is not None, 20, "the catalogue has come")
    avatars = [{"id": f"a{n}", "name": f"Avatar {n}", "gender": "female", "tags": []} for n in range(400)]
    languages = ("Spanish", "English", "French", "German")
    voices = [{"id": f"v{n}", "name": f"Voz {n}", "language": languages[n % 4]} for n in range(1000)]
    facts.put(CATALOGUE, {"avatars": avatars, "voices": voices}, utcnow())
    return fresh_server


def test_a_large_account_is_shown_a_page_at_a_time(large: Server, visitor: Visit) -> None:
    _tab, page = on_new(large, visitor)
    expect(choices(page, "Avatar")).to_have_count(24)
    page.get_by_role("button", name="Mostrar más (400 en total)").click()
    expect(choices(page, "Avatar")).to_have_count(48, timeout=10_000)
    began = time.monotonic()
    page.get_by_placeholder("Buscar por nombre").first.fill("avatar 399")
    expect(choices(page, "Avatar")).to_have_count(1, timeout=10_000)
    assert time.monotonic() - began < 2.0
    choices(page, "Avatar").first.check()
    expect(page.get_by_text("Mostrar más (250 en total)")).to_be_visible()
