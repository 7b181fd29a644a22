"""Let axe-core look at every page as a screen reader's user would meet it, in both schemes."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from core.models import Reel
from tests.browser.conftest import Server, Visit
from tests.browser.test_look import PAGES

GRAVE = {"serious", "critical"}
CLEAN = {"heading-order", "empty-heading", "page-has-heading-one"}


def grave(page: Any) -> list[str]:
    """Return what axe-core finds serious, or wrong with headings, each with the first element concerned."""
    found = [rule for rule in Axe().run(page).response["violations"] if rule["impact"] in GRAVE or rule["id"] in CLEAN]
    return [f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html']}" for rule in found]


@pytest.fixture(scope="module", autouse=True)
def _some_reels(server: Server) -> None:
    """Have a reel that fails and one that is never told of."""
    server.product.processor.enqueue(Reel(title="Falla", script="Hola. [[sim: render=1s outcome=failed]]"))
    server.product.processor.enqueue(Reel(title="Espera", script="Hola. [[sim: status=stuck webhook=drop]]"))


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
@pytest.mark.parametrize("path", [*PAGES, "/many", "/campaigns"])
def test_axe_finds_nothing_serious(server: Server, visitor: Visit, path: str, scheme: str) -> None:
    tab = visitor(scheme=scheme)
    page = tab.open(server.url + path)
    tab.settled()
    left = grave(page)
    for _ in range(10):  # what is being drawn anew is pale for a moment
        if not left:
            break
        page.wait_for_timeout(300)
        left = grave(page)
    assert left == []
