"""The list and one reel in a real browser: choosing, filtering, deleting, proving, downloading."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.archive import kept_file
from core.errors import HeyGenRefused
from core.models import Reel, ReelStatus
from core.places import beside
from tests.browser.conftest import Server, Visit, until
from tests.browser.width import fits

TICKS_MS = 2500


@pytest.fixture(scope="module", autouse=True)
def _always_busy(server: Server) -> None:
    """Keep one reel in the making, so that the list ticks while it is used."""
    server.product.processor.enqueue(Reel(title="Eterno", script="No acaba. [[sim: render=3000s]]"))


def finished(server: Server, *titles: str) -> list[int]:
    """Return the ids of reels that are ready and kept."""
    processor = server.product.processor
    reels = processor.enqueue_many([Reel(title=title, script=f"{title}. [[sim: render=1s]]") for title in titles])
    ids = [reel.id or 0 for reel in reels]
    until(lambda: all(kept_file(processor, reel_id, "subtitles") for reel_id in ids), 40, "they are kept")
    return ids


def box(page: Page, reel_id: int) -> Locator:
    return page.get_by_role("checkbox", name=f"Elegir el reel {reel_id}", exact=True)


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").click()


def test_chosen_reels_stay_chosen_while_the_list_ticks_and_are_put_away(server: Server, visitor: Visit) -> None:
    first, second = finished(server, "Pareja uno", "Pareja dos")
    page = visitor().open(f"{server.url}/?q=Pareja")
    box(page, first).check()
    box(page, second).focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Elegidos: 2")).to_be_visible(timeout=5_000)
    page.wait_for_timeout(TICKS_MS)
    expect(box(page, first)).to_be_checked()
    press(page, "bar-archive")
    expect(page.get_by_text("Archivados: 2.")).to_be_visible(timeout=5_000)
    expect(page.get_by_text("Ningún reel coincide.")).to_be_visible(timeout=5_000)
    page.goto(f"{server.url}/?shelf=archived&q=Pareja")
    page.get_by_role("checkbox", name="Elegir todos los de esta página").check()
    press(page, "bar-restore")
    expect(page.get_by_text("Recuperados: 2.")).to_be_visible(timeout=5_000)
    assert server.product.store.reels.get(first).archived_at is None


def test_chosen_reels_are_deleted_here_and_at_heygen(server: Server, visitor: Visit) -> None:
    product = server.product
    [reel_id] = finished(server, "Se va")
    video_id = product.store.reels.get(reel_id).video_id or ""
    page = visitor().open(f"{server.url}/?q=Se+va")
    box(page, reel_id).check()
    press(page, "bar-delete")
    expect(page.get_by_text("HeyGen no puede cancelar")).to_be_visible(timeout=5_000)
    assert product.store.reels.get(reel_id).deleted_at is None
    press(page, "bar-delete-now")
    expect(page.get_by_text("Borrados: 1.")).to_be_visible(timeout=5_000)
    until(lambda: product.store.removals.is_done(reel_id), 10, "nothing is left of it")
    assert not beside(product.store.path).workbench(reel_id).exists()
    try:
        with pytest.raises(HeyGenRefused, match="404"):
            product.client.get_video(video_id)
    finally:
        product.client.close()


def test_a_filter_is_in_the_address_and_survives_reload_and_back(server: Server, visitor: Visit) -> None:
    finished(server, "Filtrado")
    page = visitor().open(f"{server.url}/")
    page.locator(".st-key-wanted-status").get_by_text("En preparación", exact=True).click()
    expect(page).to_have_url(re.compile("status=processing"), timeout=5_000)
    expect(page.get_by_role("link", name="Filtrado")).to_have_count(0, timeout=5_000)
    page.reload()
    expect(page.get_by_role("link", name="Eterno")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("link", name="Filtrado")).to_have_count(0)
    page.get_by_role("link", name="Eterno").click()
    page.wait_for_url("**/reel?id=*", timeout=5_000)
    page.go_back()
    expect(page.get_by_role("link", name="Eterno")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("link", name="Filtrado")).to_have_count(0)
    expect(page).to_have_url(re.compile("/[?]status=processing$"), timeout=5_000)


def test_filters_behind_the_button_are_chosen_said_and_dropped(server: Server, visitor: Visit) -> None:
    finished(server, "Con fecha")
    page = visitor().open(f"{server.url}/?q=Con+fecha")
    press(page, "more")
    page.get_by_role("combobox", name="Modo").click()
    page.get_by_role("option", name="Webhook").click()
    expect(page).to_have_url(re.compile("mode=webhook"), timeout=5_000)
    expect(page.get_by_text("Ningún reel coincide.")).to_be_visible(timeout=5_000)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Modo: Webhook")).to_be_visible()
    page.get_by_role("button", name="Ver todos los reels").click()
    expect(page.get_by_role("link", name="Con fecha")).to_be_visible(timeout=5_000)
    page.goto(f"{server.url}/?until=2020-01-01")
    expect(page.get_by_text("hasta 1 ene 2020")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Ningún reel coincide.")).to_be_visible()


def test_a_proof_stays_open_while_the_page_ticks_and_is_copied(server: Server, visitor: Visit) -> None:
    reel = server.product.processor.enqueue(Reel(title="Probado", script="¡Hola! [[sim: render=3000s]]"))
    reel_id = reel.id or 0
    until(lambda: server.product.store.reels.get(reel_id).status is ReelStatus.PROCESSING, 20, "it is being made")
    tab = visitor()
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = tab.open(f"{server.url}/reel?id={reel_id}")
    page.get_by_text("Petición", exact=True).first.click()
    expect(page.get_by_text("POST /v3/videos", exact=True)).to_be_visible()
    page.wait_for_timeout(TICKS_MS)
    expect(page.get_by_text("POST /v3/videos", exact=True)).to_be_visible()
    page.get_by_role("button", name="Copiar como curl").first.click()
    expect(page.get_by_role("button", name="Copiado")).to_be_visible(timeout=2_000)
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert copied.startswith("curl -X POST")
    assert "¡Hola!" in copied
    assert '"X-Api-Key: $HEYGEN_API_KEY"' in copied
    assert "/***" in copied


def test_files_are_downloaded_under_a_name_and_addresses_shared(server: Server, visitor: Visit) -> None:
    [reel_id] = finished(server, "Para llevar")
    page = visitor().open(f"{server.url}/reel?id={reel_id}")
    for label, name in (("Vídeo ·", "video.mp4"), ("Imagen ·", "thumbnail.jpg"), ("Subtítulos ·", "subtitles.srt")):
        with page.expect_download(timeout=10_000) as caught:
            page.locator(".st-key-downloads").get_by_role("link", name=label).click()
        assert caught.value.suggested_filename == f"reel-{reel_id}-{name}"
        assert caught.value.path().stat().st_size > 20
    page.get_by_text("Compartir", exact=True).click()
    expect(page.get_by_text(f"{server.url}/reel?id={reel_id}", exact=True)).to_be_visible(timeout=5_000)
    expect(page.get_by_text("solo en esta máquina")).to_be_visible()
    table = page.get_by_role("table", name="En qué se fue el tiempo")
    expect(table.get_by_role("rowheader")).to_have_text(
        ["Espera aquí", "Envío", "Creación en HeyGen", "Hasta que lo supimos", "Copiando los archivos"]
    )


@pytest.mark.long
def test_a_reel_in_the_making_is_deleted_with_honest_words(server: Server, visitor: Visit) -> None:
    product = server.product
    reel = product.processor.enqueue(Reel(title="A medias", script="Se borra antes. [[sim: render=8s]]"))
    reel_id = reel.id or 0
    until(lambda: product.store.reels.get(reel_id).status is ReelStatus.PROCESSING, 20, "it is being made")
    page = visitor().open(f"{server.url}/reel?id={reel_id}")
    press(page, f"delete-{reel_id}")
    expect(page.get_by_text("HeyGen lo está creando y no puede cancelarlo")).to_be_visible(timeout=5_000)
    press(page, f"delete-now-{reel_id}")
    expect(page.get_by_text("HeyGen todavía está creando su vídeo")).to_be_visible(timeout=5_000)
    expect(page.get_by_text("Lo que costó sigue en las cifras.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("A medias")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_what_opens_up_fits_a_phone(server: Server, visitor: Visit, scheme: str) -> None:
    [reel_id] = finished(server, f"Estrecho {scheme}")
    tab = visitor(width=390, scheme=scheme)
    page = tab.open(f"{server.url}/?q=Estrecho+{scheme}")
    box(page, reel_id).check()
    press(page, "bar-delete")
    expect(page.locator(".st-key-bar-keep")).to_be_visible(timeout=5_000)
    fits(page)
    page.goto(f"{server.url}/reel?id={reel_id}")
    for summary in page.get_by_text("Petición", exact=True).all():
        summary.click()
    press(page, f"delete-{reel_id}")
    expect(page.get_by_text("¿Borrar este reel?")).to_be_visible(timeout=10_000)
    fits(page)
