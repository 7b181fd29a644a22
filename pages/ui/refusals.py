"""Show the requests that were not believed: counted by reason, never stored whole."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.product import Product
from pages.ui.language import _
from pages.ui.moments import moment, number
from pages.ui.verdicts import REASONS

SHOWN = 20


def draw_refusals(product: Product) -> None:
    """Draw how many were refused and why, and the latest by the minute."""
    tallies = product.store.facts.tallies("refused")
    st.header(_("Refused at the door"), anchor=False)
    st.caption(
        _(
            "Requests that proved nothing. They changed nothing, were answered 401, and are counted, not kept. "
            "The product's own look at its public address counts too."
        )
    )
    if not tallies:
        st.write(_("None so far."))
        return
    with st.grid("auto", min_column_width=200, gap="small"):
        for reason, n in sorted(tallies.items()):
            st.metric(_(REASONS.get(reason, reason)), number(n), icon=":material/block:", border=True)
    rows = product.store.facts.refusals(SHOWN)
    with st.expander(_("The latest, by the minute"), icon=":material/list:"):
        st.dataframe(
            pd.DataFrame(
                {
                    _("Time"): [moment(row["last_at"]) for row in rows],
                    _("Reason"): [_(REASONS.get(row["reason"], row["reason"])) for row in rows],
                    _("Reel"): [number(row["reel_id"]) if row["reel_id"] else "–" for row in rows],
                    _("Requests"): [number(row["n"]) for row in rows],
                }
            ),
            hide_index=True,
            alt=_("Refused at the door"),
        )
