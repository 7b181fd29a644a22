"""Draw what is on every page: name, navigation, language, the demo mark and the notices."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.access import Role
from core.clock import utcnow
from core.config import Settings
from core.dashboard import figures
from core.errors import SettingsError
from pages.ui.component import HERE
from pages.ui.directory import pages
from pages.ui.entry import may, signs_in
from pages.ui.language import LANGUAGES, SWITCH, _, browsers, code
from pages.ui.notices import draw_notices
from pages.ui.opened import opened
from pages.ui.plain import plainly
from pages.ui.spoken import speak

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
        st.error(plainly(error), icon=":material/settings:")
        st.stop()
    page = st.navigation(pages(demo=settings.demo), position="top" if may(Role.MARKETING) else "hidden")
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
        _viewer()
    speak()


def _viewer() -> None:
    """Name who is signed in, and let them leave."""
    if signs_in() and st.user.get("is_logged_in"):
        name = str(st.user.get("email") or "")
        st.button(
            _("Sign out"), key="signout", icon=":material/logout:", type="tertiary", help=name, on_click=st.logout
        )
