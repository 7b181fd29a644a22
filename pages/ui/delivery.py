"""Lay one delivery open: what became of it, its body raw and in good order, what is new in it, how to send it again."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.inspection import as_text, curl, difference, is_text, pretty
from core.models import Delivery
from core.product import RECEIVER_URL, Product
from pages.ui import replays
from pages.ui.going import go
from pages.ui.language import _
from pages.ui.log import close
from pages.ui.moments import exact, number
from pages.ui.particulars import draw_facts
from pages.ui.verdicts import MEANINGS, look_of, note_of, proof_word


def draw_delivery(product: Product, delivery: Delivery) -> None:
    """Draw one delivery."""
    with st.container(border=True, key="delivery"):
        _draw_head(delivery)
        _draw_meaning(delivery)
        _draw_actions(product, delivery)
        _draw_facts(delivery)
        _draw_contents(product, delivery)


def _draw_head(delivery: Delivery) -> None:
    state = look_of(delivery)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(_("Delivery {id}").format(id=delivery.id), anchor=False, width="content")
        st.badge(_(state.word), icon=f":material/{state.icon}:", color=state.colour)
        st.space("stretch")
        st.button(_("Close"), key="close", icon=":material/close:", type="tertiary", on_click=close)


def _draw_meaning(delivery: Delivery) -> None:
    st.write(_(MEANINGS[delivery.verdict]))
    if delivery.set_aside:
        st.caption(_("It was set aside: it is not tried again by itself."))
    if delivery.note:
        st.text(note_of(delivery.note, delivery.note_told))


def _draw_actions(product: Product, delivery: Delivery) -> None:
    with st.container(horizontal=True):
        replays.draw_one(product, delivery.id, urgent=delivery.set_aside)
        if delivery.reel_id is not None:
            label = _("Open reel {id}").format(id=delivery.reel_id)
            query = {"id": str(delivery.reel_id)}
            icon = ":material/movie:"
            st.button(label, key="to-reel", icon=icon, on_click=go, args=("pages/reel.py",), kwargs=query)


def _draw_facts(delivery: Delivery) -> None:
    seen = _("{n} times, last {at}").format(n=number(delivery.seen), at=exact(delivery.last_seen_at))
    facts = [
        (_("Event"), delivery.event_type),
        (_("Received"), exact(delivery.received_at)),
        (_("Came"), seen if delivery.seen > 1 else ""),
        (_("Proof"), proof_word(delivery)),
        (_("Video"), delivery.video_id),
        (_("Event id"), delivery.event_id),
        (_("Attempts"), number(delivery.attempts)),
        (_("Looked at again"), exact(delivery.work_after) if delivery.work_after and delivery.worked_at else ""),
    ]
    with st.grid("auto", min_column_width=150, gap="small"):
        draw_facts([(label, value) for label, value in facts if value])


def _draw_contents(product: Product, delivery: Delivery) -> None:
    raw, good, new, headers, again = st.tabs(
        [_("Raw body"), _("Readable"), _("Difference"), _("Headers"), "curl"], key="contents"
    )
    with raw:
        size = _("{n} bytes").format(n=number(len(delivery.body)))
        lost = "" if is_text(delivery.body) else " · " + _("not plain UTF-8: some bytes cannot be shown")
        st.caption(size + lost)
        st.code(as_text(delivery.body), language=None, wrap_lines=True)
    with good:
        st.code(pretty(delivery.body), language="json", wrap_lines=True)
    with new:
        _draw_difference(product, delivery)
    with headers:
        _draw_headers(delivery)
    with again:
        st.caption(_("Sends the same bytes. Secrets are masked: put the address's token, or a signature, for ***."))
        base = product.processor.webhook_base_url or product.store.facts.get(RECEIVER_URL) or "http://127.0.0.1:8501"
        st.code(curl(delivery, base), language="bash", wrap_lines=True)


def _draw_difference(product: Product, delivery: Delivery) -> None:
    earlier = product.store.deliveries.log.before(delivery)
    if earlier is None:
        st.caption(_("It is the first of its reel or video: there is nothing to compare it with."))
        return
    st.caption(_("Compared with delivery {id} of the same reel or video.").format(id=earlier.id))
    lines = difference(earlier, delivery)
    if lines:
        st.code(lines, language="diff", wrap_lines=True)
    else:
        st.write(_("Both say the same; they differ in spacing or in their route alone."))


def _draw_headers(delivery: Delivery) -> None:
    if not delivery.headers:
        st.caption(_("No header was kept."))
        return
    table = pd.DataFrame({_("Header"): list(delivery.headers), _("Value"): list(delivery.headers.values())})
    st.dataframe(table, hide_index=True, alt=_("Headers"))
    st.caption(_("Only these headers are kept; signatures are masked."))
