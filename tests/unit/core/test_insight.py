from __future__ import annotations

from datetime import timedelta

import pytest

from core.dashboard import get_processing_dashboard, reel_json
from core.detection import percentile
from core.insight import insight
from core.models import Channel
from core.product import Product
from tests.conftest import Build
from tests.factories import NOW, House

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def house(build: Build) -> House:
    return build(price_per_s=0.05)


@pytest.fixture
def product(house: House) -> Product:
    return Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([3.0], 0.95, 3.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0), ([float(n) for n in range(1, 101)], 0.95, 95.0)],
)
def test_a_percentile_is_a_value_that_occurred(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


def test_what_was_spent_is_the_seconds_at_the_price(house: House, product: Product) -> None:
    house.stored("completed", duration_s=30.0)
    house.stored("completed", duration_s=90.0, at=NOW - timedelta(days=40))
    shown = insight(product, NOW.replace(day=1, hour=0))
    assert (shown.seconds, shown.spent) == (30.0, 1.5)


def test_how_soon_we_knew_stands_apart_for_each_channel(house: House, product: Product) -> None:
    for n in range(1, 21):
        later = NOW + timedelta(seconds=n)
        house.stored("completed", detected_by=Channel.WEBHOOK, completed_at=NOW, detected_at=later)
    house.stored("failed", detected_by=Channel.POLL, completed_at=NOW, detected_at=NOW + timedelta(seconds=60))
    found = insight(product, NOW).knowing
    assert set(found) == {Channel.WEBHOOK, Channel.POLL}
    assert (found[Channel.WEBHOOK].n, found[Channel.WEBHOOK].p50_s, found[Channel.WEBHOOK].p95_s) == (20, 10.0, 19.0)
    assert (found[Channel.POLL].p50_s, found[Channel.POLL].p95_s) == (60.0, 60.0)


def test_the_dashboard_tells_of_money_and_polling(house: House, product: Product) -> None:
    house.stored("completed", duration_s=10.0)
    told = get_processing_dashboard(product)
    assert (told["seconds_this_month"], told["spent_this_month"]) == (10.0, 0.5)
    assert told["polling"] == {"last_at": None, "quiet_until": None, "failures_in_a_row": 0, "problem": None}
    assert told["time_to_know_s"] == {}


def test_a_reel_in_json_says_whether_it_is_put_away(house: House) -> None:
    reel = house.store.reels.save(house.stored("completed"), archived_at=NOW)
    assert reel_json(reel)["archived_at"] == "2026-11-24T12:00:00.000Z"
    assert reel_json(reel)["deleted_at"] is None
