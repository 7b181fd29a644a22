"""Have deliveries worked off again: one, or all that a filter finds once their number has been shown."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.clock import utcnow
from core.errors import ReelsError
from core.product import Product
from core.store import DeliveryFilter
from pages.ui.language import _
from pages.ui.moments import number
from pages.ui.plain import plainly

MOST: Final = 1000
COUNTED: Final = "replay_counted"
SAID: Final = "replay_said"


def draw_one(product: Product, delivery_id: int, *, key: str = "replay", urgent: bool = False) -> None:
    """Draw the button that replays one delivery."""
    st.button(
        _("Replay"),
        key=f"{key}-{delivery_id}",
        icon=":material/replay:",
        type="primary" if urgent else "secondary",
        on_click=_replay,
        args=(product, [delivery_id]),
        help=_("Work it off again from the start, with the same bytes"),
    )


def draw_many(product: Product, wanted: DeliveryFilter) -> None:
    """Draw the way to replay what the filter finds: count, look, confirm."""
    counted = st.session_state.get(COUNTED)
    if counted is None or counted[0] != wanted:
        st.button(
            _("Replay these…") if wanted.narrows else _("Replay all…"),
            key="count",
            icon=":material/playlist_play:",
            type="tertiary",
            on_click=_count,
            args=(product, wanted),
            help=_("Counts first; nothing happens before you confirm"),
        )
        return
    _confirm(product, counted[1], more=counted[2])


def _confirm(product: Product, ids: list[int], *, more: bool) -> None:
    n = len(ids)
    with st.container(border=True, key="confirm"):
        if not ids:
            st.write(_("No delivery matches, so there is nothing to replay."))
        elif more:
            sentence = _("More match than are replayed at once: these are the newest {n}. Replay the rest afterwards.")
            st.write(sentence.format(n=number(n)))
        else:
            sentence = _("Deliveries that would be worked off again: {n}.")
            st.write(sentence.format(n=number(n)))
        if ids:
            st.caption(
                _(
                    "Reels that have their end stay as they are; for the others HeyGen is asked. "
                    "The worker does it in its own time."
                )
            )
        with st.container(horizontal=True):
            if ids:
                label = _("Replay {n}").format(n=number(n))
                st.button(label, key="confirmed", type="primary", on_click=_replay, args=(product, ids))
            st.button(_("Cancel"), key="cancelled", on_click=_forget)


def _count(product: Product, wanted: DeliveryFilter) -> None:
    ids, more = product.store.deliveries.log.matching(wanted, MOST)
    st.session_state[COUNTED] = (wanted, ids, more)


def _forget() -> None:
    st.session_state.pop(COUNTED, None)


def _replay(product: Product, ids: list[int]) -> None:
    """Replay exactly the deliveries that were shown or counted."""
    _forget()
    try:
        n = product.store.deliveries.replay_many(ids, utcnow())
    except ReelsError as error:
        st.session_state[SAID] = (False, plainly(error))
        return
    if len(ids) == 1:
        sentence = _("Delivery {id} is worked off again.").format(id=ids[0])
    else:
        sentence = _("Deliveries that are worked off again: {n}.").format(n=number(n))
    st.session_state[SAID] = (True, sentence)


def draw_said() -> None:
    """Say once what became of the last replay."""
    done, sentence = st.session_state.pop(SAID, (True, ""))
    if sentence and done:
        st.toast(sentence, icon=":material/replay:")
    elif sentence:
        st.error(sentence, icon=":material/error:")
