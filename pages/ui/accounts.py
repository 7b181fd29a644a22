"""Let the viewer choose a HeyGen account where there are several, and name it where it matters."""

from __future__ import annotations

import streamlit as st

from core.accounts import gone
from core.models import Reel
from core.product import Product
from pages.ui.language import _
from pages.ui.plain import plain, plainly


def choose_account(product: Product, chosen: str, key: str) -> str:
    """Draw the accounts where there are several, and return the chosen one.

    One that is not configured any more cannot be chosen: that is said, and the first stands in its place.
    """
    accounts = product.processor.accounts
    if not accounts.several:
        return accounts.first.name
    known = chosen in accounts.names
    picked = st.selectbox(
        _("HeyGen account"),
        accounts.names,
        index=accounts.names.index(chosen) if known else 0,
        format_func=account_word,
        key=key,
        persist_state="session",
        filter_mode=None if len(accounts.names) < 8 else "contains",
    )
    if not known and chosen:
        text = _("The account {account} is not configured any more: another one stands in its place.")
        st.caption(text.format(account=plain(chosen)))
    return picked


def account_word(name: str) -> str:
    """Return the name of an account, a word for the one without."""
    return name or _("default account")


def told_account(product: Product, account: str) -> str:
    """Return the name of a reel's account where there are several, or its own is none of those that are set."""
    return account_word(account) if product.processor.accounts.several or account else ""


def gone_words(product: Product, reel: Reel) -> str:
    """Say that the account of a reel is not configured any more, nothing where it is."""
    return "" if reel.account in product.processor.accounts.names else plainly(gone(reel.account))
