"""Choose what the simulator plays, read what will happen, and send reels into it."""

from __future__ import annotations

from functools import partial
from typing import Final

import streamlit as st

from core.models import Reel
from core.product import Product
from core.simulator import Row, Simulator
from pages.ui.language import _
from pages.ui.simulator.acting import act
from pages.ui.simulator.spoken import said

CHOSEN: Final = "scenario"
COUNT: Final = "scenario-reels"
MOST: Final = 500
USUAL: Final = 10


def draw_scenarios(product: Product, simulator: Simulator) -> None:
    """Draw the scenario that plays and the choice of another."""
    rows = {row["name"]: row for row in simulator.scenarios()}
    playing = simulator.playing()
    st.badge(_("Plays: {name}").format(name=playing["name"]), icon=":material/play_circle:", color="green")
    names = sorted(rows)
    name = st.selectbox(
        _("Scenario"),
        names,
        index=names.index(playing["name"]) if playing["name"] in rows else None,
        key=CHOSEN,
        placeholder=_("Choose a scenario"),
    )
    if name is None:
        st.caption(said(playing["description"]))
        return
    _draw_sentences(rows[name])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.button(
            _("Play it"),
            key="play",
            type="secondary" if name == playing["name"] else "primary",
            icon=":material/play_arrow:",
            on_click=_play,
            args=(simulator,),
        )
        _draw_sending(product, rows[name])
        with st.popover(_("As TOML"), icon=":material/code:", width="content"):
            st.code(simulator.scenario(name)["toml"], language="toml")
        _draw_reset(simulator)


def _play(simulator: Simulator) -> None:
    """Play what is chosen at the moment of the click, which may not have been drawn yet."""
    name = st.session_state[CHOSEN]
    act(partial(simulator.play, name), _("{name} plays from now on.").format(name=name))


def _draw_sentences(row: Row) -> None:
    """Say what happens in a scenario and what a sound client makes of it."""
    st.text(said(row["description"]))
    st.caption(_("A sound client:") + " " + said(row["sound_client"]))


def _draw_sending(product: Product, row: Row) -> None:
    """Offer to send as many reels as it takes to see the scenario."""
    count = min(int(row["reels"]), MOST)
    label = _("Send {n} reels").format(n=count)
    st.button(
        label,
        key="send",
        icon=":material/send:",
        on_click=act,
        args=(partial(_send, product, str(row["name"]), count), _("They are on their way.")),
    )


def _send(product: Product, name: str, count: int) -> None:
    """Queue reels that are named after the scenario."""
    script = _("This reel tries the scenario {name}: number {n} of {count}.")
    product.processor.enqueue_many(
        [
            Reel(title=f"{name} {n}/{count}", script=script.format(name=name, n=n, count=count))
            for n in range(1, count + 1)
        ]
    )


def _draw_reset(simulator: Simulator) -> None:
    """Offer to forget everything, behind a second click."""
    with st.popover(_("Begin anew"), icon=":material/restart_alt:", width="content"):
        st.text(
            _(
                "The simulator forgets its videos, deliveries, journal and ledger. "
                "Reels that are under way here will not find their videos any more."
            )
        )
        st.button(
            _("Forget everything"),
            key="reset",
            icon=":material/delete:",
            on_click=act,
            args=(simulator.reset, _("The simulator has forgotten everything.")),
        )
