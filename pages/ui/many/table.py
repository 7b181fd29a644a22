"""Put the rows before the viewer: to be edited, each with what is wrong, or as they will be spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from core.campaign_draft import USED, CampaignDraft
from core.campaign_rows import Checked, Row
from core.catalogue import Catalogue
from core.product import Product
from pages.ui.accounts import account_word
from pages.ui.casting import offered
from pages.ui.language import _, mark, say
from pages.ui.many.checking import check, estimated, names, wrong_places
from pages.ui.many.sources import HEADS
from pages.ui.many.writing import Writing
from pages.ui.moments import money, number, span

VIEWS: Final = {"rows": mark("All rows"), "wrong": mark("Wrong rows"), "preview": mark("Preview")}
NUMBER, STATE = " number", " state"  # no column of a file begins with a space
ROW_HEIGHT: Final = 36
MOST_SEEN: Final = 14
SLIM, NARROW, WIDE = 70, 160, 360  # pixels
MOST_SAID: Final = 5


def draw_table(product: Product, writing: Writing, checked: Sequence[Checked], offer: Catalogue) -> None:
    """Draw the rows in the view that is chosen, and what is wrong with them.

    What comes and goes with every correction stands below the table, so that the table never moves under the hand.
    """
    wrong = [one for one in checked if one.problem is not None]
    with st.container(horizontal=True, vertical_alignment="center"):
        view = _choose_view(product, writing, len(wrong), len(checked), offer)
        st.space("stretch")
        _draw_verdict(wrong, len(checked))
        _draw_check(product, writing, view, offer)
        st.button(
            _("Leave out what is wrong"),
            key=writing.name("leave-out"),
            icon=":material/playlist_remove:",
            disabled=not wrong,
            on_click=_leave_out,
            args=(writing, frozenset(one.row.number for one in wrong)),
        )
    if view == "preview":
        _draw_preview(product, checked, offer)
    else:
        _draw_editor(writing, {one.row.number: one for one in checked})
    if wrong:
        _draw_wrong(wrong)


def _draw_verdict(wrong: Sequence[Checked], rows: int) -> None:
    """Say how many rows are wrong."""
    if wrong:
        verdict = _("{n} of {rows} rows are wrong") if len(wrong) > 1 else _("{n} of {rows} rows is wrong")
        st.badge(verdict.format(n=number(len(wrong)), rows=number(rows)), icon=":material/error:", color="red")
    elif rows:
        st.badge(_("Every row is good"), icon=":material/check_circle:", color="green")


def _draw_check(product: Product, writing: Writing, view: str, offer: Catalogue) -> None:
    """Offer to check what was edited, so that the states in the table are new again."""
    changed = writing.edited() != writing.draft
    st.button(
        _("Check again"),
        key=writing.name("check"),
        icon=":material/rule:",
        type="primary" if changed else "secondary",
        disabled=not changed,
        on_click=lambda: _show(product, writing, view, offer),
    )


def _draw_wrong(wrong: Sequence[Checked]) -> None:
    """Say what is wrong with each row, in words that are no part of a table."""
    with st.container(border=True, gap=None, key="wrong"):
        for one in wrong[:MOST_SAID]:
            st.text(_sentence(one))
        if len(wrong) > MOST_SAID:
            st.caption(_("… and {n} more in the table.").format(n=number(len(wrong) - MOST_SAID)))
        st.caption(_("Correct them in the table, or leave them out. Nothing is made or paid before."))


def _sentence(one: Checked) -> str:
    assert one.problem is not None  # noqa: S101  # it is drawn for wrong rows alone
    return _("Row {row}: {problem}").format(row=one.row.number, problem=say(one.problem))


def _leave_out(writing: Writing, numbers: frozenset[int]) -> None:
    writing.put(writing.edited().without(numbers))
    st.session_state[writing.name("view")] = "rows"


def _choose_view(product: Product, writing: Writing, wrong: int, rows: int, offer: Catalogue) -> str:
    key = writing.name("view")
    if st.session_state.get(key) is None:
        st.session_state[key] = "wrong" if wrong and rows > MOST_SAID else "rows"
        if st.session_state[key] == "wrong":
            _show(product, writing, "wrong", offer)
    words = {view: _(word) for view, word in VIEWS.items()}
    chosen: str | None = st.segmented_control(
        _("What is shown"),
        list(VIEWS),
        required=True,
        format_func=words.__getitem__,
        key=key,
        on_change=lambda: _show(product, writing, st.session_state[key], offer),
        label_visibility="collapsed",
    )
    return chosen or "rows"


def _show(product: Product, writing: Writing, view: str, offer: Catalogue) -> None:
    """Put the rows of a view before the viewer; what has been edited so far is taken in."""
    draft = writing.edited()
    writing.put(draft, wrong_places(draft, check(product, draft, offer)) if view == "wrong" else None)


def _draw_editor(writing: Writing, checked: Mapping[int, Checked]) -> None:
    """Draw the rows for editing.

    The states beside the rows stay as they were when the table was put before the viewer: an editor whose data changes
    while somebody types loses what is being typed.
    """
    draft = writing.draft
    if writing.states is None:
        writing.states = [_state(draft.rows[place], checked) for place in writing.shown]
    columns = _filled_first(draft)
    frame = pd.DataFrame(
        [
            {
                USED: not draft.rows[place].left_out,
                NUMBER: draft.rows[place].number,
                STATE: state,
                **{column: draft.rows[place].cells.get(column, "") for column in columns},
            }
            for place, state in zip(writing.shown, writing.states, strict=True)
        ],
        columns=[USED, NUMBER, STATE, *columns],
    )
    seen = min(max(len(frame), 1), MOST_SEEN)
    st.data_editor(
        frame,
        key=writing.table,
        num_rows="fixed",
        hide_index=True,
        disabled=[NUMBER, STATE],
        column_config=_configuration(columns),
        row_height=ROW_HEIGHT,
        height=(seen + 1) * ROW_HEIGHT + 3,
        alt=_("Rows of the campaign"),
        placeholder="",
    )


def _filled_first(draft: CampaignDraft) -> list[str]:
    """Return the columns in which anything stands, then the others, so that what is wrong is seen beside its reason."""
    filled = {name for row in draft.rows for name, cell in row.cells.items() if cell}
    return sorted(draft.columns, key=lambda name: name not in filled)


def _configuration(columns: Sequence[str]) -> dict[str, Any]:
    labels = {column: _(HEADS[column]) if column in HEADS else column for column in columns}
    texts = {
        column: st.column_config.TextColumn(label, width=WIDE if column == "script" else NARROW)
        for column, label in labels.items()
    }
    return {
        USED: st.column_config.CheckboxColumn(_("Make"), width=SLIM, help=_("Rows without a tick are left out.")),
        NUMBER: st.column_config.NumberColumn(_("Row"), width=SLIM, format="%d"),
        STATE: st.column_config.TextColumn(_("Check"), width=WIDE),
        **texts,
    }


def _state(row: Row, checked: Mapping[int, Checked]) -> str:
    one = checked.get(row.number)
    if one is None:
        return ""
    if one.problem is not None:
        return "✗ " + say(one.problem)
    return "✓ " + _("Good") if one.reel is not None else "– " + _("Left out")


def _draw_preview(product: Product, checked: Sequence[Checked], offer: Catalogue) -> None:
    """Draw the reels as they will be made."""
    known = product.processor.accounts
    offers = [offered(product, name) for name in known.names] if known.several else [offer]
    avatars = {key: name for each in offers for key, name in names(each.avatars).items()}
    voices = {key: name for each in offers for key, name in names(each.voices).items()}
    rows = []
    for one in checked:
        if one.reel is None:
            continue
        reel, come = one.reel, estimated(product, one.reel)
        rows.append(
            {
                _("Row"): one.row.number,
                _("Title"): reel.title,
                _("Script"): reel.script,
                **({_("Account"): account_word(reel.account)} if known.several else {}),
                _("Avatar"): avatars.get(reel.avatar_id, reel.avatar_id) or _("the account's first"),
                _("Voice"): voices.get(reel.voice_id, reel.voice_id) or _("the avatar's own"),
                _("Shape"): reel.aspect_ratio,
                _("Length"): span(come.seconds),
                _("Price"): money(come.price),
            }
        )
    if not rows:
        st.caption(_("No row is good yet."))
        return
    seen = min(len(rows), MOST_SEEN)
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={_("Script"): st.column_config.TextColumn(width="large")},
        row_height=ROW_HEIGHT,
        height=(seen + 1) * ROW_HEIGHT + 3,
        alt=_("Preview"),
    )
