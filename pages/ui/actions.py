"""Do what a button asks for, and say in one sentence why not where it cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from core.errors import ReelsError
from core.models import Reel
from pages.ui.plain import plainly

PROBLEM: Final = "problem"


def button(
    label: str,
    name: str,
    reel: Reel,
    act: Callable[[int], Reel],
    *,
    icon: str,
    urgent: bool = False,
) -> None:
    """Draw a button that acts on this very reel."""
    st.button(
        label,
        key=f"{name}-{reel.id}",
        icon=f":material/{icon}:",
        type="primary" if urgent else "secondary",
        on_click=_act,
        args=(act, reel.id),
    )


def draw_problem(reel: Reel) -> None:
    """Say why the last action on this reel was not done."""
    reel_id, error = st.session_state.get(PROBLEM, (None, None))
    if reel_id == reel.id and error is not None:
        st.warning(plainly(error), icon=":material/info:")


def _act(act: Callable[[int], Reel], reel_id: int) -> None:
    st.session_state.pop(PROBLEM, None)
    try:
        act(reel_id)
    except ReelsError as error:
        st.session_state[PROBLEM] = (reel_id, error)
