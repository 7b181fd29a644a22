"""How times are written, today's and those of other days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.product import Product
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, stored


@pytest.mark.parametrize("language", ["es", "en", "en-US", "es-MX"])
def test_a_time_of_another_day_has_its_day(product: Product, visit: Visit, language: str) -> None:
    stored(product, created_at=datetime(2026, 3, 4, 17, 5, tzinfo=UTC))
    stored(product, created_at=datetime.now(UTC) - timedelta(seconds=1))
    today, then = (row["created"] for row in drawn(visit(language=language), "board")[0]["rows"])
    day = "Mar 4" if language == "en-US" else "4 mar"
    assert then.lower() == f"{day.lower()}, 18:05"
    assert len(today) in {7, 8}
