"""Draw the list of deliveries: one row each, kept by id so that a refresh never moves the choice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import streamlit as st

from core.models import Delivery
from pages.ui.component import component
from pages.ui.language import _
from pages.ui.moments import ago, exact
from pages.ui.verdicts import look_of, proof_word

CHOSEN: Final = "id"

_log = component("log")


def chosen() -> int | None:
    """Return the id of the delivery that the address names."""
    value = st.query_params.get(CHOSEN, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def draw_log(deliveries: Sequence[Delivery], now: datetime, key: str = "log") -> None:
    """Draw deliveries; a click on one opens it beside the list."""
    columns = [_("Verdict"), _("Event"), _("Whose"), _("Received")]
    rows = [_row(delivery, now) for delivery in deliveries]
    data = {"labels": {"table": _("Deliveries"), "columns": columns}, "rows": rows}
    _log(key=key, data=data, on_open_change=lambda: _open(key))


def _open(key: str) -> None:
    """Remember in the address which delivery was clicked; the browser names it by its id."""
    delivery_id = st.session_state[key].open
    if delivery_id is not None:
        st.query_params[CHOSEN] = str(int(delivery_id))


def close() -> None:
    """Close the delivery that is open."""
    st.query_params.pop(CHOSEN, None)


def _row(delivery: Delivery, now: datetime) -> dict[str, Any]:
    state = look_of(delivery)
    return {
        "id": delivery.id,
        "href": f"deliveries?{CHOSEN}={delivery.id}",
        "word": _(state.word),
        "icon": state.icon,
        "colour": state.colour,
        "event": delivery.event_type,
        "times": f"×{delivery.seen}" if delivery.seen > 1 else "",
        "note": delivery.video_id or "",
        "reel": _("Reel {id}").format(id=delivery.reel_id) if delivery.reel_id is not None else _("no reel"),
        "proof": proof_word(delivery),
        "age": ago(delivery.received_at, now),
        "at": exact(delivery.received_at),
        "chosen": delivery.id == chosen(),
    }
