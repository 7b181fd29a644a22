"""Run a scenario through all three modes side by side, and draw the difference."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import streamlit as st

from core import comparison
from core.clock import utcnow
from core.models import ProcessingMode, ReelStatus
from core.simulator import Simulator
from core.store import Store
from pages.ui.language import _, mark
from pages.ui.moments import money, number
from pages.ui.sheet import Cell, Column, draw_sheet
from pages.ui.simulator.acting import act
from pages.ui.simulator.spoken import filled
from pages.ui.simulator.spread import draw_spread
from pages.ui.simulator.truth import PROMISES
from pages.ui.words import STATES, Look, mode_word

SCENARIO: Final = "compare-scenario"
REELS: Final = "compare-reels"
COUNTS: Final = (6, 12, 20, 30)
SOUND: Final = Look(mark("Every promise kept"), "check_circle", "green")
UNSOUND: Final = Look(mark("Not every promise kept"), "error", "red")
DIED: Final = mark("The comparison ended without a result: start it again.")


def draw_choice(simulator: Simulator, store: Store) -> None:
    """Draw what is to be compared, and the button that starts it."""
    names = [row["name"] for row in simulator.scenarios()]
    st.text(
        _(
            "The same reels meet the same fates in all three modes, in a simulator of its own: "
            "what you see here in the demo is not touched."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            _("Scenario to compare"),
            names,
            index=names.index("webhooks-down"),
            key=SCENARIO,
            placeholder=_("Choose a scenario"),
            width=320,
        )
        st.segmented_control(
            _("Reels in each mode"), COUNTS, default=COUNTS[1], required=True, key=REELS, format_func=str
        )
        st.button(
            _("Run all three modes"),
            key="compare",
            type="primary",
            icon=":material/compare_arrows:",
            on_click=_start,
            args=(store,),
        )
    pace = comparison.PACE
    st.caption(
        _(
            "The clock runs at ×{speed}; polling asks every {poll} simulated seconds, "
            "hybrid falls back after {fallback}. It takes up to {limit} seconds."
        ).format(
            speed=number(pace.speed),
            poll=number(pace.poll_interval_s),
            fallback=number(pace.fallback_after_s),
            limit=number(comparison.LIMIT_S),
        )
    )


def _start(store: Store) -> None:
    """Start what is chosen at the moment of the click, which may not have been drawn yet."""
    act(partial(comparison.start, store, st.session_state[SCENARIO], st.session_state[REELS]))


def draw_comparison(store: Store) -> None:
    """Draw how the last comparison stands, or what it came to."""
    told = comparison.latest(store)
    if told is None:
        return
    st.header(_("{scenario} with {n} reels").format(scenario=told["scenario"], n=told["reels"]), anchor=False)
    if told["state"] == "done":
        _draw_result(told)
    elif told["state"] == "failed":
        problem = told["problem"]
        st.error(filled(problem["message"], problem["values"]) if problem else _(DIED), icon=":material/error:")
    elif comparison.running(store, utcnow()):
        _draw_progress(told)
    else:
        st.error(_(DIED), icon=":material/error:")


def _draw_progress(told: Mapping[str, Any]) -> None:
    """Draw how many reels have come to rest in each mode."""
    if not told["done"]:
        st.caption(_("A simulator and three products are starting…"))
    for mode in ProcessingMode:
        done, count = told["done"].get(str(mode), 0), told["reels"]
        text = _("{mode}: {done} of {n} at rest").format(mode=mode_word(mode), done=done, n=count)
        st.progress(done / count, text=text)


def _draw_result(told: Mapping[str, Any]) -> None:
    """Draw the difference, and the same as a table."""
    draw_spread(told["sides"])
    columns = [
        Column(_("Mode"), "title"),
        Column(_("Verdict"), "wide"),
        Column(_("Outcome"), "wide"),
        Column(_("Half known after"), "number"),
        Column(_("95 % after"), "number"),
        Column(_("Questions"), "number"),
        Column(_("Webhooks"), "number"),
        Column(_("Cost"), "number"),
    ]
    rows = [(side["mode"], _cells(side)) for side in told["sides"]]
    draw_sheet("compared", _("Three modes compared"), columns, rows)
    st.caption(
        _(
            "Times are simulated, from the end of a render until the mode knew of it. "
            "A question is a call that asks for a video; a webhook is an attempt of HeyGen's to deliver."
        )
    )


def _cells(side: Mapping[str, Any]) -> list[Cell]:
    broken = [f"{_(PROMISES.get(kind, kind))}: {n}" for kind, n in side["findings"].items()]
    verdict = SOUND if side["sound"] else UNSOUND
    return [
        Cell(mode_word(ProcessingMode(side["mode"]))),
        Cell(note=" · ".join(broken), look=verdict.spoken()),
        Cell(" · ".join(f"{n} {_(STATES[ReelStatus(state)].word)}" for state, n in side["states"].items())),
        Cell(_seconds(side["p50_s"])),
        Cell(_seconds(side["p95_s"])),
        Cell(number(side["asked"])),
        Cell(number(side["webhooks"])),
        Cell(money(side["spent"])),
    ]


def _seconds(value: float | None) -> str:
    return _("never") if value is None else f"{number(value, 1)} s"
