"""Several HeyGen accounts on the pages: chosen for a reel, named on it, each with its own trouble."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import catalogue
from core.account_watch import ACCOUNT
from core.accounts import fact
from core.clock import utcnow
from core.config import Settings
from core.gate import Gate
from core.models import Reel
from core.product import Product, open_product
from core.store import ReelFilter
from pages.ui import opened
from pages.ui.many import sources
from tests.unit.pages.test_page_many import upload

Visit = Callable[..., AppTest]
SETTINGS = {
    "HEYGEN_API_KEY": "the-key",
    "HEYGEN_ACCOUNTS": "acme,globex",
    "HEYGEN_API_KEY_ACME": "key-of-acme",
    "HEYGEN_API_KEY_GLOBEX": "key-of-globex",
    "HEYGEN_MAX_CONCURRENT_ACME": "4",
}
CHOICE = "HeyGen account"


@pytest.fixture
def brands(monkeypatch: pytest.MonkeyPatch, _environment: None) -> Product:
    """Return the product with three accounts, of which each has an avatar of its own."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    made = open_product(Settings.from_env())
    for account in made.processor.accounts.names:
        avatars = [{"id": f"look-{account}", "name": f"Look of {account}", "tags": []}]
        voices = [{"id": f"voice-{account}", "name": "Luz"}]
        kept = {"avatars": avatars, "voices": voices}
        made.store.facts.put(fact(catalogue.CATALOGUE, account), kept, utcnow())
        known = {"balance": 10.0, "currency": "usd", "name": account or "house"}
        made.store.facts.put(fact(ACCOUNT, account), known, utcnow())
    return made


def texts(app: AppTest) -> str:
    kinds = ("markdown", "caption", "text", "error", "warning", "info", "subheader", "header", "metric")
    found: list[Any] = [element for kind in kinds for element in getattr(app, kind)]
    return "\n".join(str(element.value) for element in found)


def choice(app: AppTest) -> Any:
    return next(box for box in app.selectbox if box.label == CHOICE)


def test_a_new_reel_is_cast_from_the_account_that_is_chosen(visit: Visit, brands: Product) -> None:
    app = visit("new", "en")
    assert choice(app).options == ["default account", "acme", "globex"]
    choice(app).set_value("globex").run()
    app.text_area[0].set_value("Hello").run()
    next(button for button in app.button if button.label == "Make the reel").click().run()
    [reel] = brands.store.reels.page(ReelFilter(), 9)
    assert (reel.account, reel.avatar_id, reel.voice_id) == ("globex", "look-globex", "voice-globex")
    again = visit("new", "en", copy=str(reel.id))
    assert choice(again).value == "globex"


def test_many_at_once_take_the_account_of_each_row_or_the_common_one(visit: Visit, brands: Product) -> None:
    app = visit("many", "en")
    choice(app).set_value("acme").run()
    upload(app, b"title,account\nUno,globex\nDos,\n", script="Hello")
    app.text_input[0].set_value("Autumn")
    next(button for button in app.button if button.label == "Make 2 reels").click().run()
    assert not app.exception
    made = brands.store.reels.page(ReelFilter(), 9)
    assert {reel.title: reel.account for reel in made} == {"Uno": "globex", "Dos": "acme"}


@pytest.mark.parametrize(("names", "cells"), [((), ["name", "Ana"]), (("default", "acme"), ["account", "default"])])
def test_the_template_has_a_column_for_the_account_where_there_are_several(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], cells: list[str]
) -> None:
    monkeypatch.setattr(sources, "_", str)
    assert [row[-1] for row in sources._template(names)][:2] == cells


def test_the_list_and_the_reel_name_the_account_and_the_list_is_narrowed(visit: Visit, brands: Product) -> None:
    brands.processor.enqueue_many([Reel(script="Uno", account="acme"), Reel(script="Dos", account="globex")])
    app = visit("reels", "en", account="acme")
    assert "Account: acme" in texts(app)
    assert choice(app).value == "acme"
    assert "acme" in texts(visit("reel", "en", id="1"))


def test_the_trouble_of_one_account_is_said_of_it_and_health_shows_each(visit: Visit, brands: Product) -> None:
    stopped = Gate(state="stopped", reason="unauthorized")
    brands.store.facts.put(fact("gate", "acme"), stopped.to_json(), utcnow())
    told = texts(visit("health", "en"))
    assert "acme: HeyGen does not accept the key (401), so nothing of this account is sent" in told
    assert "HEYGEN_API_KEY_ACME" in told
    assert "0 of 4" in told
    assert "2 of 3 open" in told
    assert "globex: " not in told


def test_a_reel_of_an_account_that_is_gone_says_what_it_waits_for(
    visit: Visit, brands: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    reel = brands.processor.enqueue(Reel(script="Uno", account="globex"))
    monkeypatch.setenv("HEYGEN_ACCOUNTS", "acme")
    opened.forget()
    app = visit("reel", "es", id=str(reel.id))
    sentence = (
        "La cuenta globex no está configurada: sus reels esperan y siguen cuando HEYGEN_ACCOUNTS la vuelva a nombrar."
    )
    assert f"{sentence} Reels que esperan: 1." in texts(app)
    assert any(element.value == sentence for element in app.warning)


@pytest.mark.parametrize("page", ["reels", "new", "many", "health"])
def test_one_account_alone_shows_nothing_of_accounts(visit: Visit, product: Product, page: str) -> None:
    product.processor.enqueue(Reel(script="Uno"))
    app = visit(page, "en")
    assert not [box for box in app.selectbox if box.label == CHOICE]
    assert "default account" not in texts(app)
    assert "HeyGen accounts" not in texts(app)
