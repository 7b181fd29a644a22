"""Say how old a page is that updates by itself, once nothing has come for a while.

Only the browser can tell: a server that is gone, or cannot be reached, draws nothing any more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from pages.ui.component import component
from pages.ui.language import _

AFTER_S: Final = 12  # more than two turns of the slowest page

_freshness = component("freshness")


def draw_freshness(now: datetime) -> None:
    """Note that the page is as of now; to be called on every turn of a page that updates by itself."""
    labels = {
        "age": _("As of {time} ago."),
        "meaning": _("Nothing has come from the product since; the page goes on by itself once it does."),
    }
    with st.container(key="freshness"):
        _freshness(key="as-of", data={"at": now.timestamp(), "after_s": AFTER_S, "labels": labels})
