"""Show how each HeyGen account stands, where there are several."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from core.account_figures import AccountFigures
from core.dashboard import Figures
from pages.ui.accounts import account_word
from pages.ui.language import _, fill, mark
from pages.ui.moments import moment, money, number
from pages.ui.particulars import draw_facts
from pages.ui.words import Look

OPEN: Final = Look(mark("Feeds HeyGen"), "check_circle", "green")
PAUSED: Final = Look(mark("Pauses"), "pause_circle", "orange")
STOPPED: Final = Look(mark("Stopped"), "front_hand", "red")
TROUBLE: Final = Look(mark("Not reached"), "cloud_off", "orange")


def draw_accounts(now: Figures) -> None:
    """Draw each account with its queue, its wallet and its limit."""
    if not now.accounts:
        return
    st.header(_("HeyGen accounts"), anchor=False)
    with st.grid("auto", min_column_width=320, gap="small"):
        for each in now.accounts:
            with st.container(border=True, key=f"account-{each.name}"):
                _draw(each, now.checked_at)


def _draw(account: AccountFigures, now: datetime) -> None:
    state = look_of(account, now)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(account_word(account.name), anchor=False, width="content")
        st.badge(_(state.word), icon=f":material/{state.icon}:", color=state.colour)
    if account.wallet.problem is not None:
        st.text(fill(account.wallet.problem.message, account.wallet.problem.values))
    with st.grid("auto", min_column_width=130, gap="small"):
        draw_facts([(label, value) for label, value in _facts(account, now) if value])


def look_of(account: AccountFigures, now: datetime) -> Look:
    """Return how the queue of an account is shown."""
    if account.gate.state == "stopped":
        return STOPPED
    if not account.gate.lets_through(now):
        return PAUSED
    return OPEN if account.wallet.problem is None else TROUBLE


def _facts(account: AccountFigures, now: datetime) -> list[tuple[str, str]]:
    wallet, until = account.wallet, account.gate.until
    used = _("{n} of {limit}").format(n=number(account.in_flight), limit=number(account.limit))
    waits = account.gate.state == "paused" and not account.gate.lets_through(now)
    quiet = account.quiet_until is not None and account.quiet_until > now
    return [
        (_("Balance at HeyGen"), "" if wallet.balance is None else money(wallet.balance, _currency(wallet.currency))),
        (_("In the making"), used),
        (_("Waiting"), number(account.waiting)),
        (_("Need a decision"), number(account.doubt) if account.doubt else ""),
        (_("Reason"), account.gate.reason or ""),
        (_("Goes on"), moment(until) if waits else ""),
        (_("Asked again"), moment(account.quiet_until) if quiet else ""),
        (_("Endpoint"), account.endpoint_url or ""),
        (_("Secrets that are believed"), number(account.secrets) if account.secrets else ""),
    ]


def _currency(told: str | None) -> str:
    return (told or "USD").upper()
