"""Who gets in: every page asks by itself, whatever the address bar says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.access import Role
from core.actor import act_for
from core.clock import utcnow
from core.config import Settings
from core.errors import SettingsError
from core.models import ReelStatus
from core.product import Product
from pages.ui.directory import ENTRIES, Entry
from pages.ui.doorkeeper import check, hostname, is_loopback
from tests.factories import a_delivery, a_reel
from tests.unit.pages.conftest import ROOT
from tests.unit.pages.states import drawn, processing

AUTH = {
    "redirect_uri": "http://localhost:8501/oauth2callback",
    "cookie_secret": "a-secret-that-is-long-enough",
    "client_id": "reels",
    "client_secret": "s",
    "server_metadata_url": "http://localhost:1/.well-known/openid-configuration",
}
ACCESS = {"domains": ["example.com"], "qa": ["quim@example.com"], "admin": ["eva@example.com"]}
PAGES = sorted({entry.file: entry for entry in ENTRIES}.values(), key=lambda entry: entry.file)
RESTRICTED = [entry for entry in PAGES if entry.role is not Role.MARKETING]


def names(entry: Entry) -> str:
    return entry.file


def visit(
    page: str, user: dict[str, Any] | None, *, alone: bool = False, access: Any = ACCESS, **query: str
) -> AppTest:
    """Open a page, through the entry file or alone as a cold deep link could, with sign-in switched on."""
    app = AppTest.from_file(str(ROOT / (f"pages/{page}.py" if alone else "streamlit_app.py")), default_timeout=20)
    app.context = {"locale": "es-ES", "timezone": "Europe/Madrid"}
    app.secrets["auth"] = AUTH
    app.secrets["access"] = access
    app.user = {"is_logged_in": user is not None, **(user or {})}
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if not alone and page != "reels":
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception, app.exception
    return app


def titles(app: AppTest) -> list[str]:
    return [title.value for title in app.title]


@pytest.mark.parametrize("alone", [False, True], ids=["through the entry", "alone"])
@pytest.mark.parametrize("entry", PAGES, ids=names)
def test_before_the_sign_in_a_page_shows_nothing_of_itself(entry: Entry, alone: bool, product: Product) -> None:
    product.processor.enqueue(a_reel(title="Un secreto"))
    app = visit(entry.file, None, alone=alone)
    assert titles(app) == ["Inicia sesión"]
    assert "Un secreto" not in str(app)
    assert not app.dataframe


@pytest.mark.parametrize("alone", [True], ids=["alone"])
@pytest.mark.parametrize("entry", PAGES, ids=names)
def test_somebody_of_elsewhere_is_turned_away_by_name(entry: Entry, alone: bool, product: Product) -> None:
    app = visit(entry.file, {"email": "bo@other.test"}, alone=alone)
    assert titles(app) == ["Sin acceso"]
    assert "bo@other.test" in app.error[0].value


@pytest.mark.parametrize("alone", [False, True], ids=["through the entry", "alone"])
@pytest.mark.parametrize("entry", RESTRICTED, ids=names)
def test_a_page_of_others_is_refused_to_marketing_and_open_to_those_it_is_for(entry: Entry, alone: bool) -> None:
    assert titles(visit(entry.file, {"email": "mar@example.com"}, alone=alone)) == ["No es para ti"]
    assert titles(visit(entry.file, {"email": "eva@example.com"}, alone=alone)) != ["No es para ti"]


def test_marketing_makes_reels() -> None:
    assert titles(visit("reels", {"email": "mar@example.com"})) == ["Reels"]


@pytest.mark.parametrize("email", ["mar@example.com", "quim@example.com"])
@pytest.mark.parametrize("part", ["settings", "webhooks", "telling"])
def test_a_part_for_administrators_is_refused_to_others_who_name_it(part: str, email: str) -> None:
    app = visit("health", {"email": email}, alone=True, part=part)
    assert titles(app) == ["No es para ti"]
    assert "administradores" in app.warning[0].value
    assert not app.button_group
    assert not app.dataframe


def test_the_checks_are_refused_to_marketing_and_open_to_quality_assurance() -> None:
    assert titles(visit("health", {"email": "mar@example.com"}, alone=True, part="checks")) == ["No es para ti"]
    assert titles(visit("health", {"email": "quim@example.com"}, alone=True, part="checks")) == ["Estado y ajustes"]


@pytest.mark.parametrize("part", ["", "now", "modes", "settings", "webhooks", "telling", "checks"])
def test_no_button_of_others_is_within_reach_of_marketing(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_URLS", "json://127.0.0.1:1")
    theirs = ("register", "rotate", "look", "endpoint", "telling", "find-tunnel", "examine")
    for email, reaches in (("mar@example.com", False), ("eva@example.com", part in {"webhooks", "telling", "checks"})):
        app = visit("health", {"email": email}, alone=True, part=part)
        assert any(str(button.key).startswith(theirs) for button in app.button) is reaches


@pytest.mark.parametrize(("email", "sees"), [("mar@example.com", False), ("quim@example.com", True)])
def test_bodies_and_headers_of_deliveries_are_for_quality_assurance(product: Product, email: str, sees: bool) -> None:
    reel = processing(product)
    product.store.deliveries.record([a_delivery(b'{"raw": "contents"}', reel_id=reel.id)])
    product.store.timeline.add(reel.id or 0, utcnow(), "webhook", delivery_id=1)
    app = visit("reel", {"email": email}, alone=True, id=str(reel.id))
    [story] = drawn(app, "story")
    assert [entry["what"] for entry in story["entries"]][-1] == "Webhook recibido"
    assert ("contents" in json.dumps(story)) is sees
    assert any(entry["evidence"] for entry in story["entries"]) is sees


@pytest.mark.parametrize("word", ["archive", "delete-now"])
def test_what_a_click_asks_for_is_done_on_behalf_of_who_clicks(product: Product, word: str) -> None:
    reel = processing(product, status=ReelStatus.COMPLETED)
    app = visit("reel", {"email": "mar@example.com"}, alone=True, id=str(reel.id))
    if word == "delete-now":
        app.button(key=f"delete-{reel.id}").click().run()
    app.button(key=f"{word}-{reel.id}").click().run()
    assert product.store.timeline.of(reel.id or 0)[-1].detail["by"] == "mar@example.com"


def test_a_policy_that_lets_nobody_in_lets_nobody_in() -> None:
    app = visit("reels", {"email": "mar@example.com"}, access={})
    assert titles(app) == ["Sin acceso"]


def test_the_timeline_says_on_whose_behalf_something_was_done(product: Product) -> None:
    act_for("mar@example.com")
    try:
        reel = product.processor.enqueue(a_reel())
    finally:
        act_for("")
    [entry] = product.store.timeline.of(reel.id or 0)
    assert (entry.kind, entry.detail["by"]) == ("pending", "mar@example.com")
    other = product.processor.enqueue(a_reel())
    assert "by" not in product.store.timeline.of(other.id or 0)[0].detail


@pytest.mark.parametrize(
    ("address", "auth", "access", "everybody", "outcome"),
    [
        ("127.0.0.1", {}, {}, False, True),
        ("localhost", {}, {}, False, True),
        ("::1", {}, {}, False, True),
        ("0.0.0.0", {}, {}, False, "0.0.0.0"),
        (None, {}, {}, False, "every address"),
        ("10.0.0.7", {}, {}, False, "10.0.0.7"),
        ("0.0.0.0", {}, {}, True, False),
        ("0.0.0.0", AUTH, ACCESS, False, False),
        ("127.0.0.1", AUTH, {}, False, "lets nobody in"),
    ],
)
def test_pages_start_only_where_strangers_are_kept_out(
    address: str | None, auth: Any, access: Any, everybody: bool, outcome: bool | str
) -> None:
    settings = Settings(pages_open_to_everybody=everybody)
    if isinstance(outcome, str):
        with pytest.raises(SettingsError, match=outcome):
            check(settings, address, auth, access)
    else:
        assert check(settings, address, auth, access) is outcome


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost:8501", True),
        ("127.0.0.1:8501", True),
        ("127.9.9.9", True),
        ("[::1]:8501", True),
        ("reels.localhost", True),
        ("reels.example.com", False),
        ("127.0.0.1.example.com", False),
        ("localhost.example.com", False),
        ("10.0.0.7:8501", False),
        ("", False),
    ],
)
def test_only_names_of_this_machine_are_local(host: str, ours: bool) -> None:
    assert is_loopback(hostname(host)) is ours


def test_every_page_that_exists_stands_in_the_list() -> None:
    files = {path.stem for path in Path(ROOT / "pages").glob("*.py")} - {"__init__"}
    assert files == {entry.file for entry in ENTRIES}
