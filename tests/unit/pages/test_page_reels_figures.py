"""The figures of the list: money, how soon we knew, and how each way of news does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.channel import to_json
from core.clock import utcnow
from core.models import Channel, ReelStatus
from core.processor import CHANNEL
from core.product import Product
from core.schedule import ChannelHealth
from core.sweep import SWEEP, SweepState
from tests.factories import a_delivery
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, processing, stored


def cards(visit: Visit, language: str = "en") -> dict[str, dict[str, Any]]:
    return {
        card["title"]: {"word": card["word"], **dict(card["lines"])}
        for card in drawn(visit(language=language), "pulse")[0]["cards"]
    }


def finished(product: Product, n: int, channel: Channel, after_s: float) -> None:
    now = utcnow()
    processing(
        product,
        10 + n,
        status=ReelStatus.COMPLETED,
        duration_s=30.0,
        detected_by=channel,
        detected_at=now,
        completed_at=now - timedelta(seconds=after_s),
    )


def test_money_is_an_estimate_of_this_month(product: Product, visit: Visit) -> None:
    finished(product, 1, Channel.WEBHOOK, 1)
    old = processing(product, 99, status=ReelStatus.COMPLETED, duration_s=500.0)
    product.store.reels.save(old, detected_at=utcnow() - timedelta(days=40))
    [spent] = [metric for metric in visit(language="en").metric if metric.label.startswith("Spent in ")]
    assert spent.value == "≈ $2.00"  # 30 s at 0.0667
    [spent] = [metric for metric in visit(language="es").metric if metric.label.startswith("Gasto, ")]
    assert spent.value == "≈ $2,00"


def test_how_soon_we_knew_is_told_for_each_way(product: Product, visit: Visit) -> None:
    for n in range(20):
        finished(product, n, Channel.WEBHOOK, 1.0 if n < 18 else 3.0)
    finished(product, 50, Channel.POLL, 75)
    finished(product, 60, Channel.MANUAL, 8)
    shown = cards(visit)
    assert shown["Webhooks"]["We knew after"] == "1 s · p95 3 s (20 reels)"
    assert shown["Polling"]["We knew after"] == "1 min 15 s · p95 1 min 15 s (1 reels)"
    assert shown["Other ways"] == {"word": "We knew after", "By hand": "8 s · p95 8 s (1 reels)"}


@pytest.mark.parametrize(
    ("health", "word", "breaker", "due"),
    [
        (ChannelHealth(totals={"on_time": 3, "late": 1}), "Arrive", "closed", "on time 3 · late 1"),
        (
            ChannelHealth(open=True, reason="webhooks_missed", totals={"missed": 2}),
            "Fail to arrive",
            "open: two in a row did not come",
            "missed 2",
        ),
        (ChannelHealth(open=True, reason="moon"), "Fail to arrive", "open: moon", None),
    ],
)
def test_webhooks_say_how_they_do_and_why_the_breaker_is_open(
    product: Product, visit: Visit, health: ChannelHealth, word: str, breaker: str, due: str | None
) -> None:
    stored(product)
    product.store.facts.put(CHANNEL, to_json(health), utcnow())
    product.store.deliveries.record([a_delivery(received_at=utcnow() - timedelta(seconds=70))])
    shown = cards(visit)["Webhooks"]
    assert (shown["word"], shown["Breaker"], shown.get("When due")) == (word, breaker, due)
    assert shown["Last webhook"] == "1 minute ago"


def test_before_the_first_webhook_nothing_is_claimed(product: Product, visit: Visit) -> None:
    stored(product)
    shown = cards(visit, "es")["Webhooks"]
    assert (shown["word"], shown["Último webhook"]) == ("Ninguno aún", "ninguno todavía")


@pytest.mark.parametrize(
    ("state", "word", "because"),
    [
        ({"strikes": 3, "problem": "unreachable"}, "Pauses", "HeyGen cannot be reached"),
        ({"strikes": 1, "problem": "HeyGen answered 429"}, "Pauses", "HeyGen answered 429"),
    ],
)
def test_polling_says_until_when_it_pauses_and_why(
    product: Product, visit: Visit, state: dict[str, Any], word: str, because: str
) -> None:
    processing(product)
    now = utcnow()
    pause = SweepState(last_at=now - timedelta(seconds=60), quiet_until=now + timedelta(seconds=60), **state)
    product.store.facts.put(SWEEP, pause.to_json(), now)
    shown = cards(visit)["Polling"]
    assert (shown["word"], shown["Because"], shown["Last sweep"]) == (word, because, "1 minute ago")


def test_polling_works_or_has_nothing_to_ask(product: Product, visit: Visit) -> None:
    reel = processing(product)
    product.store.facts.put(SWEEP, SweepState(last_at=utcnow()).to_json(), utcnow())
    assert cards(visit)["Polling"]["word"] == "Works"
    product.store.reels.save(reel, status=ReelStatus.COMPLETED)
    assert cards(visit)["Polling"]["word"] == "Nothing to ask"


@pytest.mark.parametrize(
    ("since_s", "language", "note"),
    [
        (4, "en", "4 s · usually 10–30 s"),
        (4, "es", "4 s · suele ser 10–30 s"),
        (40, "en", "40 s · longer than usual"),
    ],
)
def test_a_row_says_when_to_expect_its_reel(
    product: Product, visit: Visit, since_s: float, language: str, note: str
) -> None:
    processing(product, since_s=since_s)
    told = drawn(visit(language=language), "board")[0]["rows"][0]["note"]
    age_s, _, expected = told.partition(" s · ")
    assert since_s <= int(age_s) <= since_s + 5  # drawing takes its time
    assert expected == note.partition(" s · ")[2]
