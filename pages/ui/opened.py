"""Open the product once for all scripts of this process."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import streamlit as st

from core.access import Role
from core.config import Settings
from core.product import Product, open_product
from pages.ui.entry import enter

_products: Final[list[Product]] = []


def opened(role: Role = Role.MARKETING) -> Product:
    """Return the product of the settings in force to a viewer who has a role; others see why not, and the page stops.

    Raises SettingsError.
    """
    enter(role)
    return _opened(Settings.from_env(), st.get_option("server.port"))


@lru_cache(maxsize=4)
def _opened(settings: Settings, port: int) -> Product:
    product = open_product(settings, port=port)
    _products.append(product)
    return product


def forget() -> None:
    """Close what was opened; the next script opens it anew."""
    _opened.cache_clear()
    while _products:
        product = _products.pop()
        for account in product.processor.accounts:
            account.client.close()
        product.store.close()
