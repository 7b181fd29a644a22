"""What is on every page, read without a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import utcnow
from core.gate import Gate
from core.product import Product
from core.submission import GATE
from core.worker import HEARTBEAT
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, texts

PAGES = ["reels", "new", "reel", "deliveries", "health", "help", "simulator"]
DEMO = {"es": "Los vídeos son simulados, no se paga nada.", "en": "Videos are simulated, nothing is paid."}


def stop_queue(product: Product, code: str, status: int) -> None:
    gate = Gate(
        state="stopped", reason=code, message="HeyGen answered {status} {code}: {text}", values={"status": status}
    )
    product.store.facts.put(GATE, gate.to_json(), utcnow())
    product.store.facts.put(HEARTBEAT, {}, utcnow())


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_name_demo_mark_and_language(visit: Visit, page: str, language: str) -> None:
    shown = visit(page, language)
    assert shown.text[0].value == "Gem-AvatART Reels"
    assert DEMO[language] in texts(shown)
    assert any("DEMO" in str(badge.value) for badge in shown.markdown)
    assert shown.button_group(key="lang").value == language


def test_the_switch_overrides_the_browser_on_every_page(visit: Visit) -> None:
    page = visit("new", "es")
    [spanish] = drawn(page, "spoken")
    assert (spanish["language"], spanish["words"]["Upload"]) == ("es", "Subir")
    page.button_group(key="lang").set_value("en").run()
    assert page.title[0].value == "New reel"
    [english] = drawn(page, "spoken")
    assert (english["language"], english["words"]["Upload"]) == ("en", "Upload")
    page.switch_page("pages/health.py").run()
    assert page.title[0].value == "Health and settings"


def test_the_address_can_carry_the_language(visit: Visit) -> None:
    assert visit("new", "es", lang="en").title[0].value == "New reel"


def test_an_unknown_browser_language_is_served_in_english(visit: Visit) -> None:
    assert visit("new", "fr-FR").title[0].value == "New reel"


@pytest.mark.parametrize(
    ("code", "status", "spanish", "english"),
    [
        ("unauthorized", 401, "HeyGen no acepta la clave (401)", "HeyGen does not accept the key (401)"),
        ("insufficient_credit", 402, "HeyGen se ha quedado sin crédito (402)", "HeyGen has no credit left (402)"),
        ("odd", 402, "HeyGen rechaza la cuenta (odd)", "HeyGen refuses the account (odd)"),
    ],
)
def test_a_stopped_queue_is_said_on_every_page(
    product: Product, visit: Visit, code: str, status: int, spanish: str, english: str
) -> None:
    stop_queue(product, code, status)
    assert visit("reels", "es").error[0].value.startswith(spanish)
    assert visit("new", "en").error[0].value.startswith(english)


def test_a_lost_connection_is_said(product: Product, visit: Visit) -> None:
    gate = Gate(state="paused", reason="unreachable", until=utcnow() + timedelta(seconds=30))
    product.store.facts.put(GATE, gate.to_json(), utcnow())
    assert "No hay conexión con HeyGen." in visit().warning[0].value


def test_a_dead_worker_is_said(product: Product, visit: Visit) -> None:
    product.store.facts.put(HEARTBEAT, {}, utcnow() - timedelta(seconds=90))
    assert "The worker has not been seen for 1 min 3" in visit("reels", "en").error[0].value  # and the time this takes


def test_a_living_worker_needs_no_notice(product: Product, visit: Visit) -> None:
    product.store.facts.put(HEARTBEAT, {}, utcnow())
    page = visit()
    assert not [*page.info, *page.warning, *page.error]


def test_hybrid_without_an_address_says_that_it_polls(
    product: Product, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    product.store.facts.put(HEARTBEAT, {}, utcnow())
    monkeypatch.setenv("HEYGEN_API_KEY", "key")
    monkeypatch.setenv("HEYGEN_PROCESSING_MODE", "hybrid")
    page = visit("reels", "en")
    assert "it works as polling" in page.info[0].value
    assert not any("DEMO" in str(badge.value) for badge in page.markdown)


def test_a_wrong_setting_is_one_sentence(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEYGEN_MAX_CONCURRENT", "zero")
    page = visit("reels", "es")
    assert [error.value for error in page.error] == [
        "No se puede usar HEYGEN_MAX_CONCURRENT='zero'; se admite: a whole number from 1 to 999999999."
    ]
    assert len(page.title) == 1
