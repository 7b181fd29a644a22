"""The filters of the list live in the address: shared, reloaded, and plainly ignored where they are wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from core.clock import utcnow
from core.models import ProcessingMode, ReelStatus
from core.product import Product
from pages.ui.filter import moments
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, processing, stored, texts

MADRID = ZoneInfo("Europe/Madrid")


def titles(page: AppTest) -> list[str]:
    return [row["title"] for board in drawn(page, "board") for row in board["rows"]]


def test_mode_campaign_and_day_of_the_address_choose_rows(product: Product, visit: Visit) -> None:
    campaign = product.store.campaigns.add("Otoño", "draft-1", "token", utcnow())
    stored(product, title="Uno", mode=ProcessingMode.POLLING)
    stored(product, title="Dos", mode=ProcessingMode.HYBRID, campaign_id=campaign)
    old = stored(product, title="Tres", mode=ProcessingMode.HYBRID)
    product.store.reels.save(old, created_at=datetime(2026, 3, 1, 22, 59, tzinfo=UTC))
    assert titles(visit(mode="polling")) == ["Uno"]
    assert titles(visit(campaign=str(campaign))) == ["Dos"]
    assert titles(visit(until="2026-03-01")) == ["Tres"]  # 23:59 in Madrid
    assert titles(visit(**{"from": "2026-03-02"})) == ["Dos", "Uno"]
    assert titles(visit(mode="hybrid", until="2026-03-01", q="tres")) == ["Tres"]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "done"},
        {"mode": "carrier-pigeon"},
        {"campaign": "99"},
        {"campaign": "x"},
        {"campaign": "9" * 30},
        {"shelf": "attic"},
        {"from": "yesterday"},
        {"until": "2026-02-31"},
        {"before": "first"},
        {"status": "", "mode": "", "from": ""},
    ],
)
def test_what_the_address_asks_wrongly_is_ignored(product: Product, visit: Visit, query: dict[str, str]) -> None:
    stored(product, title="Uno")
    page = visit(**query)
    assert titles(page) == ["Uno"]
    for name in {"status", "mode", "campaign", "shelf"} & set(query):
        assert name not in page.query_params or not page.query_params[name]


def test_a_choice_is_written_into_the_address_and_begins_at_the_newest(product: Product, visit: Visit) -> None:
    for n in range(60):
        stored(product, title=f"Reel {n}", mode=ProcessingMode.HYBRID)
    page = visit(language="en")
    page.button(key="older").click().run()
    assert "before" in page.query_params
    page.selectbox(key="wanted-mode").select("hybrid").run()
    assert page.query_params["mode"] == "hybrid"
    assert "before" not in page.query_params
    assert titles(page)[0] == "Reel 59"
    page.selectbox(key="wanted-mode").set_value(None).run()
    assert "mode" not in page.query_params


@pytest.mark.parametrize(
    ("language", "told", "clear"),
    [
        ("en", "Mode: Polling · From 2 Mar 2026 · until 3 Mar 2026 · Archived reels", "Show all reels"),
        ("es", "Modo: Polling · Desde 2 mar 2026 · hasta 3 mar 2026 · Reels archivados", "Ver todos los reels"),
    ],
)
def test_what_narrows_the_list_is_said_and_can_be_dropped(
    product: Product, visit: Visit, language: str, told: str, clear: str
) -> None:
    stored(product, title="Uno")
    page = visit(
        language=language, mode="polling", shelf="archived", q="x", **{"from": "2026-03-02", "until": "2026-03-03"}
    )
    assert told in texts(page)
    [button] = [button for button in page.button if button.label == clear]
    button.click().run()
    assert titles(page) == ["Uno"]
    assert not {"mode", "shelf", "q", "from", "until"} & {name for name, value in page.query_params.items() if value}


def test_archived_reels_are_shown_where_that_is_asked(product: Product, visit: Visit) -> None:
    stored(product, title="Aquí")
    processing(product, title="Guardado", status=ReelStatus.COMPLETED, archived_at=utcnow())
    assert titles(visit()) == ["Aquí"]
    assert titles(visit(shelf="archived")) == ["Guardado"]


def test_when_all_reels_are_put_away_nobody_is_invited_to_the_first(product: Product, visit: Visit) -> None:
    processing(product, status=ReelStatus.COMPLETED, archived_at=utcnow())
    page = visit(language="en")
    assert "No reel matches." in texts(page)
    assert "No reels yet" not in texts(page)


def test_a_day_begins_and_ends_by_the_viewers_clock(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.ui.filter.zone", lambda: MADRID)
    since, until = moments(date(2026, 3, 29), date(2026, 3, 29))  # the day that has 23 hours
    assert since == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert until == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert moments(None, None) == (None, None)


def test_whoever_comes_back_from_a_reel_finds_the_list_as_it_was(product: Product, visit: Visit) -> None:
    stored(product, title="Abedul uno", mode=ProcessingMode.POLLING)
    stored(product, title="Abedul dos", mode=ProcessingMode.HYBRID)
    stored(product, title="Roble", mode=ProcessingMode.POLLING)
    page = visit(mode="polling", q="abedul", until="2100-01-01")
    assert titles(page) == ["Abedul uno"]
    page.query_params["id"] = "3"
    for name in ("mode", "q", "until"):
        page.query_params.pop(name, None)
    page.run()
    assert titles(page) == ["Abedul uno"]
    assert page.query_params["mode"] == "polling"
    assert "id" not in page.query_params
    assert titles(visit(id="3")) == ["Roble", "Abedul dos", "Abedul uno"]


def test_a_run_that_was_asked_for_before_a_choice_does_not_undo_it(product: Product, visit: Visit) -> None:
    stored(product, title="Uno", mode=ProcessingMode.POLLING)
    stored(product, title="Dos", mode=ProcessingMode.HYBRID)
    page = visit(language="en")
    page.selectbox(key="wanted-mode").select("polling").run()
    del page.query_params["mode"]  # as a tick brings it that had left the browser before
    page.run()
    assert titles(page) == ["Uno"]
    page.session_state["written-mode"] = (None, "polling", utcnow() - timedelta(seconds=3))
    page.run()
    assert titles(page) == ["Dos", "Uno"]


def test_a_tick_that_left_before_all_was_shown_does_not_bring_the_filter_back(product: Product, visit: Visit) -> None:
    stored(product, title="Uno", mode=ProcessingMode.POLLING)
    stored(product, title="Dos", mode=ProcessingMode.HYBRID)
    page = visit(language="en", mode="polling")
    [button] = [button for button in page.button if button.label == "Show all reels"]
    button.click().run()
    page.selectbox(key="wanted-mode").select("polling").run()  # as a tick brings it that had left the browser before
    assert titles(page) == ["Dos", "Uno"]
    page.selectbox(key="wanted-mode").select("hybrid").run()  # another choice is one
    assert titles(page) == ["Dos"]
    [button] = [button for button in page.button if button.label == "Show all reels"]
    button.click().run()
    dropped, at = page.session_state["dropped-filters"]
    page.session_state["dropped-filters"] = (dropped, at - timedelta(seconds=3))
    page.selectbox(key="wanted-mode").select("hybrid").run()
    assert titles(page) == ["Dos"]
