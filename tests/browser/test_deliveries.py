"""The webhooks as QA sees them: they come in by themselves, are laid open, compared, replayed, refused."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from core.clock import utcnow
from core.models import Delivery, NewDelivery, Reel, Verdict
from core.store import DeliveryFilter
from tests.browser.conftest import Server, Visit, until
from tests.browser.width import fits

LOUD = "<img src=x onerror=alert(1)> **fuerte** :red[rojo] ![x](https://evil.test/x.png)"


def came(server: Server, video_id: str, *, set_aside: bool = False) -> Delivery:
    """Store a delivery of a video that no reel has, and wait until the worker has ruled on it."""
    body = f'{{"event_type": "avatar_video.success", "event_data": {{"video_id": "{video_id}", "msg": "{LOUD}"}}}}'
    new = NewDelivery(
        received_at=utcnow(),
        reel_id=None,
        auth="signature",
        event_type="avatar_video.success",
        body=body.encode(),
        headers={"signature": "***"},
    )
    deliveries = server.product.store.deliveries
    deliveries.record([new])
    [stored] = [row for row in deliveries.page(DeliveryFilter(), 50) if row.body == new.body]
    until(lambda: again(server, stored).verdict is not Verdict.WAITING, 10, "the worker has ruled")
    if set_aside:
        deliveries.settle(again(server, stored), Verdict.POISON, now=utcnow(), set_aside=True)
    return stored


def again(server: Server, delivery: Delivery) -> Delivery:
    """Return a delivery as it is now."""
    found = server.product.store.deliveries.get(delivery.id)
    assert found is not None
    return found


def link(page: Page, delivery: Delivery) -> Locator:
    """Return the link of a delivery in the list."""
    return page.locator(f'.st-key-found a[href="deliveries?id={delivery.id}"]')


def test_a_webhook_shows_by_itself_and_leads_to_its_reel(server: Server, visitor: Visit) -> None:
    page = visitor().open(f"{server.url}/deliveries")
    reel = server.product.processor.enqueue(Reel(title="Avisa", script="Hola. [[sim: render=1s]]"))
    row = page.get_by_role("row").filter(has_text=f"Reel {reel.id}").filter(has_text="Aplicada")
    expect(row.first).to_be_visible(timeout=25_000)
    row.first.get_by_role("link").click()
    opener = page.get_by_role("button", name=f"Abrir el reel {reel.id}")
    expect(opener).to_be_visible(timeout=5_000)
    assert "id=" in page.url
    opener.click()
    page.wait_for_url(f"**/reel?id={reel.id}", timeout=5_000)


def test_the_choice_stays_when_others_come_and_by_keyboard(server: Server, visitor: Visit) -> None:
    first = came(server, "teclado1")
    page = visitor().open(f"{server.url}/deliveries")
    link(page, first).focus()
    second = came(server, "teclado2")
    expect(link(page, second)).to_be_visible(timeout=6_000)
    expect(link(page, first)).to_be_focused()
    link(page, first).press("Enter")
    expect(page.get_by_text(f"Entrega {first.id}", exact=True)).to_be_visible(timeout=5_000)
    third = came(server, "teclado3")
    expect(link(page, third)).to_be_visible(timeout=6_000)
    expect(link(page, first)).to_have_attribute("aria-current", "true")
    expect(page.get_by_text(f"Entrega {first.id}", exact=True)).to_be_visible()
    page.get_by_role("button", name="Cerrar").press("Enter")
    expect(page.get_by_text(f"Entrega {first.id}", exact=True)).to_have_count(0, timeout=5_000)


def test_the_body_is_text_in_every_tab_and_asks_nobody(server: Server, visitor: Visit) -> None:
    loud = came(server, "ruidoso")
    tab = visitor()
    page = tab.open(f"{server.url}/deliveries?id={loud.id}")
    for name in ("Cuerpo en bruto", "Legible", "curl"):
        page.get_by_role("tab", name=name).click()
        panel = page.get_by_role("tabpanel").filter(visible=True)
        expect(panel.locator("code")).to_contain_text(LOUD, timeout=5_000)
    assert page.locator('img[src="x"]').count() == 0
    assert not tab.dialogs
    assert tab.hosts <= {"127.0.0.1", ""}


def test_one_that_was_set_aside_is_replayed(server: Server, visitor: Visit) -> None:
    aside = came(server, "apartada", set_aside=True)
    page = visitor().open(f"{server.url}/deliveries?verdict=aside")
    expect(page.get_by_text("Entregas apartadas: 1")).to_be_visible(timeout=5_000)
    link(page, aside).click()
    page.get_by_role("button", name="Repetir", exact=True).click()
    expect(page.get_by_text(f"La entrega {aside.id} se procesa de nuevo.")).to_be_visible(timeout=5_000)
    until(lambda: again(server, aside).verdict is Verdict.UNKNOWN_REEL, 10, "it has been worked off")
    expect(page.get_by_text("Entregas apartadas")).to_have_count(0, timeout=5_000)


def test_what_a_search_finds_is_replayed_after_a_count(server: Server, visitor: Visit) -> None:
    some = [came(server, f"cuenta{n}x") for n in range(3)]
    page = visitor().open(f"{server.url}/deliveries")
    field = page.get_by_placeholder("Palabras del cuerpo, o un id")
    field.fill("cuenta1x")
    field.press("Enter")
    expect(link(page, some[1])).to_be_visible(timeout=5_000)
    expect(link(page, some[0])).to_have_count(0, timeout=5_000)
    page.get_by_role("button", name="Repetir estas…").click()
    expect(page.get_by_text("Entregas que se procesarían de nuevo: 1.")).to_be_visible(timeout=5_000)
    worked_at = again(server, some[1]).worked_at
    page.get_by_role("button", name="Repetir 1").click()
    until(lambda: again(server, some[1]).worked_at != worked_at, 10, "it has been worked off again")
    assert again(server, some[0]).worked_at is not None


def test_a_forged_webhook_is_counted_and_not_kept(server: Server, visitor: Visit) -> None:
    page = visitor().open(f"{server.url}/deliveries")
    before = sum(server.product.store.deliveries.counts().values())
    body = {"event_type": "avatar_video.success", "event_data": {"video_id": "falso"}}
    answer = httpx.post(f"{server.url}/webhooks/heygen/reel/1/nope", json=body)
    assert answer.status_code == 401
    expect(page.get_by_text("con prueba falsa").first).to_be_visible(timeout=6_000)
    assert sum(server.product.store.deliveries.counts().values()) == before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_open_delivery_takes_the_lists_place(server: Server, visitor: Visit, scheme: str) -> None:
    shown = came(server, f"movil{scheme}")
    page = visitor(width=390, scheme=scheme).open(f"{server.url}/deliveries?id={shown.id}")
    expect(page.get_by_text(f"Entrega {shown.id}", exact=True)).to_be_visible(timeout=5_000)
    expect(link(page, shown)).to_be_hidden()
    fits(page)
    page.get_by_role("button", name="Cerrar").click()
    expect(link(page, shown)).to_be_visible(timeout=5_000)
