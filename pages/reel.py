"""Show one reel: its video, what is happening, what went wrong, and everything that happened."""

from __future__ import annotations

import streamlit as st

from core.clock import utcnow
from core.dashboard import figures
from core.errors import UnknownReel
from core.models import Reel, ReelStatus, SendState
from core.schedule import is_overdue
from pages.ui import actions
from pages.ui.going import follow, go
from pages.ui.language import _
from pages.ui.notices import changed
from pages.ui.opened import opened
from pages.ui.particulars import draw_failure, draw_particulars, draw_progress, draw_video
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
    with st.container(key="subject"):
        st.text(name_of(reel))


def draw_actions(reel: Reel, *, overdue: bool) -> None:
    """Draw what can be done now."""
    with st.container(horizontal=True):
        if reel.status in {ReelStatus.PROCESSING, ReelStatus.TIMED_OUT}:
            actions.button(_("Check now"), "check", reel, product.processor.check, icon="refresh", urgent=overdue)
        if can_retry(reel):
            actions.button(_("Retry"), "retry", reel, product.processor.retry, icon="replay", urgent=True)
        st.button(
            _("Make a new one from this"),
            key="copy",
            icon=":material/content_copy:",
            on_click=go,
            args=("pages/new.py",),
            kwargs={"from": str(reel.id)},
        )


def can_retry(reel: Reel) -> bool:
    """Tell whether a retry is sensible: the reel failed, or waits for a person."""
    return reel.status in {ReelStatus.FAILED, ReelStatus.TIMED_OUT} or (
        reel.status is ReelStatus.PENDING and reel.send_state is SendState.DOUBT
    )


def draw_reel(reel_id: int, *, ticking: bool) -> None:
    """Draw the reel as it is now; start or stop the clock when that is due."""
    follow()
    now = utcnow()
    reel = product.store.reels.get(reel_id)
    current = figures(product, now)
    if reel.is_open is not ticking or changed(current):
        st.rerun(scope="app")
    toast_finished(product)
    draw_head(reel)
    overdue = is_overdue(reel, current.fallback_after_s, now)
    left, right = st.columns([5, 7], gap="large")
    with left:
        if reel.status is ReelStatus.COMPLETED:
            draw_video(reel, product.processor)
        elif reel.status in {ReelStatus.FAILED, ReelStatus.TIMED_OUT}:
            draw_failure(reel)
        else:
            draw_progress(reel, now, product.processor.history().median_s, overdue=overdue)
        actions.draw_problem(reel)
        draw_actions(reel, overdue=overdue)
    with right:
        draw_particulars(reel)
        st.subheader(_("What happened"), anchor=False)
        draw_story(product.store.timeline.of(reel_id), key="story")


found = wanted()
if found is None or found.id is None:
    st.title(_("Reel"), anchor=False)
    st.info(_("There is no such reel."), icon=":material/search_off:")
    if st.button(_("Back to the list"), icon=":material/arrow_back:"):
        st.switch_page("pages/reels.py")
else:
    st.fragment(draw_reel, run_every=TICK_S if found.is_open else None)(found.id, ticking=found.is_open)
