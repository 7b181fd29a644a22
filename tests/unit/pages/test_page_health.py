"""The page of health and settings, read without a browser."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import doctor, endpoint
from core.check import Check, Result, told
from core.clock import utcnow
from core.config import names
from core.models import ProcessingMode
from core.product import Product
from core.secret_file import SecretFile
from core.tunnel import Tunnel
from pages.ui.health import tunnels
from pages.ui.health.modes import MODES
from pages.ui.health.settings import MEANINGS
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, texts

PARTS = {
    "es": ["Ahora", "Comprobaciones", "Modos", "Ajustes", "Webhooks", "Avisos"],
    "en": ["Now", "Checks", "Modes", "Settings", "Webhooks", "Messages"],
}


def key_set(monkeypatch: pytest.MonkeyPatch, **environ: str) -> None:
    """Give the pages a key, so that they are no demo."""
    for name, value in {"HEYGEN_API_KEY": "sk_secret", **environ}.items():
        monkeypatch.setenv(name, value)


def table(page: AppTest) -> dict[str, list[str]]:
    """Return the rows of the settings by name."""
    return {row[0]: row[1:] for row in page.dataframe[0].value.values.tolist()}


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_has_its_parts_in_the_viewers_language(visit: Visit, language: str) -> None:
    page = visit("health", language)
    assert page.button_group(key="parts").options == PARTS[language]
    assert page.button_group(key="parts").value == "now"
    assert len(page.metric) == 4


def test_a_part_of_the_address_that_is_none_shows_the_first(visit: Visit) -> None:
    assert visit("health", "en", part="nonsense").button_group(key="parts").value == "now"


# Checks


def test_before_the_first_run_nothing_is_claimed(visit: Visit) -> None:
    page = visit("health", "en", part="checks")
    assert "have not been run yet" in texts(page)
    assert not drawn(page, "checks")


@pytest.mark.parametrize(
    ("language", "words", "seen", "advice", "summed"),
    [
        ("es", ["Falla", "Míralo", "Bien"], "demo/reels.db: 3 reels", "revisa la clave y la conexión", "Fallan 1 de 3"),
        ("en", ["Fails", "Look at it", "Good"], "demo/reels.db: 3 reels", "check key and connection", "1 of 3 checks"),
    ],
)
def test_kept_checks_are_shown_the_worst_first_translated(
    product: Product, visit: Visit, language: str, words: list[str], seen: str, advice: str, summed: str
) -> None:
    doctor.keep(
        product,
        [
            Check(name="store", result=Result.PASS, seen=told("{path}: {n} reels", path="demo/reels.db", n=3)),
            Check(name="clock", result=Result.WARN, seen=told("{seconds} s apart", seconds=90)),
            Check(name="heygen", result=Result.FAIL, seen="<b>raw</b>", advice=told("check key and connection")),
        ],
    )
    page = visit("health", language, part="checks")
    rows = drawn(page, "checks")[0]["checks"]
    assert [row["word"] for row in rows] == words
    assert all(row["icon"] and row["colour"] for row in rows)
    assert (rows[0]["seen"], rows[0]["advice"], rows[2]["seen"]) == ("<b>raw</b>", advice, seen)
    assert summed in page.error[0].value


def test_checks_without_a_fault_are_praised_and_warnings_named(product: Product, visit: Visit) -> None:
    good = Check(name="store", result=Result.PASS, seen="fine")
    doctor.keep(product, [good])
    assert visit("health", "en", part="checks").success[0].value == "All 1 checks are good."
    doctor.keep(product, [good, Check(name="clock", result=Result.WARN, seen="off")])
    assert "1 of 2 checks want a look" in visit("health", "en", part="checks").warning[-1].value


# Modes


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_mode_is_drawn_and_told_in_words(visit: Visit, language: str) -> None:
    page = visit("health", language, part="modes")
    drawings = drawn(page, "sequence")
    assert len(drawings) == len(MODES) == len(ProcessingMode)
    for drawing in drawings:
        assert all(step["text"] in drawing["alt"] for step in drawing["steps"])
        assert max(len(step["text"]) for step in drawing["steps"]) <= 26  # longer ones leave the drawing
    assert (
        len([badge for badge in page.markdown if "in force" in str(badge.value) or "en vigor" in str(badge.value)]) == 1
    )


def test_the_modes_are_explained_in_the_documents_own_words(visit: Visit) -> None:
    shown = texts(visit("health", "es", part="modes"))
    for words in (
        "Notificaciones automáticas en tiempo real",
        "Respuesta inmediata cuando el video está listo",
        "Requiere URL pública accesible desde internet",
        "Producción con servidor público",
        "Demora en detectar cuando el video está listo",
        "Desarrollo local y testing",
        "Lo mejor de ambos mundos",
        "Robusto ante fallos de conectividad",
    ):
        assert words in shown


# Settings


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_setting_has_a_value_an_origin_and_a_meaning(visit: Visit, language: str) -> None:
    rows = table(visit("health", language, part="settings"))
    assert list(rows) == names()
    assert set(MEANINGS) == set(names()), "tell what a new setting means in pages/ui/health/settings.py"
    assert all(value and origin and meaning for value, origin, meaning in rows.values())


def test_where_a_setting_comes_from_is_said_and_secrets_are_masked(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key_set(monkeypatch, APP_ENV="staging")
    (tmp_path / ".env").write_text("HEYGEN_MAX_CONCURRENT=3\n")
    page = visit("health", "en", part="settings")
    rows = table(page)
    assert rows["HEYGEN_API_KEY"][:2] == ["***", "process environment"]
    assert rows["HEYGEN_MAX_CONCURRENT"][:2] == ["3", ".env file"]
    assert rows["HEYGEN_PROCESSING_MODE"][:2] == ["hybrid", "by APP_ENV"]
    assert rows["HEYGEN_FALLBACK_AFTER_S"][1] == "learned from past renders"
    assert rows["PORT"][1] == "default"
    assert "sk_secret" not in str(page.main)


# Registration


def test_without_a_public_address_nothing_can_be_registered(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    key_set(monkeypatch, HEYGEN_PROCESSING_MODE="polling")
    page = visit("health", "es", part="webhooks")
    assert "No hay dirección pública que registrar" in page.info[-1].value
    assert not [button for button in page.button if button.key in {"register", "rotate"}]


def test_what_is_registered_is_told_without_its_secret(product: Product, visit: Visit) -> None:
    secrets, at = SecretFile(product.store.path), utcnow()
    secrets.add("e1", "whsec_old", at)
    secrets.add("e1", "whsec_new", at + timedelta(seconds=1))
    product.store.facts.put(endpoint.ENDPOINT, {"endpoint_id": "e1", "url": "https://reels.test/webhooks/heygen"}, at)
    page = visit("health", "en", part="webhooks")
    shown = texts(page)
    assert "https://reels.test/webhooks/heygen" in shown
    assert [text.value for text in page.text if text.value in {"1", "2"}] == ["2", "1"]
    assert "whsec" not in str(page.main)


@pytest.mark.parametrize("word", ["register", "rotate"])
def test_nothing_is_changed_at_heygen_before_it_is_confirmed(visit: Visit, word: str) -> None:
    page = visit("health", "en", part="webhooks")
    page.button(key=word).click().run()
    assert page.button(key="endpoint-do").label == {"register": "Register now", "rotate": "Rotate now"}[word]
    page.button(key="endpoint-cancel").click().run()
    assert not [button for button in page.button if button.key == "endpoint-do"]
    assert not page.exception


# Messages


@pytest.mark.parametrize(
    ("language", "words"), [("es", "No se avisa a nadie"), ("en", "Nobody is told when reels end")]
)
def test_without_targets_the_page_says_that_nobody_is_told(visit: Visit, language: str, words: str) -> None:
    assert words in texts(visit("health", language, part="telling"))


def test_targets_can_be_tried_on_the_page(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_URLS", "json://127.0.0.1:1/hidden")
    page = visit("health", "en", part="telling")
    assert "1. JSON (json://127.0.0.1:1)" in texts(page)
    assert page.button(key="telling-test").label == "Send a test message"
    assert "hidden" not in str(page.main)


# A tunnel


@pytest.mark.parametrize(
    ("found", "said", "line"),
    [
        (None, "No ngrok runs on this machine.", "ngrok http 8501"),
        ([], "ngrok runs, but has no https tunnel open.", "ngrok http 8501"),
        ([Tunnel(url="https://a.test", port=1)], "none of its tunnels leads to port 8501", "ngrok http 8501"),
        ([Tunnel(url="https://a.test", port=8501)], "A tunnel leads here.", "HEYGEN_WEBHOOK_BASE_URL=https://a.test"),
    ],
)
def test_what_ngrok_says_is_turned_into_what_to_do(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, found: Any, said: str, line: str
) -> None:
    monkeypatch.setattr(tunnels.tunnel, "find", lambda: found)
    page = visit("health", "en", part="webhooks")
    assert "Only this machine is asked" in texts(page)
    page.button(key="find-tunnel").click().run()
    assert said in texts(page)
    assert any(line in str(code.value) for code in page.code)


def test_a_tunnel_that_is_in_force_already_needs_no_line(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    key_set(monkeypatch, HEYGEN_WEBHOOK_BASE_URL="https://a.test", HEYGEN_PROCESSING_MODE="hybrid")
    monkeypatch.setattr(tunnels.tunnel, "find", lambda: [Tunnel(url="https://a.test", port=8501)])
    page = visit("health", "en", part="webhooks")
    page.button(key="find-tunnel").click().run()
    assert "It is the address in force already." in texts(page)
    assert not page.code
