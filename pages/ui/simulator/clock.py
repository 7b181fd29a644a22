"""Draw the simulated clock: its time, its pace, steps, and what falls due next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

import streamlit as st

from core.simulator import Row, Simulator
from core.store import Store
from pages.ui.language import _, mark
from pages.ui.moments import full, number, span
from pages.ui.simulator.acting import act
from pages.ui.simulator.subjects import name_video

PACE: Final = "pace"
FROZEN: Final = "frozen"
SPEEDS: Final = (1, 60, 3600)
STEPS: Final = ((60, mark("+1 min")), (600, mark("+10 min")), (3600, mark("+1 h")), (86_400, mark("+1 day")))
SHOWN: Final = 3
JUST_AFTER_S: Final = 0.001
KINDS: Final = {
    "render_end": mark("a render ends"),
    "event": mark("an event happens"),
    "attempt": mark("a delivery is attempted"),
    "volley": mark("copies are sent at once"),
    "batch_end": mark("a batch ends"),
}
OF_A_VIDEO: Final = frozenset({"render_end", "event"})
UNSEEN: Final = "forget_key"  # that a key is forgotten after a day is no event to wait for


def draw_clock(simulator: Simulator, store: Store) -> None:
    """Draw the clock as it stands."""
    clock = simulator.clock()
    due = [row for row in clock["due"] if row["kind"] != UNSEEN]
    st.metric(_("Simulated time"), full(datetime.fromtimestamp(clock["now"], UTC)))
    _draw_pace(simulator, clock)
    with st.container(horizontal=True, gap="small"):
        for seconds, label in STEPS:
            _step(simulator, _(label), f"step-{seconds}", seconds)
        next_s = max(0.0, due[0]["at"] - clock["now"]) + JUST_AFTER_S if due else None
        _step(simulator, _("Next due"), "step-next", next_s, icon=":material/skip_next:")
    _draw_due(due, clock["now"], store)
    if clock["frozen"] or clock["speed"] != 1:
        st.caption(_("Overdue webhooks and deadlines of the product itself run on real time."))


def _draw_pace(simulator: Simulator, clock: Row) -> None:
    st.session_state[PACE] = _pace(clock)  # another tab or the shell may have changed it
    st.segmented_control(
        _("Pace"),
        [FROZEN, *map(str, SPEEDS)],
        key=PACE,
        format_func=lambda pace: _("Frozen") if pace == FROZEN else f"×{pace}",
        on_change=_set_pace,
        args=(simulator,),
        label_visibility="collapsed",
    )


def _pace(clock: Row) -> str | None:
    if clock["frozen"]:
        return FROZEN
    return str(int(clock["speed"])) if clock["speed"] in SPEEDS else None


def _set_pace(simulator: Simulator) -> None:
    pace = st.session_state[PACE]
    if pace == FROZEN:
        act(partial(simulator.set_clock, frozen=True))
    elif pace is not None:
        act(partial(simulator.set_clock, frozen=False, speed=float(pace)))


def _step(simulator: Simulator, label: str, key: str, seconds: float | None, icon: str | None = None) -> None:
    step = partial(simulator.set_clock, advance_s=seconds or 0.0)
    st.button(label, key=key, icon=icon, disabled=seconds is None, on_click=act, args=(step,))


def _draw_due(due: Sequence[Row], now: float, store: Store) -> None:
    """List what comes next."""
    lines = [_line(row, now, store) for row in due[:SHOWN]]
    if len(due) > SHOWN:
        lines.append(_("and {n} more").format(n=number(len(due) - SHOWN)))
    if lines:
        st.text("\n".join(lines))
    else:
        st.caption(_("Nothing is due."))


def _line(due: Row, now: float, store: Store) -> str:
    """Say when something falls due, what, and to whom."""
    kind = due["kind"]
    what = _(KINDS[kind]) if kind in KINDS else kind
    about = name_video(store, due["subject"]) if kind in OF_A_VIDEO else ""
    wait = _("in {time}").format(time=span(due["at"] - now))
    return " · ".join(part for part in (wait, what, about) if part)
