"""List the pages: where each is found, what it is called, and whom it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.access import Role
from pages.ui.entry import may
from pages.ui.language import _, mark


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold a page; one without an icon stands in no menu."""

    file: str
    title: str
    url: str
    icon: str | None = None
    role: Role = Role.MARKETING
    demo: bool = False


ENTRIES: Final = (
    Entry("reels", mark("Reels"), "", "movie"),
    Entry("reels", mark("Reels"), "reels"),
    Entry("new", mark("New reel"), "new", "add_circle"),
    Entry("reel", mark("Reel"), "reel"),
    Entry("many", mark("Many at once"), "many", "table_rows"),
    Entry("campaigns", mark("Campaigns"), "campaigns", "campaign"),
    Entry("campaign", mark("Campaign"), "campaign"),
    Entry("deliveries", mark("Deliveries"), "deliveries", "call_received", role=Role.QA),
    Entry("simulator", mark("Simulator"), "simulator", "science", role=Role.QA, demo=True),
    Entry("health", mark("Health and settings"), "health", "monitor_heart"),
    Entry("help", mark("Help"), "help", "help"),
)


def pages(*, demo: bool) -> list[StreamlitPage]:
    """Return the pages of this product; those that the viewer may not see stand in no menu and guard themselves."""
    return [_page(entry) for entry in ENTRIES if demo or not entry.demo]


def _page(entry: Entry) -> StreamlitPage:
    return st.Page(
        f"pages/{entry.file}.py",
        title=_(entry.title),
        icon=f":material/{entry.icon}:" if entry.icon else None,
        url_path=entry.url,
        default=entry.url == "",
        visibility="visible" if entry.icon and may(entry.role) else "hidden",
    )
