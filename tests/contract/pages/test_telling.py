"""The part of the page that shows whom the product tells, with real targets on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.clock import utcnow
from core.config import Settings, environment
from core.models import ReelStatus
from core.notify import TRIES, Teller
from core.product import Product, open_product
from pages.ui import opened
from tests.support.targets import HttpTarget
from tests.unit.pages.states import processing, texts


@pytest.fixture
def target() -> Iterator[HttpTarget]:
    server = HttpTarget()
    yield server
    server.close()


def script() -> None:
    from pages.ui.opened import opened
    from pages.ui.telling import draw_telling

    draw_telling(opened())


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    def run(urls: str, language: str = "en") -> AppTest:
        monkeypatch.setenv("NOTIFY_URLS", urls)
        opened.forget()
        app = AppTest.from_function(script, default_timeout=20)
        app.query_params["lang"] = language
        app.run()
        assert not app.exception
        return app

    return run


def given_up(urls: str) -> Product:
    """Return a product of which a message was refused until it was set aside."""
    product = open_product(Settings.from_env({**environment(), "NOTIFY_URLS": urls}))
    teller, now = Teller(product.processor), utcnow()
    teller.claim(now)
    product.store.reels.save(processing(product), status=ReelStatus.COMPLETED, updated_at=now)
    for n in range(TRIES):
        for telling in teller.claim(now + timedelta(hours=n)):
            teller.tell(telling)
    assert product.store.notifications.set_aside() == 1
    return product


@pytest.mark.parametrize(("language", "words"), [("en", "Nobody is told"), ("es", "No se avisa a nadie")])
def test_without_targets_it_says_how_to_set_them(show: Callable[..., AppTest], language: str, words: str) -> None:
    assert words in texts(show("", language))


def test_the_button_says_for_every_target_how_it_went(show: Callable[..., AppTest], target: HttpTarget) -> None:
    app = show(f"{target.url('geheim99')} json://ana:geheim99@127.0.0.1:1/geheim99")
    app.button(key="telling-test").click().run()
    assert not app.exception
    assert target.titles == ["Mensaje de prueba"]
    shown = texts(app)
    assert f"1. JSON (json://127.0.0.1:{target.port})" in shown
    assert "The test message arrived" in shown
    assert "The test message did not arrive" in shown
    assert "geheim99" not in shown


def test_an_address_that_cannot_be_used_is_said_without_showing_it(show: Callable[..., AppTest]) -> None:
    shown = texts(show("slak://geheim99"))
    assert "NOTIFY_URLS: entry 1 (slak://…)" in shown
    assert "geheim99" not in shown


def test_what_was_set_aside_is_shown_and_sent_again(show: Callable[..., AppTest], target: HttpTarget) -> None:
    target.status = 500
    product = given_up(target.url())
    app = show(target.url())
    assert "Messages that could not be delivered: 1." in texts(app)
    assert list(app.dataframe[0].value["Target"]) == [f"1. JSON (json://127.0.0.1:{target.port})"]
    app.button(key="telling-again").click().run()
    assert not app.exception
    assert (product.store.notifications.set_aside(), product.store.notifications.waiting()) == (0, 1)
    assert "could not be delivered" not in texts(app)
    product.store.close()


def test_what_was_set_aside_can_be_forgotten(show: Callable[..., AppTest], target: HttpTarget) -> None:
    target.status = 500
    product = given_up(target.url())
    app = show("json://127.0.0.1:1")
    assert list(app.dataframe[0].value["Target"]) == ["A former target"]
    app.button(key="telling-forget").click().run()
    assert (product.store.notifications.set_aside(), product.store.notifications.waiting()) == (0, 0)
    product.store.close()
