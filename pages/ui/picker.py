"""Let the viewer choose a format by its frame and its destination."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.formats import FORMATS
from pages.ui.component import component
from pages.ui.destinations import destination, limits
from pages.ui.language import _

_picker = component("picker")


def choose_shape(selected: str, key: str) -> str:
    """Draw the formats as small frames and return the aspect ratio of the chosen one."""
    items: list[dict[str, Any]] = [
        {
            "id": shape.aspect_ratio,
            "name": destination(shape),
            "note": limits(shape),
            "ratio": shape.width_over_height,
        }
        for shape in FORMATS
    ]
    ids = [str(item["id"]) for item in items]
    before = st.session_state.get(key) or {}
    current = str(before.get("choice") or selected)
    current = current if current in ids else ids[0]
    data = {"items": items, "selected": current, "heard": before.get("choice"), "label": _("Format")}
    picked = _picker(key=key, data=data, default={"choice": None}, on_choice_change=_nothing)
    return str(picked.choice or current)


def _nothing() -> None:
    """Stand in for the reaction to a choice: the rerun is all that is needed."""
