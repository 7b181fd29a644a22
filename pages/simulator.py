"""Explain the bundled fake HeyGen: where it is, and how a script chooses its own fate."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.clock import utcnow
from core.dashboard import figures
from pages.ui.language import _, mark
from pages.ui.opened import opened
from pages.ui.particulars import draw_facts

WORDS = (
    ("render=20s", mark("the render takes 20 seconds")),
    ("outcome=failed", mark("the video fails")),
    ("outcome=failed code=rendering_failed", mark("the video fails with this code")),
    ("webhook=drop", mark("no webhook is sent")),
    ("webhook=duplicate:4", mark("the webhook comes four times")),
    ("webhook=delay:300s", mark("the webhook comes five minutes late")),
    ("status=stuck", mark("the video stays in the making for ever")),
)

product = opened()

st.title(_("Simulator"), anchor=False)
st.write(
    _(
        "Without a key the product talks to a fake HeyGen of its own. "
        "It renders, fails and calls back like the real one."
    )
)
draw_facts([(_("Address of the bundled fake HeyGen"), figures(product, utcnow()).demo_url or _("starting…"))])
st.subheader(_("Magic words"), anchor=False)
st.write(_("End a script with words in double brackets, and that video meets the fate they name:"))
st.code(_("Welcome to our new collection.") + " [[sim: render=20s webhook=drop]]", language=None, wrap_lines=True)
table = pd.DataFrame([{_("Words"): words, _("What happens"): _(meaning)} for words, meaning in WORDS])
st.table(table.set_index(_("Words")), border="horizontal", alt=_("Magic words"))
if st.button(_("Try it in a new reel"), type="primary", icon=":material/science:"):
    st.switch_page("pages/new.py")
