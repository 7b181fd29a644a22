"""Page through a list by the id of the last row shown; the place lives in the address."""

from __future__ import annotations

from typing import Final

import streamlit as st

from pages.ui.language import _

PLACE: Final = "before"
TRAIL: Final = "trail"


def before() -> int | None:
    """Return the id that the rows of this page lie before, None on the first page."""
    value = st.query_params.get(PLACE, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def reset() -> None:
    """Go back to the first page, as another filter does."""
    st.query_params.pop(PLACE, None)
    st.session_state.pop(TRAIL, None)


def draw(last_id: int | None) -> None:
    """Draw the ways to newer and older rows; `last_id` is the last row's while older ones follow."""
    here = before()
    if here is None and last_id is None:
        return
    with st.container(horizontal=True, horizontal_alignment="center", key="paging"):
        if here is not None:
            st.button(_("Newer"), icon=":material/arrow_back:", on_click=_newer, key="newer")
        if last_id is not None:
            st.button(_("Older"), icon=":material/arrow_forward:", on_click=_older, args=(last_id,), key="older")


def _older(last_id: int) -> None:
    st.session_state.setdefault(TRAIL, []).append(before())
    st.query_params[PLACE] = str(last_id)


def _newer() -> None:
    trail = st.session_state.get(TRAIL) or [None]
    place = trail.pop()
    if place is None:
        reset()
    else:
        st.query_params[PLACE] = str(place)
