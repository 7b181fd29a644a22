"""Chosen reels are acted on by their ids, each as it then is; what could not be done is said."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from core.clock import utcnow
from core.errors import Refused, Unreachable
from core.models import ReelStatus
from core.product import Product
from core.together import Outcome
from pages.ui.opened import opened
from pages.ui.selection import ARCHIVE, CHECK, sentences
from tests.unit.pages.conftest import LOCALES
from tests.unit.pages.states import processing, stored

Choose = Callable[..., AppTest]


def bar(ids: list[int], shelf: str) -> None:
    """Draw the bar as the list does while these reels are chosen."""
    import streamlit as st

    from core.models import Shelf
    from pages.ui.board import ROUND
    from pages.ui.opened import opened
    from pages.ui.selection import draw_selection

    chosen = ids if not st.session_state.get(ROUND) else []
    draw_selection(opened(), chosen, Shelf[shelf])


@pytest.fixture
def choose() -> Choose:
    """Return a function that draws the bar for some chosen reels."""

    def draw(*ids: int, shelf: str = "LISTED", language: str = "en") -> AppTest:
        app = AppTest.from_function(bar, kwargs={"ids": list(ids), "shelf": shelf}, default_timeout=20)
        app.context = {"locale": LOCALES[language], "timezone": "Europe/Madrid"}
        return app.run()

    return draw


def said(app: AppTest) -> list[str]:
    return [element.value for element in app.text]


def test_without_a_choice_there_is_no_bar(product: Product, choose: Choose) -> None:
    assert not choose().button


@pytest.mark.parametrize(
    ("language", "label", "result"), [("en", "Archive", "Archived: 2."), ("es", "Archivar", "Archivados: 2.")]
)
def test_chosen_reels_are_archived(product: Product, choose: Choose, language: str, label: str, result: str) -> None:
    reels = [processing(product, 5 + n, status=ReelStatus.COMPLETED) for n in range(3)]
    app = choose(1, 3, language=language)
    assert app.button(key="bar-archive").label == label
    app.button(key="bar-archive").click().run()
    assert said(app) == [result]
    assert [product.store.reels.get(reel.id or 0).archived_at is not None for reel in reels] == [True, False, True]


def test_each_reel_is_read_anew_and_its_reason_told(product: Product, choose: Choose) -> None:
    done, other = (processing(product, n, status=ReelStatus.COMPLETED) for n in (5, 6))
    app = choose(1, 2)
    product.store.reels.save(other, status=ReelStatus.PROCESSING)  # while the page stood there
    app.button(key="bar-archive").click().run()
    assert said(app) == [
        "Archived: 1.",
        "Could not be archived: 1.",
        "Reel 2 is not finished: archive it when it has come to its end.",
    ]
    assert product.store.reels.get(done.id or 0).archived_at is not None


def test_archived_reels_are_brought_back(product: Product, choose: Choose) -> None:
    processing(product, status=ReelStatus.FAILED, archived_at=utcnow())
    app = choose(1, shelf="ARCHIVED")
    app.button(key="bar-restore").click().run()
    assert said(app) == ["Brought back: 1."]
    assert product.store.reels.get(1).archived_at is None


def test_nothing_is_deleted_before_it_is_asked_once_more(product: Product, choose: Choose) -> None:
    stored(product)
    app = choose(1)
    app.button(key="bar-delete").click().run()
    assert "HeyGen cannot cancel" in app.caption[0].value
    assert product.store.reels.get(1).deleted_at is None
    app.button(key="bar-keep").click().run()
    assert app.button(key="bar-delete")
    app.button(key="bar-delete").click().run()
    app.button(key="bar-delete-now").click().run()
    assert said(app) == ["Deleted: 1."]
    assert product.store.reels.get(1).deleted_at is not None


@pytest.mark.parametrize("wanted", [True, False])
def test_whether_the_videos_at_heygen_go_is_chosen(product: Product, choose: Choose, wanted: bool) -> None:
    processing(product, status=ReelStatus.COMPLETED)
    app = choose(1)
    app.button(key="bar-delete").click().run()
    app.toggle[0].set_value(wanted).run()
    app.button(key="bar-delete-now").click().run()
    [job] = product.store.removals.claim(now=utcnow(), lease_s=1, limit=9)
    assert job.at_heygen is wanted


def test_while_heygen_cannot_be_reached_not_every_reel_waits_for_it(product: Product, choose: Choose) -> None:
    asked: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        raise httpx.ConnectError("no route", request=request)

    opened().client._transport = httpx.MockTransport(refuse)
    for n in range(30):
        processing(product, 5 + n)
    app = choose(*range(1, 31))
    app.button(key="bar-check").click().run()
    lines = said(app)
    assert lines[0] == "Could not be checked: 30."
    assert "HeyGen cannot be reached" in lines[1]
    assert lines[-1] == f"Not tried at all: {30 - len(asked)}."
    assert len(asked) < 10


def test_a_result_is_put_away_by_the_next_choice_or_by_hand(product: Product, choose: Choose) -> None:
    processing(product, status=ReelStatus.COMPLETED)
    app = choose(1)
    app.button(key="bar-archive").click().run()
    app.button(key="result-away").click().run()
    assert said(app) == []


def test_a_long_list_of_reasons_is_cut() -> None:
    problems = tuple((n, Refused("Reel {id} is odd.", id=n)) for n in range(1, 9))
    lines = sentences(ARCHIVE, Outcome(done=(9,), problems=problems))
    assert lines[:3] == ["Archived: 1.", "Could not be archived: 8.", "Reel 1 is odd."]
    assert len(lines) == 6
    lost = sentences(CHECK, Outcome(done=(), problems=((4, Unreachable("No way.")),), untried=(5, 6)))
    assert lost == ["Could not be checked: 3.", "Reel 4: No way.", "Not tried at all: 2."]
