"""Build a fault: choose it, give it its values, and read it as magic words and as TOML."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

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
from pages.ui.language import _, mark, say
from pages.ui.simulator.acting import act
from pages.ui.simulator.rules import draw_rules
from pages.ui.simulator.spoken import said

KEPT: Final = "fault-words"
GROUP: Final = "fault-group"
CHOSEN: Final = "fault"
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


def draw_faults(product: Product, simulator: Simulator) -> None:
    """Draw the choice of faults, and what the chosen ones are in words and in TOML."""
    left, right = st.columns([1, 1], gap="large")
    with left:
        word = _choose(simulator.faults())
        words = [*st.session_state.get(KEPT, []), word]
        _draw_kept(word)
    with right:
        try:
            read = simulator.words(" ".join(words))
        except Refused as error:
            st.error(say(error), icon=":material/edit:")
            return
        _draw_written(read)
        _draw_uses(product, read)
        draw_rules(simulator, read["fate"])


def _choose(faults: Sequence[Row]) -> str:
    """Draw the choice of one fault and its values; return it as a word."""
    group = st.selectbox(
        _("Kind of fault"),
        list(dict.fromkeys(row["group"] for row in faults)),
        format_func=lambda group: _(GROUPS[group]) if group in GROUPS else group,
        index=1,
        key=GROUP,
        placeholder=_("Choose a kind"),
    )
    offered = {row["grammar"]: row for row in faults if row["group"] == group}
    name = st.selectbox(
        _("Fault"),
        list(offered),
        key=f"{CHOSEN}-{group}",
        format_func=lambda name: f"{offered[name]['name']} · {said(offered[name]['does'])}",
        placeholder=_("Choose a fault"),
    )
    row = offered[str(name)]
    st.text(said(row["does"]))
    if row["scope"] == "account":
        st.caption(_("It strikes the whole account, not only the reel that asks for it."))
    st.caption(_("A sound client:") + " " + said(row["sound_client"]))
    return _written(row, _values(row))


def _values(row: Row) -> list[str]:
    """Draw a field for each value that a fault takes."""
    usual = (row["default"] or "").split(":") if row["default"] else []
    values = []
    for place, argument in enumerate(row["arguments"]):
        label, example = VALUES[argument]
        start = usual[place] if place < len(usual) else _(example)
        values.append(st.text_input(_(label), value=start, key=f"value-{row['grammar']}-{place}"))
    return values


def _written(row: Row, values: Sequence[str]) -> str:
    """Write a fault with its values as one magic word; a text with spaces stands in quotation marks."""
    value = ":".join(part for part in (row["word"], *(value.strip() for value in values)) if part)
    return f'{row["key"]}="{value}"' if any(char.isspace() for char in value) else f"{row['key']}={value}"


def _draw_kept(chosen: str) -> None:
    """Draw the faults that are combined with the chosen one."""
    kept: list[str] = st.session_state.get(KEPT, [])
    with st.container(horizontal=True, gap="small"):
        st.button(_("Combine with another"), key="fault-keep", icon=":material/add:", on_click=_keep, args=(chosen,))
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


def _keep(word: str) -> None:
    """Keep the chosen fault and go on to choose another."""
    st.session_state.setdefault(KEPT, []).append(word)


def _drop(place: int) -> None:
    del st.session_state[KEPT][place]


def _draw_written(read: Row) -> None:
    """Draw the faults in both notations, ready to be copied."""
    st.caption(_("Magic words, at the end of a script"))
    st.code(read["magic"], language=None, wrap_lines=True)
    st.caption(_("The same as a rule of a scenario, in TOML"))
    st.code(read["toml"], language="toml", wrap_lines=True)


def _draw_uses(product: Product, read: Row) -> None:
    """Offer what can be done with the words."""
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("Send a reel with it now"),
            key="fault-send",
            type="primary",
            icon=":material/send:",
            on_click=act,
            args=(partial(_send, product, read["magic"]), _("It is on its way.")),
        )
        st.button(
            _("Try it in a new reel"),
            key="fault-try",
            icon=":material/edit:",
            on_click=act,
            args=(partial(_try, product, read["magic"], actor() or ""),),
        )


def _try(product: Product, magic: str, owner: str) -> None:
    """Begin a draft whose script ends in the words, and go on writing it."""
    drafts = product.store.drafts
    script = _("This reel tries a fault of the simulator.") + f" {magic}"
    draft = Draft(owner=owner, script=script, choices=drafts.last_choices(owner) or Choices())
    drafts.keep(draft, utcnow())
    go("pages/new.py", draft=draft.key)


def _send(product: Product, magic: str) -> None:
    """Queue a reel whose script ends in the words."""
    script = _("This reel tries a fault of the simulator.")
    product.processor.enqueue(Reel(title=magic.strip("[]").removeprefix("sim: "), script=f"{script} {magic}"))
