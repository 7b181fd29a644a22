"""Build a fault and use it: read it as magic words and as TOML, send it, write on with it, make it a rule."""

from __future__ import annotations

import streamlit as st

from core.actor import actor
from core.clock import utcnow
from core.drafts import Draft
from core.errors import Refused
from core.models import Reel
from core.presets import Choices
from core.product import Product
from core.simulator import Row, Simulator
from pages.ui.going import go
from pages.ui.language import _
from pages.ui.simulator.acting import act
from pages.ui.simulator.fault_choice import choose_fault, draw_combined, words_now
from pages.ui.simulator.rules import draw_rules
from pages.ui.simulator.spoken import refused


def draw_faults(product: Product, simulator: Simulator) -> None:
    """Draw the choice of faults, and what the chosen ones are in words and in TOML."""
    left, right = st.columns([1, 1], gap="large")
    with left:
        choose_fault(simulator.faults())
        draw_combined(simulator)
    with right:
        try:
            read = words_now(simulator)
        except Refused as error:
            st.error(refused(error), icon=":material/edit:")
            return
        _draw_written(read)
        _draw_uses(product, simulator)
        draw_rules(simulator)


def _draw_written(read: Row) -> None:
    """Draw the faults in both notations, ready to be copied."""
    st.caption(_("Magic words, at the end of a script"))
    st.code(read["magic"], language=None, wrap_lines=True)
    st.caption(_("The same as a rule of a scenario, in TOML"))
    st.code(read["toml"], language="toml", wrap_lines=True)


def _draw_uses(product: Product, simulator: Simulator) -> None:
    """Offer what can be done with the words."""
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("Send a reel with it now"),
            key="fault-send",
            type="primary",
            icon=":material/send:",
            on_click=_send,
            args=(product, simulator),
        )
        st.button(
            _("Try it in a new reel"),
            key="fault-try",
            icon=":material/edit:",
            on_click=_try,
            args=(product, simulator, actor() or ""),
        )


def _try(product: Product, simulator: Simulator, owner: str) -> None:
    """Begin a draft whose script ends in the words, and go on writing it."""

    def begin() -> None:
        choices = product.store.drafts.last_choices(owner) or Choices()
        draft = Draft(owner=owner, script=_script(words_now(simulator)["magic"]), choices=choices)
        product.store.drafts.keep(draft, utcnow())
        go("pages/new.py", draft=draft.key)

    act(begin)


def _send(product: Product, simulator: Simulator) -> None:
    """Queue a reel whose script ends in the words."""

    def send() -> None:
        magic = words_now(simulator)["magic"]
        title = magic.removeprefix("[[sim: ").removesuffix("]]")
        product.processor.enqueue(Reel(title=title, script=_script(magic)))

    act(send, _("It is on its way."))


def _script(magic: str) -> str:
    return _("This reel tries a fault of the simulator.") + f" {magic}"
