"""Show one reel: its video, what is happening, what went wrong, and everything that happened."""

from __future__ import annotations

import streamlit as st

from core.access import Role
from core.clock import utcnow
from core.dashboard import figures
from core.errors import UnknownReel
from core.evidence import chronicle
from core.models import Reel, ReelStatus
from core.schedule import is_overdue
from pages.ui import actions, farewell
from pages.ui.accounts import gone_words, told_account
from pages.ui.cascade import draw_cascade
from pages.ui.deeds import draw_actions
from pages.ui.entry import may
from pages.ui.freshness import draw_freshness
from pages.ui.going import follow
from pages.ui.keepsakes import draw_keepsakes
from pages.ui.language import _
from pages.ui.notices import changed
from pages.ui.opened import opened
from pages.ui.outlook import Outlook
from pages.ui.particulars import draw_failure, draw_particulars, draw_progress, draw_video, own_address
from pages.ui.story import draw_story
from pages.ui.toasts import toast_finished
from pages.ui.words import look, name_of

TICK_S = 1.0

product = opened()


def wanted() -> Reel | None:
    """Return the reel that the address names, or None."""
    text = st.query_params.get("id", "")
    try:
        return product.store.reels.get(int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0)
    except UnknownReel:
        return None


def draw_head(reel: Reel) -> None:
    """Draw what the reel is called and how it stands."""
    state = look(reel)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(_("Reel {id}").format(id=reel.id), width="content", anchor=False)
        st.badge(_(state.word), icon=f":material/{state.icon}:", color=state.colour)
        if reel.archived_at is not None:
            st.badge(_("Archived"), icon=":material/inventory_2:", color="gray")
    with st.container(key="subject"):
        st.text(name_of(reel))


def draw_reel(reel_id: int, *, ticking: bool) -> None:
    """Draw the reel as it is now; start or stop the clock when that is due."""
    follow()
    now = utcnow()
    reel = product.store.reels.get(reel_id)
    current = figures(product, now)
    if is_watched(reel) is not ticking or changed(current):
        st.rerun(scope="app")
    if ticking:
        draw_freshness(now)
    toast_finished(product)
    if reel.deleted_at is not None:
        farewell.draw_gone(reel, product)
        return
    draw_head(reel)
    overdue = is_overdue(reel, current.fallback_after_s, now)
    left, right = st.columns([5, 7], gap="large")
    with left:
        if reel.status is ReelStatus.COMPLETED:
            draw_video(reel, product.processor)
        elif reel.status in {ReelStatus.FAILED, ReelStatus.TIMED_OUT}:
            draw_failure(reel)
        else:
            draw_progress(
                reel, now, Outlook(product.processor).of(reel), overdue=overdue, gone=gone_words(product, reel)
            )
        actions.draw_problem(reel)
        draw_actions(reel, product, overdue=overdue)
        farewell.draw_question(reel, product)
        draw_keepsakes(reel, product.store)
    with right:
        draw_particulars(reel, told_account(product, reel.account))
        events = chronicle(product.store, reel, product.client.base_url, own_address(""))
        st.header(_("Where the time went"), anchor=False)
        draw_cascade([event.entry for event in events], now)
        st.header(_("What happened"), anchor=False)
        draw_story(events, key="story", proofs=may(Role.QA))


def is_watched(reel: Reel) -> bool:
    """Tell whether something is still to come for the reel, or left of it."""
    return reel.is_open or (reel.deleted_at is not None and not product.store.removals.is_done(reel.id or 0))


found = wanted()
if found is None or found.id is None:
    st.title(_("Reel"), anchor=False)
    st.info(_("There is no such reel."), icon=":material/search_off:")
    if st.button(_("Back to the list"), icon=":material/arrow_back:"):
        st.switch_page("pages/reels.py")
else:
    watched = is_watched(found)
    st.fragment(draw_reel, run_every=TICK_S if watched else None)(found.id, ticking=watched)
