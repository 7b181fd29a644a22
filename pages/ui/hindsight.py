"""Keep what past reels teach for some seconds: it is read from many of them, and changes only when one ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import streamlit as st

from core.dashboard import Figures
from core.insight import Insight, insight
from core.product import Product

KEPT: Final = timedelta(seconds=5)
HINDSIGHT: Final = "hindsight"


def hindsight(product: Product, since: datetime, current: Figures) -> Insight:
    """Return the figures of past reels; read anew when reels have ended, or after some seconds."""
    ended: tuple[Any, ...] = (since, current.completed, current.failed, current.timed_out)
    known: Insight | None
    before, at, known = st.session_state.get(HINDSIGHT, (None, current.checked_at, None))
    if known is None or before != ended or not timedelta(0) <= current.checked_at - at < KEPT:
        at, known = current.checked_at, insight(product, since)
        st.session_state[HINDSIGHT] = (ended, at, known)
    return known
