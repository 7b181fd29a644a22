"""Build small browser components from the script and style files beside this one.

What a viewer typed reaches the browser as data and is set as text there, never as HTML.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Protocol

import streamlit as st

HERE = Path(__file__).parent


class Mount(Protocol):
    """Draw a component and return what it reports."""

    def __call__(self, **options: Any) -> Any: ...


@cache
def _sources(name: str) -> tuple[str, str]:
    return (HERE / f"{name}.js").read_text(), (HERE / "card.css").read_text() + (HERE / f"{name}.css").read_text()


def component(name: str) -> Mount:
    """Return the component `name`, made of `name.js` and `name.css`."""
    script, style = _sources(name)
    mount: Mount = st.components.v2.component(name, html="<div class='root'></div>\n", js=script, css=style)
    return mount
