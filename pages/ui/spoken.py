"""Replace the words that Streamlit says in English of its own accord by words in the viewer's language."""

from __future__ import annotations

from typing import Final

import streamlit as st

from pages.ui.component import component
from pages.ui.language import _, code, mark

WORDS: Final = (
    mark("App pages"),
    mark("Choose date"),
    mark("Clear date"),
    mark("Clear value"),
    mark("Close"),
    mark("Connecting"),
    mark("CONNECTING"),
    mark("Copied"),
    mark("Copy to clipboard"),
    mark("file upload"),
    mark("Link to heading"),
    mark("Navigate to home page"),
    mark("Next month"),
    mark("No results"),
    mark("Open"),
    mark("Previous month"),
    mark("Upload"),
    mark("Autosize"),
    mark("Copy column name"),
    mark("Hide column"),
    mark("Pin column"),
    mark("Sort ascending"),
    mark("Sort descending"),
    mark("Unpin column"),
    mark("Use arrow keys to navigate dates. Enter to select. Escape to close."),
)
BEGINNINGS: Final = (
    mark("Choose date,"),
    mark("day,"),
    mark("Help for"),
    mark("month,"),
    mark("Remove"),
    mark("year,"),
)

_spoken = component("spoken")


def speak() -> None:
    """Have the browser name the viewer's language and say Streamlit's words in it, on the whole page."""
    data = {
        "language": code(),
        "words": {word: _(word) for word in WORDS},
        "beginnings": {beginning: _(beginning) for beginning in BEGINNINGS},
    }
    with st.container(key="spoken"):
        _spoken(key="page-language", data=data)
