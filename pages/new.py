"""Submit a reel: what is said, by whom, in which shape."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import InvalidReel, ReelsError
from core.models import Reel
from pages.ui import draft as drafts
from pages.ui.casting import cast
from pages.ui.language import _, say
from pages.ui.meter import draw_meter
from pages.ui.opened import opened
from pages.ui.picker import choose_shape

product = opened()
draft = drafts.current(product)


def words() -> tuple[str, str, DeltaGenerator]:
    """Draw what is said, with its counts, and a place for what is wrong with the title."""
    title = st.text_input(
        _("Title"),
        value=draft.title,
        key=draft.name("title"),
        on_change="ignore",
        persist_state="session",
        placeholder=_("For your list; it is not spoken"),
    )
    beside = st.empty()
    script = st.text_area(
        _("Script"),
        value=draft.script,
        key=draft.name("script"),
        height=300,
        on_change="ignore",
        persist_state="session",
        placeholder=_("What the avatar says"),
    )
    draw_meter(draft, script, price_per_s=product.settings.price_per_s, demo=product.settings.demo)
    return title, script, beside


def submit(reel: Reel) -> None:
    """Queue the reel and go to its page; on a refusal nothing that was written is lost."""
    try:
        stored = product.processor.enqueue(reel)
    except ReelsError as error:
        beside = title_problem if isinstance(error, InvalidReel) and error.about == "title" else problem
        beside.error(say(error), icon=":material/edit:")
        return
    drafts.renew(stored)
    st.switch_page("pages/reel.py", query_params={"id": str(stored.id)})


st.title(_("New reel"), anchor=False)
left, right = st.columns([6, 5], gap="large")
with left:
    title, script, title_problem = words()
    problem = st.empty()
    st.subheader(_("Shape"), anchor=False)
    shape = choose_shape(draft.aspect_ratio, draft.name("shape"))
with right:
    avatar_id, voice_id = cast(product, draft)
with st.container(key=draft.name("submit"), horizontal=True, horizontal_alignment="right"):
    pressed = st.button(_("Make the reel"), key=draft.name("button"), type="primary", icon=":material/send:")
if pressed:
    submit(
        Reel(
            script=script,
            title=title,
            avatar_id=avatar_id,
            voice_id=voice_id,
            aspect_ratio=shape,
            idempotency_key=draft.key,
        )
    )
