"""List the campaigns, each with how far it is."""

from __future__ import annotations

import streamlit as st

from core.clock import utcnow
from core.dashboard import figures
from core.store import Campaign
from pages.ui import paging
from pages.ui.campaigns.standing import draw_campaigns
from pages.ui.entry import enter
from pages.ui.freshness import draw_freshness
from pages.ui.going import follow, go
from pages.ui.language import _
from pages.ui.notices import changed
from pages.ui.opened import opened

A_PAGE = 30
TICK_S = 2.0
REST_S = 5.0  # somebody else may submit a campaign, too

enter()
product = opened()


def page() -> list[Campaign]:
    """Return the campaigns of this page, and one more where older ones follow."""
    return product.store.campaigns.page(paging.before(), A_PAGE + 1)


def draw_invitation() -> None:
    """Invite to the first campaign."""
    with st.container(border=True, horizontal_alignment="center", key="empty"):
        st.header(_("No campaigns yet"), text_alignment="center", anchor=False)
        st.caption(_("Bring a table with a row for each reel, and make them all at once."), text_alignment="center")
        st.button(_("Make many at once"), type="primary", icon=":material/add:", on_click=go, args=("pages/many.py",))


def draw_list(*, ticking: bool) -> None:
    """Draw the campaigns as they now are; start or stop the clock when that is due."""
    follow()
    now, campaigns = utcnow(), page()
    if is_busy(campaigns) is not ticking or changed(figures(product, now)):
        st.rerun(scope="app")
    draw_freshness(now)
    if campaigns:
        draw_campaigns(campaigns[:A_PAGE], now)
    elif paging.before() is None:
        draw_invitation()
    paging.draw(campaigns[A_PAGE - 1].id if len(campaigns) > A_PAGE else None)


def is_busy(campaigns: list[Campaign]) -> bool:
    """Tell whether anything on this page is still to come."""
    return any(campaign.is_open for campaign in campaigns[:A_PAGE])


with st.container(horizontal=True, vertical_alignment="center"):
    st.title(_("Campaigns"), width="stretch", anchor=False)
    if st.button(_("Many at once"), type="primary", icon=":material/add:"):
        st.switch_page("pages/many.py")
busy = is_busy(page())
st.fragment(draw_list, run_every=TICK_S if busy else REST_S)(ticking=busy)
