"""Remember where a click leads until the next run can go there.

A page that watches something may start its run anew at any moment; a click that only that run knew would be lost.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

TARGET: Final = "target"


def go(page: str, **query: str) -> None:
    """Ask, from a callback, to go to a page."""
    st.session_state[TARGET] = (page, query)


def follow() -> None:
    """Go where the last click asked to."""
    if TARGET in st.session_state:
        page, query = st.session_state.pop(TARGET)
        st.switch_page(page, query_params=query)
