"""Submit a reel: what is said, by whom, in which format, and how it looks and sounds."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.account_figures import wallet_of
from core.drafts import asks_the_same
from core.errors import InvalidReel, ReelsError
from core.options import staged
from core.validation import check_reel
from pages.ui import draft as drafts
from pages.ui import guard
from pages.ui.casting import avatar_of, cast, choose_brand
from pages.ui.component import HERE
from pages.ui.draft_notes import draw_notes, draw_ways_out
from pages.ui.frame import WIDTH
from pages.ui.language import _
from pages.ui.meter import draw_meter
from pages.ui.opened import opened
from pages.ui.picker import choose_shape
from pages.ui.plain import plainly
from pages.ui.preview import draw_preview
from pages.ui.stage import choose_staging
from pages.ui.starts import draw_starts

product = opened()
sheet = drafts.current(product)


def words() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Draw what is said, and the places for what is wrong with the title and for the counts."""
    title = st.text_input(
        _("Title"),
        sheet.first.title,
        key=sheet.name("title"),
        on_change="ignore",
        persist_state="session",
        placeholder=_("For your list; it is not spoken"),
    )
    beside = st.empty()
    script = st.text_area(
        _("Script"),
        sheet.first.script,
        key=sheet.name("script"),
        height=220,
        on_change="ignore",
        persist_state="session",
        placeholder=_("What the avatar says"),
    )
    sheet.read(title, script)
    return beside, st.container()


def submit(*, sure: bool) -> None:
    """Queue the reel and go to its page; on a refusal nothing that was written is lost."""
    reel = sheet.draft.reel()
    try:
        check_reel(reel)
        sheet.asked = None if sure else guard.found(product, sheet.draft, balance) or None
        if sheet.asked:
            st.rerun()
        stored = drafts.made(product, sheet) or product.processor.enqueue(reel)
    except ReelsError as error:
        beside = title_problem if isinstance(error, InvalidReel) and error.about == "title" else problem
        beside.error(plainly(error), icon=":material/edit:")
        return
    if not asks_the_same(stored, reel):
        drafts.begin_again(product, sheet, stored.id)
        st.rerun()
    drafts.submitted(product, sheet, stored)
    st.switch_page("pages/reel.py", query_params={"id": str(stored.id)})


st.html(HERE / "new.css")
with st.container(horizontal=True, vertical_alignment="center"):
    st.title(_("New reel"), anchor=False, width="stretch")
    draw_starts(product, sheet)
with st.container():
    draw_notes(sheet)
left, right = st.columns([6, 5], gap="large")
with left:
    title_problem, counts = words()
    st.header(_("Format"), anchor=False)
    shape = choose_shape(sheet.draft.choices.aspect_ratio, sheet.place("shape"))
    sheet.choose(replace(sheet.draft.choices, aspect_ratio=shape))
    choices = sheet.draft.choices
    staging = choose_staging(choices.staging, sheet.place)
    if staging != choices.staging:
        sheet.choose(replace(choices, options=staged(choices.options, staging)))
with right:
    frame = st.container()
    choose_brand(product, sheet)
    cast(product, sheet)
balance = wallet_of(product, sheet.draft.choices.account).balance
with frame:
    draw_preview(sheet, avatar_of(product, sheet.draft.choices), demo=product.settings.demo)
with counts:
    draw_meter(product, sheet, balance)
with st.bottom, st.container(horizontal_alignment="center"), st.container(width=WIDTH):
    problem = st.empty()
    asked = guard.asks(product, sheet, balance)
    with st.container(key=sheet.name("submit"), horizontal=True, horizontal_alignment="right"):
        draw_ways_out(product, sheet)
        sure = asked and st.button(_("Make it all the same"), key=sheet.name("sure"), icon=":material/send:")
        pressed = st.button(_("Make the reel"), key=sheet.name("button"), type="primary", icon=":material/send:")
if pressed or sure:
    submit(sure=sure)
