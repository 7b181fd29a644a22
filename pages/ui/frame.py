"""Draw what is on every page: name, navigation, language, the demo mark and the notices."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.clock import utcnow
from core.config import Settings
from core.dashboard import figures
from core.errors import SettingsError
from pages.ui.component import HERE
from pages.ui.language import LANGUAGES, SWITCH, _, browsers, code, say
from pages.ui.notices import draw_notices
from pages.ui.opened import opened

NAME: Final = "Gem-AvatART Reels"
LOGO: Final = HERE.parents[1] / "static" / "gem.svg"
WIDTH: Final = 1120


def draw() -> None:
    """Draw the frame and the page that the address names."""
    st.set_page_config(page_title=NAME, page_icon="💎", layout="wide")
    st.html(HERE / "frame.css")
    st.logo(LOGO, size="large")
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        st.title(NAME, anchor=False)
        st.error(say(error), icon=":material/settings:")
        st.stop()
    home = st.Page("pages/reels.py", title=_("Reels"), icon=":material/movie:", url_path="", default=True)
    alias = st.Page("pages/reels.py", title=_("Reels"), url_path="reels", visibility="hidden")
    pages = [
        home,
        alias,
        st.Page("pages/new.py", title=_("New reel"), icon=":material/add_circle:", url_path="new"),
        st.Page("pages/reel.py", title=_("Reel"), url_path="reel", visibility="hidden"),
        st.Page("pages/health.py", title=_("Status"), icon=":material/monitor_heart:", url_path="health"),
    ]
    if settings.demo:
        pages.append(
            st.Page("pages/simulator.py", title=_("Simulator"), icon=":material/science:", url_path="simulator")
        )
    page = st.navigation(pages, position="top")
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH):
        _head(settings)
        draw_notices(figures(opened(), utcnow()))
        page.run()


def _head(settings: Settings) -> None:
    if code() != browsers():
        st.query_params[SWITCH] = code()
    else:
        st.query_params.pop(SWITCH, None)
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.text(NAME, width="content")
        if settings.demo:
            st.badge(_("DEMO"), icon=":material/science:", color="violet")
            st.caption(_("Videos are simulated, nothing is paid."), width="stretch")
        else:
            st.space("stretch")
        st.segmented_control(
            "Idioma / Language",
            list(LANGUAGES),
            default=code(),
            format_func=LANGUAGES.__getitem__,
            key=SWITCH,
            required=True,
            label_visibility="collapsed",
        )
