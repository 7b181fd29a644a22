"""Draw the rules of the scenario that plays: add one for a fault, see them, take them away."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.simulator import Simulator
from pages.ui.language import _
from pages.ui.moments import number
from pages.ui.simulator.acting import act
from pages.ui.simulator.fault_choice import words_now

TITLE: Final = "rule-title"


def draw_rules(simulator: Simulator) -> None:
    """Draw the offer to add the chosen faults as a rule, and the rules that there are."""
    written = simulator.playing()["written"]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            _("Only for reels whose title has"), key=TITLE, placeholder=_("every reel"), on_change="ignore", width=260
        )
        st.button(
            _("Add it as a rule"),
            key="rule-add",
            icon=":material/playlist_add:",
            on_click=_add,
            args=(simulator,),
        )
    if not written:
        st.caption(_("No rule plays: every reel meets the fate that its own script names."))
        return
    label = _("Rules that play, the first that matches decides: {n}").format(n=number(len(written)))
    with st.expander(label, icon=":material/rule:"):
        st.code("\n\n".join(written), language="toml")
        st.button(
            _("Take all rules away"),
            key="rules-drop",
            icon=":material/playlist_remove:",
            on_click=act,
            args=(simulator.drop_rules, _("No rule plays any more.")),
        )


def _add(simulator: Simulator) -> None:
    title = (st.session_state.get(TITLE) or "").strip()

    def add() -> None:
        simulator.add_rule(words_now(simulator)["fate"], {"title": title} if title else {})

    act(add, _("The rule plays from now on."))
