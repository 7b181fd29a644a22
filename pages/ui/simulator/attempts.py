"""Draw the attempts to deliver, live; one that is chosen shows both its sides and can be sent again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import streamlit as st

from core.simulator import Row, Simulator
from core.store import Store
from pages.ui.going import go
from pages.ui.language import _, mark
from pages.ui.moments import exact, moment, number
from pages.ui.sheet import Cell, Column, draw_sheet
from pages.ui.simulator.acting import act
from pages.ui.simulator.spoken import said
from pages.ui.simulator.subjects import name_video, reel_of
from pages.ui.words import Look

SHOWN: Final = 40
CHOSEN: Final = "attempt"
ACKNOWLEDGED: Final = Look(mark("Acknowledged"), "check_circle", "green")
REFUSED: Final = Look(mark("Refused"), "block", "orange")
BUSY: Final = Look(mark("Put off"), "schedule", "orange")
UNREACHED: Final = Look(mark("Not reached"), "cloud_off", "red")


def look_of(status: int | None) -> Look:
    """Return how an answer is shown: any 2xx acknowledges, 5xx asks for another attempt."""
    if status is None:
        return UNREACHED
    return ACKNOWLEDGED if 200 <= status < 300 else BUSY if status >= 500 else REFUSED


def name_of(entry: Row) -> str:
    """Name one attempt for good."""
    return f"{entry['delivery_id']}/{entry['attempt']}/{entry['at']}"


def draw_attempts(simulator: Simulator, store: Store) -> None:
    """Draw the latest attempts, newest first, and the chosen one beside them."""
    entries = simulator.attempts(SHOWN)
    if not entries:
        st.caption(_("Nothing has been delivered yet: send reels, or step the clock to what is due."))
        return
    found = next((entry for entry in entries if name_of(entry) == st.session_state.get(CHOSEN)), None)
    if found is None:
        _draw_list(entries, store, None)
        return
    with st.container(key="attempts"):
        left, right = st.columns([6, 5], gap="large")
        with left:
            _draw_list(entries, store, name_of(found))
        with right, st.container(border=True, key="attempt-sides"):
            _draw_sides(found, simulator, store)


def _draw_list(entries: list[Row], store: Store, chosen: str | None) -> None:
    """Draw a row an attempt; beside the sides of a chosen one there is room for less."""
    columns = [Column(_("Event"), "title"), Column(_("Answer")), Column(_("Fault"), "code"), Column(_("Time"), "time")]
    if chosen is not None:
        columns.pop(2)
    rows = [(name_of(entry), _cells(entry, store, narrow=chosen is not None)) for entry in entries]
    draw_sheet("attempt-list", _("Attempts to deliver"), columns, rows, chosen=chosen, on_choose=_choose)


def _cells(entry: Row, store: Store, *, narrow: bool) -> list[Cell]:
    status = (entry["response"] or {}).get("status")
    tries = _("attempt {n}").format(n=number(entry["attempt"]))
    at = datetime.fromtimestamp(entry["at"], UTC)
    cells = [
        Cell(entry["event_type"], name_video(store, entry["video_id"])),
        Cell(str(status or ""), tries, look_of(status).spoken()),
        Cell(entry["fault"] or ""),
        Cell(moment(at) if narrow else exact(at)),
    ]
    return [cell for place, cell in enumerate(cells) if not (narrow and place == 2)]


def _choose(name: str) -> None:
    """Show the sides of an attempt."""
    st.session_state[CHOSEN] = name


def _draw_sides(entry: Row, simulator: Simulator, store: Store) -> None:
    """Draw what was sent and what came back."""
    st.text(f"{entry['event_type']} · {name_video(store, entry['video_id'])}")
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("Resend"),
            key="resend",
            type="primary",
            icon=":material/replay:",
            on_click=act,
            args=(partial(simulator.resend, entry["delivery_id"]), _("It was sent again.")),
        )
        reel = reel_of(store, entry["video_id"])
        if reel is not None:
            st.button(
                _("Open the reel"),
                key="open-reel",
                icon=":material/movie:",
                on_click=go,
                args=("pages/reel.py",),
                kwargs={"id": str(reel.id)},
            )
        st.button(
            _("Close"), key="attempt-close", icon=":material/close:", type="tertiary", on_click=_choose, args=("",)
        )
    st.caption(_("What HeyGen sent"))
    st.code(_request(entry), language="http", wrap_lines=True, height=340)
    st.caption(_("What the receiver answered"))
    st.code(_answer(entry), language="http", wrap_lines=True)


def _request(entry: Row) -> str:
    """Write the request as it went over the wire, its body made readable."""
    headers = [f"{name}: {value}" for name, value in entry["request"]["headers"].items()]
    return "\n".join([f"POST {entry['url']}", *headers, "", _readable(entry["request"]["body"] or "")])


def _answer(entry: Row) -> str:
    answer: dict[str, Any] | None = entry["response"]
    if answer is None:
        return said(entry["error"] or "") or _("no answer")
    return f"HTTP {answer['status']}\n\n{_readable(answer['body'] or '')}".rstrip()


def _readable(body: str) -> str:
    """Indent JSON; anything else stays as it is."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return body
