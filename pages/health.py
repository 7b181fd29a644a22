"""Show how the product does and how it is set up: now, the checks, the modes, the settings, webhooks, messages."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.access import Role
from pages.ui.entry import may
from pages.ui.health.checkup import draw_checkup
from pages.ui.health.endpoint import draw_endpoint
from pages.ui.health.modes import draw_modes
from pages.ui.health.now import draw_now
from pages.ui.health.settings import draw_settings
from pages.ui.health.tunnels import draw_tunnels
from pages.ui.language import _, mark
from pages.ui.opened import opened
from pages.ui.telling import draw_telling

PARTS: Final = {
    "now": (mark("Now"), Role.MARKETING),
    "checks": (mark("Checks"), Role.QA),
    "modes": (mark("Modes"), Role.MARKETING),
    "settings": (mark("Settings"), Role.ADMIN),
    "webhooks": (mark("Webhooks"), Role.ADMIN),
    "telling": (mark("Messages"), Role.ADMIN),
}
PART: Final = "part"

asked = st.query_params.get(PART, "")
product = opened(PARTS[asked][1] if asked in PARTS else Role.MARKETING)


def choose_part() -> str:
    """Draw the parts that the viewer may see, of which the address names one."""
    shown = {name: _(word) for name, (word, role) in PARTS.items() if may(role)}
    chosen = st.segmented_control(
        _("Part"),
        list(shown),
        format_func=lambda name: shown.get(name, name),
        default=asked if asked in shown else "now",
        key="parts",
        required=True,
        on_change=_remember,
        label_visibility="collapsed",
    )
    return chosen if chosen in shown else "now"


def _remember() -> None:
    """Write the chosen part into the address."""
    st.query_params[PART] = str(st.session_state["parts"])


st.title(_("Health and settings"), anchor=False)
part = choose_part()
if part == "checks":
    draw_checkup(product)
elif part == "modes":
    draw_modes(product.processor.mode)
elif part == "settings":
    draw_settings(product)
elif part == "webhooks":
    draw_endpoint(product)
    draw_tunnels(product)
elif part == "telling":
    draw_telling(product)
else:
    draw_now(product)
