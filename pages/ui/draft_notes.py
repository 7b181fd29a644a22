"""Say what became of a draft, and offer to put the present one aside or to discard it."""

from __future__ import annotations

import streamlit as st

from core.product import Product
from pages.ui.draft import Sheet, discard, put_aside
from pages.ui.going import follow, go
from pages.ui.language import _


def draw_notes(sheet: Sheet) -> None:
    """Say that the draft of the address is a reel already, or gone."""
    follow()
    if sheet.sent is not None:
        text = _("That draft was submitted already, as reel {id}; what you write here becomes another reel.")
        st.info(text.format(id=sheet.sent), icon=":material/task_alt:")
        st.button(
            _("Open reel {id}").format(id=sheet.sent),
            key=sheet.name("sent"),
            icon=":material/arrow_forward:",
            on_click=go,
            args=("pages/reel.py",),
            kwargs={"id": str(sheet.sent)},
        )
    elif sheet.missing:
        st.info(_("There is no such draft any more; here is an empty one."), icon=":material/search_off:")


def draw_ways_out(product: Product, sheet: Sheet) -> None:
    """Draw what can be done with a draft but to submit it."""
    st.button(
        _("Put aside"),
        key=sheet.name("aside"),
        type="tertiary",
        icon=":material/inventory_2:",
        help=_("Keeps this draft in the list and begins another one."),
        on_click=put_aside,
        args=(sheet,),
    )
    st.button(
        _("Discard"),
        key=sheet.name("discard"),
        type="tertiary",
        icon=":material/delete:",
        on_click=discard,
        args=(product, sheet),
    )
