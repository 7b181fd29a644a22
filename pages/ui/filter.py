"""Let the viewer narrow the list; the choice lives in the address."""

from __future__ import annotations

import streamlit as st

from core.models import ReelStatus
from core.store import ReelFilter
from pages.ui import paging
from pages.ui.language import _
from pages.ui.words import STATES


def choose_filter() -> ReelFilter:
    """Draw the filter, which lives in the address, and return it."""
    words = {str(status): _(look.word) for status, look in STATES.items()}
    asked = st.query_params.get("status")
    with st.container(horizontal=True, vertical_alignment="center", key="filter"):
        status = st.pills(
            _("Status"),
            list(words),
            format_func=words.__getitem__,
            default=asked if asked in words else None,
            key="wanted",
            on_change=_remember_status,
            label_visibility="collapsed",
            wrap=True,
        )
        text = st.text_input(
            _("Search"),
            key="q",
            bind="query-params",
            on_change=paging.reset,
            placeholder=_("Search title and script"),
            icon=":material/search:",
            label_visibility="collapsed",
            width=280,
        )
    return ReelFilter(
        status=ReelStatus(status) if status else None, text=(text or "").strip(), before_id=paging.before()
    )


def _remember_status() -> None:
    """Write the chosen status into the address and begin at the newest reels."""
    paging.reset()
    if chosen := st.session_state["wanted"]:
        st.query_params["status"] = chosen
    else:
        st.query_params.pop("status", None)
