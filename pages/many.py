"""Make many reels at once: bring a table in, correct it, and submit it as a campaign."""

from __future__ import annotations

import streamlit as st

from core.accounts import spoken
from pages.ui.casting import offered
from pages.ui.entry import enter
from pages.ui.language import _
from pages.ui.many import writing as drafts
from pages.ui.many.checking import check
from pages.ui.many.common import draw_common, draw_example
from pages.ui.many.sources import draw_sources
from pages.ui.many.summary import draw_summary
from pages.ui.many.table import draw_table
from pages.ui.opened import opened
from pages.ui.plain import plainly

enter()
product = opened()
writing = drafts.current(product)
accounts = product.processor.accounts
names = [spoken(name) for name in accounts.names]

st.title(_("Many at once"), anchor=False)
if writing.became is not None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(_("This table has already been submitted as a campaign."), icon=":material/task_alt:")
        if st.button(_("Open the campaign"), icon=":material/arrow_forward:"):
            st.switch_page("pages/campaign.py", query_params={"id": str(writing.became.id)})
draw_sources(writing, names if accounts.several else ())
if writing.problem is not None:
    st.error(plainly(writing.problem), icon=":material/description:")
st.header(_("For all rows"), anchor=False)
draw_common(product, writing)
offer = offered(product, writing.draft.common.account)
if writing.draft.rows:
    st.header(_("Rows"), anchor=False)
    checked = check(product, writing.edited(), offer)
    draw_table(product, writing, checked, offer)
    draw_example(checked, writing.draft.common.script, demo=product.settings.demo)
    draw_summary(product, writing, checked)
drafts.keep(product, writing)
