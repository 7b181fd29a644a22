"""Open the product once for all scripts of this process."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from core.config import Settings
from core.product import Product, open_product


def opened() -> Product:
    """Return the product of the settings in force; raises SettingsError."""
    return _opened(Settings.from_env(), st.get_option("server.port"))


@lru_cache(maxsize=4)
def _opened(settings: Settings, port: int) -> Product:
    return open_product(settings, port=port)


def forget() -> None:
    """Close what was opened; the next script opens it anew."""
    _opened.cache_clear()
