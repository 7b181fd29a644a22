"""The list of reels, read without a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from core.clock import utcnow
from core.models import Channel, ReelStatus
from core.product import Product
from core.store.experience import Experience
from pages.ui.hindsight import HINDSIGHT, KEPT
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, processing, stored, texts

EMPTY = {"es": ("Todavía no hay reels", "Crear el primer reel"), "en": ("No reels yet", "Make the first reel")}
WORDS = {
    "es": ("En espera", "En preparación", "Listo", "Fallido", "Sin noticias"),
    "en": ("Waiting", "In the making", "Ready", "Failed", "No news"),
}


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_empty_store_invites_to_the_first_reel(visit: Visit, language: str) -> None:
    page = visit(language=language)
    assert all(text in texts(page) for text in EMPTY[language])
    assert not drawn(page, "board")


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_state_is_shown_as_a_word_with_an_icon(product: Product, visit: Visit, language: str) -> None:
    now = utcnow()
    stored(product)
    processing(product)
    processing(product, 9, status=ReelStatus.COMPLETED, detected_by=Channel.WEBHOOK, detected_at=now)
    processing(product, 11, status=ReelStatus.FAILED, failure_code="rendering_failed", detected_at=now)
    processing(product, 13, status=ReelStatus.TIMED_OUT, detected_at=now)
    rows = drawn(visit(language=language), "board")[0]["rows"]
    assert tuple(row["word"] for row in reversed(rows)) == WORDS[language]
    assert all(row["icon"] and row["colour"] for row in rows)
    assert [row["href"] for row in rows] == [f"reel?id={n}" for n in (5, 4, 3, 2, 1)]


def test_a_row_says_how_the_end_was_learned(product: Product, visit: Visit) -> None:
    processing(product, status=ReelStatus.COMPLETED, detected_by=Channel.MANUAL, detected_at=utcnow())
    assert drawn(visit(language="en"), "board")[0]["rows"][0]["learned"] == "found by a manual check"


def test_an_overdue_webhook_is_said_in_the_row(product: Product, visit: Visit) -> None:
    processing(product, since_s=600)
    row = drawn(visit(language="en"), "board")[0]["rows"][0]
    assert row["note"] in ("10 min · news is overdue", "10 min 1 s · news is overdue", "10 min 2 s · news is overdue")
    assert row["colour"] == "orange"


def test_the_filter_of_the_address_chooses_rows(product: Product, visit: Visit) -> None:
    stored(product, title="Otoño")
    processing(product, title="Invierno")
    page = visit(status="processing")
    assert [row["title"] for row in drawn(page, "board")[0]["rows"]] == ["Invierno"]
    assert [row["title"] for row in drawn(visit(q="oto"), "board")[0]["rows"]] == ["Otoño"]
    assert "Ningún reel coincide." in texts(visit(q="primavera"))


def test_older_and_newer_pages_hold_every_reel_once(product: Product, visit: Visit) -> None:
    for n in range(60):
        stored(product, title=f"Reel {n}")
    page = visit()
    first = [row["id"] for row in drawn(page, "board")[0]["rows"]]
    page.button(key="older").click().run()
    second = [row["id"] for row in drawn(page, "board")[0]["rows"]]
    assert first + second == list(range(60, 0, -1))
    page.button(key="newer").click().run()
    assert [row["id"] for row in drawn(page, "board")[0]["rows"]] == first


def test_what_users_typed_is_given_as_text(product: Product, visit: Visit) -> None:
    stored(product, title="<img src=x onerror=alert(1)> **a** :red[b]")
    page = visit()
    assert drawn(page, "board")[0]["rows"][0]["title"] == "<img src=x onerror=alert(1)> **a** :red[b]"
    assert not any("onerror" in str(element.value) for element in page.markdown)


def test_a_finished_reel_is_told_once(product: Product, visit: Visit) -> None:
    reel = processing(product)
    page = visit(language="en")
    product.store.reels.save(reel, status=ReelStatus.COMPLETED, detected_at=utcnow())
    page.run()
    assert [toast.value for toast in page.toast] == ["Reel 1 is ready."]
    page.run()
    assert not page.toast


def test_figures_stand_on_top(product: Product, visit: Visit) -> None:
    stored(product)
    processing(product)
    shown = {metric.label: metric.value for metric in visit(language="en").metric}
    assert shown == {
        "In the making": "1",
        "Waiting": "1",
        "Ready today": "0",
        "Failures": "0",
        "News overdue": "0",
        f"Spent in {utcnow():%b}": "≈ $0.00",
    }


def toasts(page: AppTest) -> list[str]:
    return [str(toast.value) for toast in page.run().toast]


def test_what_ended_before_the_visit_is_no_news(product: Product, visit: Visit) -> None:
    processing(product, status=ReelStatus.COMPLETED, detected_at=utcnow())
    page = visit(language="en")
    assert not page.toast
    assert toasts(page) == []


def test_an_end_that_was_written_late_is_told_all_the_same(product: Product, visit: Visit) -> None:
    early, late = processing(product, 5), processing(product, 6)
    page, now = visit(language="en"), utcnow()
    product.store.reels.save(late, status=ReelStatus.COMPLETED, detected_at=now + timedelta(seconds=2))
    assert toasts(page) == ["Reel 2 is ready."]
    product.store.reels.save(early, status=ReelStatus.FAILED, detected_at=now + timedelta(seconds=1))
    assert toasts(page) == ["Reel 1 failed."]
    assert toasts(page) == []


def test_many_ends_at_once_are_summed_up(product: Product, visit: Visit) -> None:
    reels = [processing(product, 5 + n) for n in range(8)]
    page = visit(language="en")
    for n, reel in enumerate(reels):
        product.store.reels.save(reel, status=ReelStatus.COMPLETED, detected_at=utcnow() + timedelta(milliseconds=n))
    told = toasts(page)
    assert told == [f"Reel {n} is ready." for n in (6, 7, 8)] + ["More reels that have ended: 5"]
    assert toasts(page) == []


def test_past_reels_are_read_again_only_when_one_ended_or_some_seconds_passed(
    product: Product, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Channel] = []
    known = Experience.knowing_times
    monkeypatch.setattr(Experience, "knowing_times", lambda self, channel: read.append(channel) or known(self, channel))
    processing(product)
    page = visit(language="en")
    once = len(read)
    page.run()
    assert len(read) == once > 0
    ended = utcnow() - timedelta(seconds=3)
    told = {"detected_by": Channel.WEBHOOK, "detected_at": utcnow(), "completed_at": ended}
    processing(product, 9, status=ReelStatus.COMPLETED, **told)
    page.run()
    assert len(read) == 2 * once
    assert any("(1 reels)" in str(card["lines"]) for card in drawn(page, "pulse")[0]["cards"])
    key, at, shown = page.session_state[HINDSIGHT]
    page.session_state[HINDSIGHT] = (key, at - KEPT, shown)
    page.run()
    assert len(read) == 3 * once
