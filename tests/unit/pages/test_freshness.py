"""A page that updates by itself says how old it is, once nothing comes any more."""

from __future__ import annotations

import pytest

from core.clock import utcnow
from core.models import ReelStatus
from core.product import Product
from pages.ui.freshness import AFTER_S
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, processing, stored


@pytest.mark.parametrize("page", ["reels", "reel", "campaigns", "deliveries", "health"])
def test_a_page_that_updates_by_itself_knows_its_age(product: Product, visit: Visit, page: str) -> None:
    processing(product)
    before = utcnow().timestamp()
    [told] = drawn(visit(page, **({"id": "1"} if page == "reel" else {})), "freshness")
    assert before <= told["at"] <= utcnow().timestamp()
    assert told["after_s"] == AFTER_S
    assert told["labels"]["age"] == "Datos de hace {time}."


def test_a_page_at_rest_does_not_age(product: Product, visit: Visit) -> None:
    stored(product, status=ReelStatus.COMPLETED, video_id="v", detected_by="webhook", detected_at=utcnow())
    assert drawn(visit("reel", id="1"), "freshness") == []
    assert drawn(visit("new"), "freshness") == []
