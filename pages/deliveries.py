"""Show every webhook that came in: when, what became of it, its body, and how to have it worked off again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import streamlit as st

from core.access import Role
from core.clock import utcnow
from core.dashboard import figures
from core.models import ProcessingMode
from core.store import DeliveryFilter
from core.store.delivery_log import Stretch
from pages.ui import paging, replays
from pages.ui.component import HERE
from pages.ui.delivery import draw_delivery
from pages.ui.freshness import draw_freshness
from pages.ui.going import follow
from pages.ui.language import _
from pages.ui.log import chosen, draw_log
from pages.ui.log_chart import draw_chart
from pages.ui.log_filter import choose_filter
from pages.ui.moments import number
from pages.ui.notices import changed
from pages.ui.opened import opened
from pages.ui.refusals import draw_refusals

A_PAGE = 25
ON_TOP = 3
TICK_S = 2.0

product = opened(Role.QA)
log = product.store.deliveries.log


def draw_invitation() -> None:
    """Say why nothing has come yet, and what to do."""
    polls = product.processor.mode is ProcessingMode.POLLING
    with st.container(border=True, horizontal_alignment="center", key="empty"):
        st.header(_("No webhook has come yet"), text_alignment="center", anchor=False)
        st.caption(
            _("In polling mode HeyGen is asked instead; webhooks need webhook or hybrid mode and a public address.")
            if polls
            else _("Make a reel: HeyGen calls when its video is done, and the call is listed here."),
            text_alignment="center",
        )


def draw_set_aside(now: datetime) -> None:
    """Draw on top what was given up on: only a person can send it on."""
    waiting = log.walk(DeliveryFilter(set_aside=True), ON_TOP)
    if not waiting.rows:
        return
    sentence = _("Deliveries set aside: {n}").format(n=number(log.set_aside()))
    with st.container(border=True, key="aside"):
        st.markdown(f":material/inbox_customize: **{sentence}**")
        st.caption(_("They could not be worked off and are not tried again by themselves: look, then replay."))
        draw_log(waiting.rows, now, key="aside-log")


def draw_list(found: Stretch, now: datetime) -> None:
    """Draw the list, and the ways on."""
    if found.rows:
        with st.container(key="found"):
            draw_log(found.rows, now)
    elif found.next_before is not None:
        st.caption(_("Nothing among the deliveries looked through so far; go on with “Older”."))
    else:
        st.caption(_("No delivery matches."))
    paging.draw(found.next_before)


def draw_found(wanted: DeliveryFilter, now: datetime) -> None:
    """Draw what the filter finds, and beside it the delivery that is open."""
    if wanted.text and log.index(A_PAGE) and log.unindexed():
        st.caption(_("The newest deliveries are still being indexed; they can be found by words in a moment."))
    found = log.walk(wanted, A_PAGE)
    open_id = chosen()
    shown = product.store.deliveries.get(open_id) if open_id is not None else None
    if open_id is not None and shown is None:
        st.info(_("There is no such delivery."), icon=":material/search_off:")
    if shown is None:
        draw_list(found, now)
        return
    with st.container(key="inspector"):
        left, right = st.columns([4, 7], gap="medium")
        with left:
            draw_list(found, now)
        with right:
            draw_delivery(product, shown)


@st.fragment(run_every=TICK_S)
def draw_page() -> None:
    """Draw everything, again and again: what comes in shows by itself."""
    follow()
    now = utcnow()
    if changed(figures(product, now)):
        st.rerun(scope="app")
    draw_freshness(now)
    replays.draw_said()
    counts = product.store.deliveries.counts()
    if counts:
        draw_set_aside(now)
        draw_chart(log, now)
        wanted = choose_filter(log, counts)
        replays.draw_many(product, replace(wanted, before_id=None))
        draw_found(wanted, now)
    else:
        draw_invitation()
    draw_refusals(product)


st.html(HERE / "inspector.css")
st.title(_("Deliveries"), anchor=False)
draw_page()
