"""Do what a button of the simulator's page asks for, and keep the sentence of what could not be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from core.errors import ReelsError
from pages.ui.simulator.spoken import refused

PROBLEM: Final = "simulator-problem"
DONE: Final = "simulator-done"
FRESH: Final = "simulator-outcome"


def act(what: Callable[[], object], done: str = "") -> None:
    """Do something from a callback; a refusal is kept to be said, and `done` is said when it went well."""
    st.session_state.pop(PROBLEM, None)
    st.session_state[FRESH] = True
    try:
        what()
    except ReelsError as error:
        st.session_state[PROBLEM] = error
    else:
        if done:
            st.session_state[DONE] = done


def has_outcome() -> bool:
    """Tell whether the last action's outcome is still to be said."""
    return FRESH in st.session_state


def forget_outcome() -> None:
    """Say no longer what could not be done."""
    st.session_state.pop(PROBLEM, None)


def draw_outcome() -> None:
    """Say what the last action came to."""
    st.session_state.pop(FRESH, None)
    if done := st.session_state.pop(DONE, None):
        st.toast(done, icon=":material/check:")
    error = st.session_state.get(PROBLEM)
    if error is not None:
        st.error(refused(error), icon=":material/block:")
