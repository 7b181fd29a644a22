"""Submit a reel: what is said, by whom, in which shape."""

from __future__ import annotations

import streamlit as st

from core import catalogue
from core.catalogue import Catalogue
from core.errors import InvalidReel, ReelsError
from core.models import Reel
from pages.ui import draft as drafts
from pages.ui.language import _, say
from pages.ui.meter import draw_meter
from pages.ui.opened import opened
from pages.ui.picker import choose_avatar, choose_shape, choose_voice

product = opened()
draft = drafts.current(product)


def words() -> tuple[str, str]:
    """Draw what is said, with its counts."""
    title = st.text_input(
        _("Title"),
        value=draft.title,
        key=draft.name("title"),
        on_change="ignore",
        persist_state="session",
        placeholder=_("For your list; it is not spoken"),
    )
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
    return title, script


@st.fragment(run_every=1)
def waiting() -> None:
    """Wait for the avatars and voices, which come from HeyGen shortly after the start."""
    read = catalogue.read(product.store)
    if read.avatars:
        st.rerun()
    st.caption(_("Avatars and voices are being fetched from HeyGen…"))
    with st.container(horizontal=True):
        for _place in range(4):
            st.skeleton(height=150, width=120)


def faces(read: Catalogue) -> tuple[str, str]:
    """Draw who speaks: avatars by picture, voices by sound; a voice not chosen follows the avatar."""
    st.subheader(_("Avatar"), anchor=False)
    avatar_id = choose_avatar(read.avatars, draft.avatar_id, draft.name("avatar"))
    avatar = next((avatar for avatar in read.avatars if avatar.id == avatar_id), None)
    if avatar_id != draft.avatar_id:
        draft.avatar_id = avatar_id
        draft.voice_id = (avatar.default_voice_id if avatar else None) or draft.voice_id
    st.subheader(_("Voice"), anchor=False)
    draft.voice_id = choose_voice(read.voices, draft.voice_id, draft.name(f"voice-{avatar_id}"))
    return avatar_id, draft.voice_id


def submit(reel: Reel) -> None:
    """Queue the reel and go to its page; on a refusal nothing that was written is lost."""
    try:
        stored = product.processor.enqueue(reel)
    except (InvalidReel, ReelsError) as error:
        problem.error(say(error), icon=":material/edit:")
        return
    drafts.renew(stored)
    st.switch_page("pages/reel.py", query_params={"id": str(stored.id)})


st.title(_("New reel"), anchor=False)
left, right = st.columns([6, 5], gap="large")
with left:
    title, script = words()
    problem = st.empty()
    st.subheader(_("Shape"), anchor=False)
    shape = choose_shape(draft.aspect_ratio, draft.name("shape"))
read = catalogue.read(product.store)
with right:
    avatar_id, voice_id = faces(read) if read.avatars else ("", "")
    if not read.avatars:
        waiting()
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
