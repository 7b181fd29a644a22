"""Remember how the list was narrowed, for those who come back to it from a reel.

The browser's Back leads from `reel?id=7` to `/?id=7`: Streamlit puts the page back and leaves the address of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

LEFT: Final = "list-left-at"
STRAY: Final = "id"


def come_back() -> None:
    """Take up the list where it was left, where the address is that of a reel."""
    if STRAY not in st.query_params:
        return
    del st.query_params[STRAY]
    params, values = st.session_state.get(LEFT, ({}, {}))
    for name, value in params.items():
        st.query_params[name] = value
    for key, value in values.items():
        st.session_state[key] = value


def leave(names: tuple[str, ...], values: Mapping[str, Any]) -> None:
    """Note the address of the list: parameters by name, and the values of fields that write into it themselves."""
    params = {name: st.query_params[name] for name in names if name in st.query_params}
    st.session_state[LEFT] = (params, dict(values))
