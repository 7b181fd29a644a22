"""Say what the campaign comes to, and submit it: one confirmation, one transaction, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.account_figures import wallet_of
from core.campaign_rows import Checked
from core.campaigns import submit
from core.errors import ReelsError
from core.product import Product
from pages.ui.accounts import account_word
from pages.ui.language import _
from pages.ui.many import writing as drafts
from pages.ui.many.checking import Totals, prices, too_long, totals
from pages.ui.many.writing import Writing
from pages.ui.moments import money, number, span
from pages.ui.plain import plainly

MOST_NAMED: Final = 12


def draw_summary(product: Product, writing: Writing, checked: Sequence[Checked]) -> None:
    """Draw totals, name and the one confirmation."""
    come = totals(product, checked)
    st.header(_("What it comes to"), anchor=False)
    _draw_totals(product, come, prices(product, checked))
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


def _draw_totals(product: Product, come: Totals, costs: Mapping[str, float]) -> None:
    """Draw what it comes to; a wallet is shown where it is one account's that pays."""
    wallets = {account: wallet_of(product, account) for account in costs or [product.processor.accounts.first.name]}
    first = next(iter(wallets.values()))
    currency = (first.currency or "USD").upper()
    price = money(come.price, currency)
    with st.grid(4, min_column_width=150, gap="small"):
        st.metric(_("Reels"), number(come.reels), icon=":material/movie:", border=True)
        st.metric(_("Spoken length"), span(come.seconds), icon=":material/timer:", border=True)
        st.metric(_("Price, about"), price, icon=":material/payments:", border=True)
        if len(wallets) == 1 and first.balance is not None:
            balance = money(first.balance, currency)
            st.metric(_("Balance at HeyGen"), balance, icon=":material/account_balance_wallet:", border=True)
    if product.settings.demo:
        st.caption(_("Videos are simulated, nothing is paid."))
        return
    for account, wallet in wallets.items():
        if wallet.balance is not None and costs.get(account, 0.0) > wallet.balance:
            name = f"{account_word(account)}: " if product.processor.accounts.several else ""
            text = _("The wallet does not pay for all of it: where the credit ends, reels wait until it is topped up.")
            st.warning(name + text, icon=":material/account_balance_wallet:")


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
