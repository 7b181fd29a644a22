"""Do what a button of the simulator's page asks for, and keep the sentence of what could not be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from core.errors import ReelsError
from pages.ui.language import say

PROBLEM: Final = "simulator-problem"
DONE: Final = "simulator-done"


def act(what: Callable[[], object], done: str = "") -> None:
    """Do something from a callback; a refusal is kept to be said, and `done` is said when it went well."""
    st.session_state.pop(PROBLEM, None)
    try:
        what()
    except ReelsError as error:
        st.session_state[PROBLEM] = error
    else:
        if done:
            st.session_state[DONE] = done


def draw_outcome() -> None:
    """Say what the last action came to."""
    if done := st.session_state.pop(DONE, None):
        st.toast(done, icon=":material/check:")
    error = st.session_state.get(PROBLEM)
    if error is not None:
        st.error(say(error), icon=":material/block:")
