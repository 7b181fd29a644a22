"""Draw what can be done with one reel; what helps most stands out."""

from __future__ import annotations

import streamlit as st

from core.failures import retry_helps
from core.models import Reel, ReelStatus, SendState
from core.product import Product
from core.shelf import Shelving
from pages.ui import actions, farewell
from pages.ui.going import go
from pages.ui.language import _


def draw_actions(reel: Reel, product: Product, *, overdue: bool) -> None:
    """Draw what can be done now."""
    shelving = Shelving(product.store)
    anew = reel.status is ReelStatus.FAILED and not retry_helps(reel.failure_code)
    with st.container(horizontal=True):
        if reel.status in {ReelStatus.PROCESSING, ReelStatus.TIMED_OUT}:
            actions.button(_("Check now"), "check", reel, product.processor.check, icon="refresh", urgent=overdue)
        if can_retry(reel):
            actions.button(_("Retry"), "retry", reel, product.processor.retry, icon="replay", urgent=not anew)
        st.button(
            _("Make a new one from this"),
            key="copy",
            type="primary" if anew else "secondary",
            icon=":material/content_copy:",
            on_click=go,
            args=("pages/new.py",),
            kwargs={"copy": str(reel.id)},
        )
        if reel.archived_at is not None:
            actions.button(_("Bring back"), "restore", reel, shelving.restore, icon="unarchive")
        elif not reel.is_open:
            actions.button(_("Archive"), "archive", reel, shelving.archive, icon="inventory_2")
        farewell.draw_delete(reel)


def can_retry(reel: Reel) -> bool:
    """Tell whether a retry is sensible: the reel failed, or waits for a person."""
    return reel.status in {ReelStatus.FAILED, ReelStatus.TIMED_OUT} or (
        reel.status is ReelStatus.PENDING and reel.send_state is SendState.DOUBT
    )
