"""Open the pages without a browser: the real entry file, a store of its own, and no server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from core.config import Settings
from core.product import Product, open_product
from pages.ui import opened

ROOT = Path(__file__).resolve().parents[3]
LOCALES = {"es": "es-ES", "en": "en-GB"}
Visit = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _routing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let st.navigation alone choose the page, as the server does: AppTest forgets it before every run."""
    begin = PagesManager.__init__

    def init(self: PagesManager, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", init)


@pytest.fixture(autouse=True, scope="session")
def _one_scan() -> Iterator[None]:
    """Look once for components in the installed packages: a server does it at its start, AppTest before every run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Give each test a store and settings of its own, whatever the machine has set."""
    for name in (
        "HEYGEN_API_KEY",
        "HEYGEN_PROCESSING_MODE",
        "HEYGEN_WEBHOOK_BASE_URL",
        "APP_ENV",
        "NOTIFY_URLS",
        "PORT",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/reels.db")
    monkeypatch.chdir(tmp_path)
    yield
    opened.forget()


@pytest.fixture
def product(_environment: None) -> Iterator[Product]:
    """Return the product over the store that the pages read."""
    made = open_product(Settings.from_env())
    yield made
    made.store.close()


@pytest.fixture
def visit() -> Visit:
    """Return a function that opens a page in a language, as a browser in Madrid does."""

    def open_page(page: str = "reels", language: str = "es", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=20)
        app.context = {"locale": LOCALES.get(language, language), "timezone": "Europe/Madrid"}
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        if page != "reels":
            app.switch_page(f"pages/{page}.py")
            for name, value in query.items():
                app.query_params[name] = value
            app.run()
        assert not app.exception, app.exception
        return app

    return open_page
