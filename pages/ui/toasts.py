"""Tell once that a reel has come to its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import streamlit as st

from core.clock import utcnow
from core.models import Reel, ReelStatus
from core.product import Product
from pages.ui.language import _, mark
from pages.ui.moments import number
from pages.ui.words import STATES

SINCE: Final = "toasted_until"
TOLD: Final = "toasted"
MOST: Final = 3
READ: Final = 500
OVERLAP: Final = timedelta(seconds=30)  # an end that another process wrote a little later than its time says
SENTENCES: Final = {
    ReelStatus.COMPLETED: mark("Reel {id} is ready."),
    ReelStatus.FAILED: mark("Reel {id} failed."),
    ReelStatus.TIMED_OUT: mark("Reel {id} has reached its deadline without news."),
}


def toast_finished(product: Product) -> None:
    """Show a toast for each reel whose end became known since the last look of this session, each once."""
    finished = _fresh(product)
    for reel in finished[-MOST:]:
        if reel.status in SENTENCES:
            st.toast(_(SENTENCES[reel.status]).format(id=reel.id), icon=f":material/{STATES[reel.status].icon}:")
    if len(finished) > MOST:
        st.toast(_("More reels that have ended: {n}").format(n=number(len(finished) - MOST)), icon=":material/movie:")


def _fresh(product: Product) -> list[Reel]:
    """Return what this session has not been told; a new end of the same reel is news again."""
    first = SINCE not in st.session_state
    since = st.session_state.setdefault(SINCE, utcnow())
    ended = {(reel.id, reel.detected_at): reel for reel in product.store.reels.since(since - OVERLAP, READ)}
    told = ended.keys() if first else st.session_state[TOLD]
    st.session_state[TOLD] = set(ended)
    st.session_state[SINCE] = max([since, *(at for _id, at in ended if at is not None)])
    return [reel for key, reel in ended.items() if key not in told]
