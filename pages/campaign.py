"""Show one campaign: how far it is, what went wrong, its reels, and what can be taken away."""

from __future__ import annotations

import streamlit as st

from core.clock import utcnow
from core.dashboard import figures
from core.errors import UnknownCampaign
from core.models import ReelStatus, Shelf
from core.store import Campaign, ReelFilter
from pages.ui import paging
from pages.ui.board import draw_board
from pages.ui.campaigns.downloads import address
from pages.ui.campaigns.standing import draw_bar, standing
from pages.ui.entry import enter
from pages.ui.freshness import draw_freshness
from pages.ui.going import follow
from pages.ui.language import _
from pages.ui.moments import full, number
from pages.ui.notices import changed
from pages.ui.opened import opened
from pages.ui.words import STATES

A_PAGE = 50
TICK_S = 1.0

enter()
product = opened()


def wanted() -> Campaign | None:
    """Return the campaign that the address names, or None."""
    text = st.query_params.get("id", "")
    try:
        return product.store.campaigns.get(int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0)
    except UnknownCampaign:
        return None


def draw_head(campaign: Campaign) -> None:
    """Draw what the campaign is called and how it stands."""
    state = standing(campaign)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(_("Campaign {id}").format(id=campaign.id), width="content", anchor=False)
        st.badge(_(state.word), icon=f":material/{state.icon}:", color=state.colour)
    with st.container(key="subject"):
        st.text(campaign.name)
    st.caption(_("Submitted {time}").format(time=full(campaign.created_at)))


def draw_actions(campaign: Campaign) -> None:
    """Draw what can be done now."""
    with st.container(horizontal=True):
        if campaign.to_retry > 0:
            st.button(
                _("Retry all that failed ({n})").format(n=number(campaign.to_retry)),
                key="retry-all",
                icon=":material/replay:",
                type="primary",
                on_click=retry_all,
                args=(campaign.id,),
            )
        st.link_button(_("Results (CSV)"), address(campaign, "results.csv"), icon=":material/table_view:")
        st.link_button(_("All files (ZIP)"), address(campaign, "files.zip"), icon=":material/folder_zip:")
    if campaign.retrying:
        st.caption(
            _("HeyGen is asked about {n} reels before each is tried again; nothing is paid twice.").format(
                n=number(campaign.retrying)
            )
        )
    if campaign.doubtful:
        st.warning(
            _(
                "It is not certain whether HeyGen has {n} of these reels. "
                "Open each and decide: a retry sends it once more."
            ).format(n=number(campaign.doubtful)),
            icon=":material/help:",
        )


def retry_all(campaign_id: int) -> None:
    """Ask for a new attempt of everything that failed; the worker sees to it, one by one."""
    product.store.campaigns.ask_retries(campaign_id, utcnow())


def choose_status() -> ReelStatus | None:
    """Draw the choice of a state and return it."""
    words = {str(status): _(look.word) for status, look in STATES.items()}
    chosen = st.pills(
        _("Status"),
        list(words),
        format_func=words.__getitem__,
        key="campaign-status",
        on_change=paging.reset,
        label_visibility="collapsed",
        wrap=True,
    )
    return ReelStatus(chosen) if chosen else None


def choose_shelf(campaign: Campaign) -> Shelf:
    """Draw the choice of what was put away, where there is such, and return what to list."""
    if not campaign.archived:
        return Shelf.LISTED
    label = _("Archived reels ({n}): counted above, not tried again").format(n=number(campaign.archived))
    return Shelf.ARCHIVED if st.toggle(label, key="campaign-shelf", on_change=paging.reset) else Shelf.LISTED


def draw_campaign(campaign_id: int, *, ticking: bool) -> None:
    """Draw the campaign as it now is; start or stop the clock when that is due."""
    follow()
    now = utcnow()
    campaign = product.store.campaigns.get(campaign_id)
    current = figures(product, now)
    if campaign.is_open is not ticking or changed(current):
        st.rerun(scope="app")
    if ticking:
        draw_freshness(now)
    draw_head(campaign)
    with st.container(border=True):
        draw_bar(campaign)
    draw_actions(campaign)
    st.header(_("Reels"), anchor=False)
    status, shelf = choose_status(), choose_shelf(campaign)
    chosen = ReelFilter(campaign_id=campaign_id, status=status, shelf=shelf, before_id=paging.before())
    reels = product.store.reels.page(chosen, A_PAGE + 1)
    if reels:
        draw_board(reels[:A_PAGE], current, now)
    else:
        st.caption(_("No reel matches."))
    paging.draw(reels[A_PAGE - 1].id if len(reels) > A_PAGE else None)


found = wanted()
if found is None:
    st.title(_("Campaign"), anchor=False)
    st.info(_("There is no such campaign."), icon=":material/search_off:")
    if st.button(_("Back to the campaigns"), icon=":material/arrow_back:"):
        st.switch_page("pages/campaigns.py")
else:
    st.fragment(draw_campaign, run_every=TICK_S if found.is_open else None)(found.id, ticking=found.is_open)
