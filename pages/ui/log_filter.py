"""Let the viewer narrow the deliveries; the choice lives in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from core.models import Verdict
from core.store import DeliveryFilter
from core.store.delivery_log import DeliveryLog
from pages.ui import paging
from pages.ui.language import _
from pages.ui.moments import number
from pages.ui.verdicts import ASIDE, VERDICTS

SET_ASIDE: Final = "aside"
VERDICT: Final = "verdict"
FACETS: Final = "facets"
NAMES: Final = ("find", "of_reel", "event")


def choose_filter(log: DeliveryLog, counts: Mapping[Verdict, int]) -> DeliveryFilter:
    """Draw the filter, which lives in the address, and return it."""
    facet = _choose_facet(counts, log.set_aside())
    with st.container(horizontal=True, vertical_alignment="bottom", key="log-filter"):
        text = st.text_input(
            _("Search"),
            key="find",
            bind="query-params",
            on_change=paging.reset,
            placeholder=_("Words of the body, or an id"),
            icon=":material/search:",
            label_visibility="collapsed",
            width=290,
        )
        reel = st.text_input(
            _("Reel number"),
            key="of_reel",
            bind="query-params",
            on_change=paging.reset,
            placeholder=_("Reel number"),
            icon=":material/tag:",
            label_visibility="collapsed",
            width=170,
        )
        event = st.selectbox(
            _("Event"),
            log.kinds(),
            index=None,
            key="event",
            bind="query-params",
            on_change=paging.reset,
            placeholder=_("Any event"),
            label_visibility="collapsed",
            width=240,
        )
    return DeliveryFilter(
        verdict=Verdict(facet) if facet in set(Verdict) else None,
        set_aside=facet == SET_ASIDE,
        reel_id=_reel_id(reel or ""),
        event_type=event,
        text=(text or "").strip(),
        before_id=paging.before(),
    )


def _choose_facet(counts: Mapping[Verdict, int], aside: int) -> str | None:
    looks = {str(verdict): look for verdict, look in VERDICTS.items() if counts.get(verdict)}
    shown = {name: f"{_(look.word)} {number(counts[Verdict(name)])}" for name, look in looks.items()}
    if aside:
        shown = {SET_ASIDE: f"{_(ASIDE.word)} {number(aside)}"} | shown
    asked = st.query_params.get(VERDICT)
    if asked in set(Verdict) and asked not in shown:  # a link may name what is not there at present
        shown[asked] = f"{_(VERDICTS[Verdict(asked)].word)} 0"
    return st.pills(
        _("Verdict"),
        list(shown),
        format_func=lambda name: shown.get(name, name),
        default=asked if asked in shown else None,
        key=FACETS,
        on_change=_remember_facet,
        label_visibility="collapsed",
        wrap=True,
    )


def _remember_facet() -> None:
    """Write the chosen verdict into the address and begin at the newest deliveries."""
    paging.reset()
    if facet := st.session_state[FACETS]:
        st.query_params[VERDICT] = facet
    else:
        st.query_params.pop(VERDICT, None)


def _reel_id(text: str) -> int | None:
    """Return the number of a reel; what is none finds nothing rather than everything."""
    wanted = text.strip().lstrip("#")
    if not wanted:
        return None
    return int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else -1
