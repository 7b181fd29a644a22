"""Delete one reel: say honestly what that means for this one, ask once more, and tell what is left of it."""

from __future__ import annotations

from functools import partial
from typing import Final

import streamlit as st

from core.models import Reel, ReelStatus, SendState
from core.product import Product
from core.shelf import Shelving
from pages.ui import actions
from pages.ui.going import go
from pages.ui.language import _, mark

ASKED: Final = "asked-to-delete-this"
AT_HEYGEN: Final = "delete-this-at-heygen"
FINAL: Final = mark("Script, video and kept files go for good; this cannot be undone.")
NOT_SENT: Final = mark("HeyGen does not have it yet: it is not sent, and nothing is paid.")
PERHAPS: Final = mark(
    "HeyGen may have it already. If so, it makes the video to the end and that is paid; it is not sent again."
)
RENDERING: Final = mark(
    "HeyGen is making it and cannot cancel: it makes the video to the end, and that is paid. "
    "Then the rest goes by itself."
)


def draw_delete(reel: Reel) -> None:
    """Draw the button that asks, not the one that deletes."""
    st.button(_("Delete"), key=f"delete-{reel.id}", icon=":material/delete:", on_click=_ask, args=(reel.id,))


def draw_question(reel: Reel, product: Product) -> None:
    """Ask once more, where that was asked for."""
    if st.session_state.get(ASKED) != reel.id:
        return
    with st.container(border=True, key="farewell"):
        st.markdown("**" + _("Delete this reel?") + "**")
        st.caption(" ".join(_(text) for text in (meaning(reel), FINAL) if text))
        at_heygen = st.toggle(_("Delete the video at HeyGen too"), value=True, key=AT_HEYGEN)
        act = partial(Shelving(product.store).delete, at_heygen=at_heygen)
        with st.container(horizontal=True):
            actions.button(_("Delete for good"), "delete-now", reel, act, icon="delete", urgent=True)
            st.button(_("Keep it"), key=f"keep-{reel.id}", on_click=_ask, args=(None,))


def meaning(reel: Reel) -> str:
    """Return what deleting means for HeyGen and the bill, to be translated."""
    if reel.status is ReelStatus.PROCESSING:
        return RENDERING
    if reel.status is ReelStatus.PENDING:
        return PERHAPS if reel.send_state in {SendState.SENDING, SendState.UNKNOWN, SendState.DOUBT} else NOT_SENT
    return ""


def draw_gone(reel: Reel, product: Product) -> None:
    """Say that a reel was deleted, and whether anything of it is left."""
    st.title(_("Reel {id}").format(id=reel.id), anchor=False)
    if product.store.removals.is_done(reel.id or 0):
        text = _("This reel was deleted. What it cost stays in the figures.")
    elif reel.status is ReelStatus.PROCESSING:
        text = _("This reel was deleted. HeyGen is still making its video; when that ends, it goes too.")
    else:
        text = _("This reel was deleted. What is left of it is being taken away.")
    st.info(text, icon=":material/delete:")
    st.button(_("Back to the list"), icon=":material/arrow_back:", on_click=go, args=("pages/reels.py",))


def _ask(reel_id: int | None) -> None:
    st.session_state[ASKED] = reel_id
