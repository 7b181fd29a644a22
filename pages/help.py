"""Help: a short guide for each of the people who work with this, the same text as in docs/."""

from __future__ import annotations

import streamlit as st

from pages.ui.component import HERE
from pages.ui.entry import enter
from pages.ui.guides import GUIDES, asked, parted, read, remember
from pages.ui.language import _, code

enter()
st.html(HERE / "help.css")
st.title(_("Help"), anchor=False)
words = {name: _(word) for name, word in GUIDES.items()}
chosen = st.segmented_control(
    _("Guide"),
    list(words),
    format_func=lambda name: words.get(name, name),
    default=asked(),
    key="guide",
    required=True,
    on_change=remember,
    label_visibility="collapsed",
)
opening, sections = parted(read(chosen or asked(), code()))
with st.container(key="guide-text"):
    text, contents = st.columns([3, 1], gap="large")
with contents:
    st.caption(_("On this page"))
    st.markdown("\n".join(f"- [{section.title}](#{section.anchor})" for section in sections))
with text:
    st.markdown(opening)
    for section in sections:
        st.header(section.title, anchor=section.anchor)
        st.markdown(section.body)
