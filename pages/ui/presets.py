"""Offer the presets to start from: choices that somebody kept under a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from core.presets import Choices, Preset
from core.product import Product
from pages.ui.language import _

MOST: Final = 200


def kept_presets(product: Product) -> dict[int, Preset]:
    """Return the presets by their id."""
    return {preset.id: preset for preset in product.store.presets.page(MOST) if preset.id is not None}


def choose_preset(product: Product, presets: Mapping[int, Preset], use: Callable[[Choices], None]) -> None:
    """Draw the list of presets; the chosen one's choices are used at once, and the list is as before."""

    def apply() -> None:
        preset = product.store.presets.get(st.session_state["preset"] or 0)
        if preset is not None:
            use(preset.choices)
        st.session_state["preset"] = None

    st.selectbox(
        _("Start from a preset"),
        list(presets),
        index=None,
        format_func=lambda preset_id: preset_name(presets[preset_id]) if preset_id in presets else "",
        placeholder=_("Start from a preset"),
        key="preset",
        on_change=apply,
        label_visibility="collapsed",
        width=220,
    )


def preset_name(preset: Preset) -> str:
    """Return what a preset is called, after its campaign where it has one."""
    return f"{preset.campaign} · {preset.name}" if preset.campaign else preset.name
