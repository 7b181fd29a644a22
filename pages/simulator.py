"""Steer the bundled fake HeyGen: what it plays, its clock, its faults; see what it sends and what is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from core.access import Role
from core.clock import utcnow
from core.config import DEMO_KEY
from core.errors import ReelsError, Unreachable
from core.product import DEMO_URL
from core.simulator import Simulator, simulator_at
from pages.ui.freshness import draw_freshness
from pages.ui.going import follow
from pages.ui.language import _, mark
from pages.ui.opened import opened
from pages.ui.plain import plainly
from pages.ui.simulator.acting import draw_outcome, forget_outcome, has_outcome
from pages.ui.simulator.attempts import draw_attempts
from pages.ui.simulator.clock import draw_clock
from pages.ui.simulator.events import draw_secret, draw_trigger
from pages.ui.simulator.faults import draw_faults
from pages.ui.simulator.journal import choose_entries, draw_journal
from pages.ui.simulator.modes import draw_choice, draw_comparison
from pages.ui.simulator.scenarios import draw_scenarios
from pages.ui.simulator.truth import draw_truth

TICK_S: Final = 1.0
JUDGE_S: Final = 3.0
PART: Final = "part"
PARTS: Final = {
    "deliveries": (mark("Deliveries"), ":material/outbox:"),
    "faults": (mark("Faults"), ":material/bug_report:"),
    "journal": (mark("Journal"), ":material/receipt_long:"),
    "truth": (mark("Truth"), ":material/gavel:"),
    "modes": (mark("Three modes"), ":material/compare_arrows:"),
}

product = opened(Role.QA)


def found() -> Simulator | None:
    """Return the simulator once the running product says where it is."""
    url = product.store.facts.get(DEMO_URL)
    return simulator_at(str(url), DEMO_KEY) if url else None


def live(draw: Callable[[Simulator], None], simulator: Simulator, every_s: float = TICK_S) -> None:
    """Draw a part again and again; when the simulator is gone the whole page says so."""

    def drawn() -> None:
        follow()
        if has_outcome():  # a click in here is answered for the whole page
            st.rerun(scope="app")
        try:
            draw(simulator)
        except Unreachable:
            st.rerun(scope="app")

    st.fragment(drawn, run_every=every_s)()


def await_simulator(reason: str) -> None:
    """Say why there is nothing to steer, and look again until there is."""
    simulator = found()
    try:
        if simulator is not None:
            simulator.health()
            st.rerun(scope="app")
    except ReelsError as error:
        reason = plainly(error)
    st.warning(reason, icon=":material/cloud_off:")


def draw_page(simulator: Simulator) -> None:
    """Draw what is played and the clock, and below them the part that is chosen."""
    draw_outcome()
    left, right = st.columns([6, 5], gap="medium")
    with left, st.container(border=True):
        draw_scenarios(product, simulator)
    with right, st.container(border=True):
        live(draw_time, simulator)
    asked = st.query_params.get(PART, "")
    part = st.segmented_control(
        _("Part"),
        list(PARTS),
        default=asked if asked in PARTS else next(iter(PARTS)),
        required=True,
        format_func=lambda name: f"{PARTS[name][1]} {_(PARTS[name][0])}",
        key=PART,
        on_change=turn_to_part,
        label_visibility="collapsed",
    )
    draw_part(str(part), simulator)


def draw_time(simulator: Simulator) -> None:
    """Draw the simulator's clock, and how old the page is."""
    draw_freshness(utcnow())
    draw_clock(simulator, product.store)


def turn_to_part() -> None:
    """Let the address name the part that was chosen, and leave behind what was said of another."""
    forget_outcome()
    st.query_params[PART] = st.session_state[PART]


def draw_part(part: str, simulator: Simulator) -> None:
    """Draw one part; what a person fills in stands outside of what draws itself again and again."""
    match part:
        case "faults":
            follow()
            draw_faults(product, simulator)
        case "journal":
            wanted = choose_entries(simulator)
            live(lambda simulator: draw_journal(simulator, wanted), simulator)
        case "truth":
            live(lambda simulator: draw_truth(simulator, product), simulator, JUDGE_S)
        case "modes":
            draw_choice(simulator, product.store)
            live(lambda _simulator: draw_comparison(product.store), simulator)
        case _:
            with st.container(horizontal=True, gap="small"):
                draw_trigger(simulator, product.store)
                draw_secret(product)
            live(lambda simulator: draw_attempts(simulator, product.store), simulator)


def draw_absence(reason: str) -> None:
    """Say in the place above everything that there is nothing to steer; it is empty again as soon as there is."""
    with notice.container():
        st.fragment(await_simulator, run_every=TICK_S)(reason)


st.title(_("Simulator"), anchor=False)
notice = st.empty()
try:
    simulator = found()
    if simulator is None:
        draw_absence(_("The bundled fake HeyGen is starting…"))
    else:
        simulator.health()
        draw_page(simulator)
except Unreachable as error:
    draw_absence(plainly(error))
