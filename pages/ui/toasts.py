"""Tell once that a reel has come to its end."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.clock import utcnow
from core.models import ReelStatus
from core.product import Product
from pages.ui.language import _, mark
from pages.ui.words import STATES

SINCE: Final = "toasted_until"
MOST: Final = 3
SENTENCES: Final = {
    ReelStatus.COMPLETED: mark("Reel {id} is ready."),
    ReelStatus.FAILED: mark("Reel {id} failed."),
    ReelStatus.TIMED_OUT: mark("Reel {id} has reached its deadline without news."),
}


def toast_finished(product: Product) -> None:
    """Show a toast for each reel whose end became known since the last look of this session."""
    since = st.session_state.setdefault(SINCE, utcnow())
    finished = [reel for reel in product.store.reels.since(since) if reel.detected_at is not None]
    if not finished:
        return
    st.session_state[SINCE] = max(reel.detected_at for reel in finished if reel.detected_at is not None)
    for reel in finished[-MOST:]:
        if reel.status in SENTENCES:
            st.toast(_(SENTENCES[reel.status]).format(id=reel.id), icon=f":material/{STATES[reel.status].icon}:")
