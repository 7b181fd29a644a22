"""Let the viewer narrow the list; the choice lives in the address, so that it can be shared and survives a reload."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

import streamlit as st

from core.accounts import spoken
from core.clock import utcnow
from core.models import ProcessingMode, ReelStatus, Shelf
from core.store import ReelFilter, Store
from pages.ui import paging
from pages.ui.accounts import account_word
from pages.ui.language import _
from pages.ui.moments import day, day_order, zone
from pages.ui.returning import come_back, leave
from pages.ui.words import MODES, STATES

CAMPAIGNS: Final = 200
ARCHIVED: Final = "archived"
NAMES: Final = ("status", "mode", "account", "campaign", "shelf")
FIRST: Final = "from"
LAST: Final = "until"
TEXT: Final = "q"
DROPPED: Final = "dropped-filters"
BELATED: Final = timedelta(seconds=2)


def choose_filter(store: Store, accounts: Sequence[str] = ()) -> ReelFilter:
    """Draw the filter, which lives in the address, and return it; `accounts` are those that may be chosen from."""
    come_back()
    brands = {spoken(name): account_word(name) for name in accounts}
    campaigns = _campaigns(store)
    with st.container(horizontal=True, vertical_alignment="center", key="filter"):
        status = _choose_status()
        text = st.text_input(
            _("Search"),
            key=TEXT,
            bind="query-params",
            on_change=paging.reset,
            placeholder=_("Search title and script"),
            icon=":material/search:",
            label_visibility="collapsed",
            width=250,
        )
        with st.popover(_("More filters"), icon=":material/tune:", key="more"):
            mode = _choose("mode", _("Mode"), {str(mode): _(word) for mode, word in MODES.items()}, _("Any mode"))
            account = (
                _choose("account", _("HeyGen account"), brands, _("Any account")) if brands else _asked("account", ())
            )
            campaign = (
                _choose("campaign", _("Campaign"), campaigns, _("Any campaign"))
                if campaigns
                else _asked("campaign", ())
            )
            first, last = _choose_day(FIRST, _("Created from")), _choose_day(LAST, _("Created until"))
            shelf = _choose("shelf", _("Shown"), {ARCHIVED: _("Archived reels")}, _("Reels in the list"))
    since, until = moments(first, last)
    wanted = ReelFilter(
        status=ReelStatus(status) if status else None,
        mode=ProcessingMode(mode) if mode else None,
        account=next((name for name in accounts if spoken(name) == account), None),
        campaign_id=int(campaign) if campaign else None,
        text=(text or "").strip(),
        created_from=since,
        created_until=until,
        shelf=Shelf.ARCHIVED if shelf else Shelf.LISTED,
        before_id=paging.before(),
    )
    leave((*NAMES, paging.PLACE), {TEXT: text or "", FIRST: first, LAST: last})
    _draw_active(wanted, first, last, campaigns)
    return wanted


def moments(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """Return when the chosen days begin and end by the viewer's clock; the last day is meant whole."""
    since = None if first is None else _midnight(first)
    return since, None if last is None else _midnight(last + timedelta(days=1))


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), zone())


def _asked(name: str, allowed: Collection[str]) -> str | None:
    """Return what the address asks for; what does not exist is taken out of it."""
    value = _current(name)
    if value is not None and value not in allowed:
        st.query_params.pop(name, None)
        return None
    return value


def _current(name: str) -> str | None:
    """Return what the address says; a run that was asked for just before a choice still brings the one of before."""
    value = st.query_params.get(name)
    before, chosen, at = st.session_state.get(f"written-{name}", (None, None, None))
    return chosen if at is not None and value == before and utcnow() - at < BELATED else value


def _write(name: str, chosen: str | None) -> None:
    st.session_state[f"written-{name}"] = (st.query_params.get(name), chosen, utcnow())
    if chosen is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = chosen


def _choose_status() -> str | None:
    words = {str(status): _(look.word) for status, look in STATES.items()}
    st.session_state["wanted-status"] = _asked("status", words)
    return st.pills(
        _("Status"),
        list(words),
        format_func=words.__getitem__,
        key="wanted-status",
        on_change=_remember,
        args=("status",),
        label_visibility="collapsed",
        wrap=True,
    )


def _choose(name: str, label: str, words: Mapping[str, str], any_of_them: str) -> str | None:
    st.session_state[f"wanted-{name}"] = _asked(name, words)
    return st.selectbox(
        label,
        list(words),
        index=None,
        format_func=words.__getitem__,
        key=f"wanted-{name}",
        on_change=_remember,
        args=(name,),
        placeholder=any_of_them,
    )


def _choose_day(name: str, label: str) -> date | None:
    return st.date_input(label, value=None, key=name, bind="query-params", on_change=paging.reset, format=day_order())


def _campaigns(store: Store) -> dict[str, str]:
    """Return the names of the newest campaigns, and of the one that the address asks for."""
    found = {str(campaign.id): campaign.name for campaign in store.campaigns.page(None, CAMPAIGNS)}
    asked = st.query_params.get("campaign", "")
    if asked and asked not in found and asked.isascii() and asked.isdigit() and len(asked) < 19:
        older = store.campaigns.page(int(asked) + 1, 1)
        found |= {str(campaign.id): campaign.name for campaign in older if str(campaign.id) == asked}
    return found


def _remember(name: str) -> None:
    """Write a choice into the address and begin at the newest reels."""
    chosen = st.session_state[f"wanted-{name}"] or None
    if _is_echo(name, chosen):
        return
    paging.reset()
    _write(name, chosen)


def _is_echo(name: str, chosen: str | None) -> bool:
    """Tell whether this is no choice: a tick that left the browser before `clear` was heard brings what was dropped."""
    dropped, at = st.session_state.get(DROPPED, ({}, None))
    return chosen is not None and at is not None and utcnow() - at < BELATED and dropped.get(name) == chosen


def _draw_active(wanted: ReelFilter, first: date | None, last: date | None, campaigns: Mapping[str, str]) -> None:
    """Say what narrows the list from behind the button, and offer to drop it."""
    told = [
        _("Mode: {word}").format(word=_(MODES[wanted.mode])) if wanted.mode else "",
        _("Account: {word}").format(word=account_word(wanted.account)) if wanted.account is not None else "",
        _("Campaign: {word}").format(word=campaigns[str(wanted.campaign_id)]) if wanted.campaign_id else "",
        _("From {day}").format(day=day(first)) if first else "",
        _("until {day}").format(day=day(last)) if last else "",
        _("Archived reels") if wanted.shelf is Shelf.ARCHIVED else "",
    ]
    if not any(told):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="active"):
        st.text(" · ".join(word for word in told if word), width="content")
        st.button(_("Show all reels"), icon=":material/filter_alt_off:", type="tertiary", on_click=clear)


def clear() -> None:
    """Drop every filter."""
    paging.reset()
    st.session_state[DROPPED] = ({name: _current(name) for name in NAMES}, utcnow())
    for name in NAMES:
        _write(name, None)
    st.session_state[TEXT] = ""
    st.session_state[FIRST] = st.session_state[LAST] = None
