"""Say what the campaign comes to, and submit it: one confirmation, one transaction, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.campaign_rows import Checked
from core.campaigns import submit
from core.clock import utcnow
from core.dashboard import figures
from core.errors import ReelsError
from core.product import Product
from pages.ui.language import _
from pages.ui.many import writing as drafts
from pages.ui.many.checking import Totals, too_long, totals
from pages.ui.many.writing import Writing
from pages.ui.moments import money, number, span
from pages.ui.plain import plainly

MOST_NAMED: Final = 12


def draw_summary(product: Product, writing: Writing, checked: Sequence[Checked]) -> None:
    """Draw totals, name and the one confirmation."""
    come = totals(product, checked)
    st.header(_("What it comes to"), anchor=False)
    _draw_totals(product, come)
    _draw_too_long(too_long(product, checked))
    with st.container(border=True, key="confirm"):
        writing.change(
            name=st.text_input(
                _("Name of the campaign"),
                value=writing.draft.name,
                key=writing.name("name"),
                on_change="ignore",
                persist_state="session",
                placeholder=_("For example: Autumn in Madrid"),
            )
        )
        beside = st.empty()
        wrong = any(one.problem is not None for one in checked)
        label = _("Make {n} reels") if come.reels != 1 else _("Make {n} reel")
        with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            if wrong:
                st.caption(_("First correct the wrong rows, or leave them out."))
            pressed = st.button(
                label.format(n=number(come.reels)),
                key=writing.name("submit"),
                type="primary",
                icon=":material/send:",
                disabled=wrong or not come.reels,
            )
        if pressed:
            _submit(product, writing, checked, beside)


def _draw_totals(product: Product, come: Totals) -> None:
    now = figures(product, utcnow())
    currency = (now.currency or "USD").upper()
    price = money(come.price, currency)
    with st.grid(4, min_column_width=150, gap="small"):
        st.metric(_("Reels"), number(come.reels), icon=":material/movie:", border=True)
        st.metric(_("Spoken length"), span(come.seconds), icon=":material/timer:", border=True)
        st.metric(_("Price, about"), price, icon=":material/payments:", border=True)
        if now.wallet_balance is not None:
            balance = money(now.wallet_balance, currency)
            st.metric(_("Balance at HeyGen"), balance, icon=":material/account_balance_wallet:", border=True)
    if product.settings.demo:
        st.caption(_("Videos are simulated, nothing is paid."))
    elif now.wallet_balance is not None and come.price > now.wallet_balance:
        st.warning(
            _("The wallet does not pay for all of it: where the credit ends, reels wait until it is topped up."),
            icon=":material/account_balance_wallet:",
        )


def _draw_too_long(rows: Sequence[int]) -> None:
    """Say before anything is spent which videos their destination will not take."""
    if not rows:
        return
    named = ", ".join(map(number, rows[:MOST_NAMED])) + ("…" if len(rows) > MOST_NAMED else "")
    st.warning(
        _(
            "Longer than the destination of their format takes: rows {rows}. Shorten these scripts or choose another "
            "format; they can be made all the same."
        ).format(rows=named),
        icon=":material/front_hand:",
    )


def _submit(product: Product, writing: Writing, checked: Sequence[Checked], beside: DeltaGenerator) -> None:
    """Submit the campaign and go to its page; on a refusal nothing that was written is lost."""
    reels = [one.reel for one in checked if one.reel is not None]
    try:
        campaign = submit(product.processor, writing.draft.name, writing.draft.key, reels)
    except ReelsError as error:
        beside.error(plainly(error), icon=":material/edit:")
        return
    drafts.renew()
    st.switch_page("pages/campaign.py", query_params={"id": str(campaign.id)})
