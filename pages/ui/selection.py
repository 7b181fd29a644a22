"""Act on the chosen reels: a bar that stays in sight, a question before deleting, a sentence of what was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import streamlit as st

from core.errors import ReelsError
from core.models import Reel, Shelf
from core.product import Product
from core.shelf import Shelving
from core.together import Outcome, act_on
from pages.ui import board
from pages.ui.language import _, mark, say
from pages.ui.moments import number

RESULT: Final = "result"
ASKED: Final = "asked-to-delete"
AT_HEYGEN: Final = "delete-at-heygen"
TOLD: Final = 3
CANNOT_CANCEL: Final = mark(
    "This cannot be undone. Script, video and kept files go for good. HeyGen cannot cancel: what it is making now it "
    "makes to the end, and that is paid."
)


@dataclass(frozen=True, slots=True)
class Action:
    """Hold what can be done with several reels: its button, and how its outcome is told."""

    name: str
    label: str
    icon: str
    done: str
    not_done: str


CHECK: Final = Action("check", mark("Check now"), "refresh", mark("Checked: {n}."), mark("Could not be checked: {n}."))
RETRY: Final = Action("retry", mark("Retry"), "replay", mark("Retried: {n}."), mark("Could not be retried: {n}."))
ARCHIVE: Final = Action(
    "archive", mark("Archive"), "inventory_2", mark("Archived: {n}."), mark("Could not be archived: {n}.")
)
RESTORE: Final = Action(
    "restore", mark("Bring back"), "unarchive", mark("Brought back: {n}."), mark("Could not be brought back: {n}.")
)
DELETE: Final = Action("delete", mark("Delete"), "delete", mark("Deleted: {n}."), mark("Could not be deleted: {n}."))


def draw_selection(product: Product, chosen: Sequence[int], shelf: Shelf) -> None:
    """Draw what can be done with the chosen reels; while none is chosen, what came of the last action."""
    if not chosen:
        st.session_state.pop(ASKED, None)
        draw_result()
        return
    st.session_state.pop(RESULT, None)
    with st.container(border=True, key="bar"):
        if st.session_state.get(ASKED):
            _draw_question(product, chosen)
        else:
            _draw_buttons(product, chosen, shelf)


def _draw_buttons(product: Product, chosen: Sequence[int], shelf: Shelf) -> None:
    shelving = Shelving(product.store)
    put = (RESTORE, shelving.restore) if shelf is Shelf.ARCHIVED else (ARCHIVE, shelving.archive)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_("Chosen: {n}").format(n=number(len(chosen))), width="content")
        for action, act in ((CHECK, product.processor.check), (RETRY, product.processor.retry), put):
            _button(action, chosen, act)
        st.button(_(DELETE.label), key="bar-delete", icon=":material/delete:", on_click=_ask)
        st.button(_("Choose none"), key="bar-none", type="tertiary", on_click=board.unchoose)


def _draw_question(product: Product, chosen: Sequence[int]) -> None:
    st.markdown("**" + _("Delete {n} of the reels for good?").format(n=number(len(chosen))) + "**")
    st.caption(_(CANNOT_CANCEL))
    at_heygen = st.toggle(_("Delete the videos at HeyGen too"), value=True, key=AT_HEYGEN)
    with st.container(horizontal=True):
        _button(DELETE, chosen, partial(Shelving(product.store).delete, at_heygen=at_heygen), urgent=True)
        st.button(_("Keep them"), key="bar-keep", on_click=_ask_no_more)


def _button(action: Action, chosen: Sequence[int], act: Callable[[int], Reel], *, urgent: bool = False) -> None:
    st.button(
        _(action.label),
        key=f"bar-{action.name}{'-now' if urgent else ''}",
        icon=f":material/{action.icon}:",
        type="primary" if urgent else "secondary",
        on_click=_do,
        args=(action, tuple(chosen), act),
    )


def _ask() -> None:
    st.session_state[ASKED] = True


def _ask_no_more() -> None:
    st.session_state.pop(ASKED, None)


def _do(action: Action, chosen: Sequence[int], act: Callable[[int], Reel]) -> None:
    """Act on the reels whose ids were on the screen, and remember what came of it."""
    st.session_state[RESULT] = (action, act_on(chosen, act))
    st.session_state.pop(ASKED, None)
    board.unchoose()


def draw_result() -> None:
    """Say what came of the last action, until it is put away or another choice is made."""
    action, outcome = st.session_state.get(RESULT, (None, None))
    if action is None:
        return
    icon = action.icon if not outcome.problems else "info"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="bar-result"):
        st.markdown(f":material/{icon}:", width="content")
        with st.container(gap=None):
            for line in sentences(action, outcome):
                st.text(line)
        st.button(_("Close"), key="result-away", icon=":material/close:", type="tertiary", on_click=_forget)


def _forget() -> None:
    st.session_state.pop(RESULT, None)


def sentences(action: Action, outcome: Outcome) -> list[str]:
    """Say what was done, and of what was not, why; the reasons of the first few."""
    said = [_(action.done).format(n=number(len(outcome.done)))] if outcome.done or not outcome.problems else []
    if left := len(outcome.problems) + len(outcome.untried):
        said.append(_(action.not_done).format(n=number(left)))
    said += [_reason(reel_id, error) for reel_id, error in outcome.problems[:TOLD]]
    if len(outcome.problems) > TOLD:
        said.append(_("The others have reasons of their own: try them one by one."))
    if outcome.untried:
        said.append(_("Not tried at all: {n}.").format(n=number(len(outcome.untried))))
    return said


def _reason(reel_id: int, error: ReelsError) -> str:
    """Say why, with the reel's number where the sentence does not have it."""
    return say(error) if "id" in error.values else f"{_('Reel {id}').format(id=reel_id)}: {say(error)}"
