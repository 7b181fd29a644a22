"""List the reels: figures on top, then a table that updates by itself, seldom while nothing is under way."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from core.clock import utcnow
from core.dashboard import Figures, figures
from pages.ui import paging
from pages.ui.board import chosen, draw_board
from pages.ui.filter import choose_filter
from pages.ui.freshness import draw_freshness
from pages.ui.going import follow, go
from pages.ui.hindsight import hindsight
from pages.ui.keepsakes import pictures
from pages.ui.language import _, one_language
from pages.ui.moments import first_of_month, midnight
from pages.ui.notices import changed
from pages.ui.opened import opened
from pages.ui.outlook import Outlook
from pages.ui.pulse import draw_channels, draw_figures
from pages.ui.selection import draw_result, draw_selection
from pages.ui.toasts import toast_finished

A_PAGE = 50
TICK_S = 1.0
REST_S = 5.0  # somebody else may submit a reel, too

product = opened()


def read_figures(now: datetime) -> Figures:
    """Read the figures of a moment; a day begins at the viewer's midnight."""
    return figures(product, now, midnight(now))


def draw_invitation() -> None:
    """Invite to the first reel."""
    with st.container(border=True, horizontal_alignment="center", key="empty"):
        st.header(_("No reels yet"), text_alignment="center", anchor=False)
        st.caption(_("Write a script, choose who says it, and watch it become a video."), text_alignment="center")
        st.button(_("Make the first reel"), type="primary", icon=":material/add:", on_click=go, args=("pages/new.py",))


@one_language()
def draw_list(*, ticking: bool) -> None:
    """Draw figures, filter and table; start or stop the clock when that is due."""
    follow()
    now = utcnow()
    current = read_figures(now)
    if is_busy(current) is not ticking or changed(current):
        st.rerun(scope="app")
    toast_finished(product)
    draw_freshness(now)
    if not any(product.store.reels.counts().values()) and not product.store.experience.any_archived():
        draw_result()
        draw_invitation()
        return
    known = hindsight(product, first_of_month(now), current)
    draw_figures(current, known, demo=product.settings.demo)
    draw_channels(current, product.processor.channel(), known, now)
    wanted = choose_filter(product.store, shown_accounts(current))
    reels = product.store.reels.page(wanted, A_PAGE + 1)
    shown = reels[:A_PAGE]
    if shown:
        draw_board(shown, current, now, Outlook(product.processor), pictures(shown, product.store))
    else:
        st.caption(_("No reel matches."))
    paging.draw(reels[A_PAGE - 1].id if len(reels) > A_PAGE else None)
    draw_selection(product, chosen(shown), wanted.shelf)


def shown_accounts(current: Figures) -> list[str]:
    """Return the accounts by which the list can be narrowed: none where there is but one, and those that are gone."""
    named = [each.name for each in current.accounts] or (
        [product.processor.accounts.first.name] * bool(current.forsaken)
    )
    return [*named, *current.forsaken]


def is_busy(current: Figures) -> bool:
    """Tell whether anything is still to come."""
    return current.active_reels > current.doubt


with st.container(horizontal=True, vertical_alignment="center"):
    st.title(_("Reels"), width="stretch", anchor=False)
    if st.button(_("New reel"), type="primary", icon=":material/add:"):
        st.switch_page("pages/new.py")
busy = is_busy(read_figures(utcnow()))
st.fragment(draw_list, run_every=TICK_S if busy else REST_S)(ticking=busy)
