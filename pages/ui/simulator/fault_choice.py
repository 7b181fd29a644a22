"""Choose faults and their values; what is chosen is read at the moment of a click, drawn already or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.simulator import Row, Simulator
from pages.ui.language import _, mark
from pages.ui.simulator.spoken import said

KEPT: Final = "fault-words"
GROUP: Final = "fault-group"
FIRST_SHOWN: Final = 1
GROUPS: Final = {
    "render": mark("Render"),
    "deliveries": mark("Deliveries"),
    "authenticity": mark("Authenticity"),
    "content": mark("Content"),
    "meaning": mark("Meaning"),
    "transport": mark("Transport"),
    "answers": mark("HeyGen's answers"),
    "files": mark("Files"),
}
VALUES: Final = {
    "duration": (mark("Time (20s, 5m, 2h, 3d)"), "30s"),
    "count": (mark("How often (1 to 100)"), "2"),
    "code": (mark("Code of HeyGen's"), "rendering_failed"),
    "text": (mark("Text"), mark("The studio is closed.")),
}


def words_now(simulator: Simulator) -> Row:
    """Return what is chosen now in all its notations; Refused says what is wrong with it."""
    kept: list[str] = st.session_state.get(KEPT, [])
    return simulator.words(" ".join([*kept, chosen_word(simulator.faults())]))


def chosen_word(faults: Sequence[Row]) -> str:
    """Return the chosen fault with its values as one magic word; a text with spaces stands in quotation marks."""
    offered = [row for row in faults if row["group"] == st.session_state[GROUP]]
    name = st.session_state.get(_key(offered[0]["group"]))
    row = next((row for row in offered if row["grammar"] == name), offered[0])
    values = [str(st.session_state.get(_field(row, place), usual)) for place, usual in enumerate(_usual(row))]
    value = ":".join(part for part in (row["word"], *(value.strip() for value in values)) if part)
    return f'{row["key"]}="{value}"' if any(char.isspace() for char in value) else f"{row['key']}={value}"


def _key(group: str) -> str:
    return f"fault-{group}"


def _field(row: Row, place: int) -> str:
    return f"value-{row['grammar']}-{place}"


def _usual(row: Row) -> list[str]:
    """Return what the values of a fault are before anybody has changed them."""
    if row["default"]:
        return list(row["default"].split(":", len(row["arguments"]) - 1))
    return [_(VALUES[argument][1]) for argument in row["arguments"]]


def choose_fault(faults: Sequence[Row]) -> None:
    """Draw the choice of one fault and of its values, and what it does."""
    groups = {name: _(GROUPS.get(name, name)) for name in dict.fromkeys(str(row["group"]) for row in faults)}
    group = st.selectbox(
        _("Kind of fault"),
        list(groups),
        format_func=groups.__getitem__,
        index=FIRST_SHOWN,
        key=GROUP,
        placeholder=_("Choose a kind"),
    )
    offered = {row["grammar"]: row for row in faults if row["group"] == group}
    labels = {name: f"{row['name']} · {said(row['does'])}" for name, row in offered.items()}
    name = st.selectbox(
        _("Fault"),
        list(offered),
        key=_key(str(group)),
        format_func=labels.__getitem__,
        placeholder=_("Choose a fault"),
    )
    row = offered[str(name)]
    st.text(said(row["does"]))
    if row["scope"] == "account":
        st.caption(_("It strikes the whole account, not only the reel that asks for it."))
    st.caption(_("A sound client:") + " " + said(row["sound_client"]))
    for place, (argument, usual) in enumerate(zip(row["arguments"], _usual(row), strict=True)):
        st.text_input(_(VALUES[argument][0]), value=usual, key=_field(row, place))


def draw_combined(simulator: Simulator) -> None:
    """Draw the faults that are combined with the chosen one."""
    kept: list[str] = st.session_state.get(KEPT, [])
    with st.container(horizontal=True, gap="small"):
        st.button(_("Combine with another"), key="fault-keep", icon=":material/add:", on_click=_keep, args=(simulator,))
        for place, word in enumerate(kept):
            st.button(
                word,
                key=f"fault-drop-{place}",
                icon=":material/close:",
                type="tertiary",
                help=_("Take it away"),
                on_click=_drop,
                args=(place,),
            )


def _keep(simulator: Simulator) -> None:
    """Keep the chosen fault and go on to choose another."""
    st.session_state.setdefault(KEPT, []).append(chosen_word(simulator.faults()))


def _drop(place: int) -> None:
    del st.session_state[KEPT][place]
