"""Bring a table in: from a file, by pasting, or by writing it here; and hand out a template."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import streamlit as st
from babel.numbers import get_decimal_symbol

from core.campaign_draft import AT_FIRST
from core.campaign_rows import COLUMNS, rows_of
from core.errors import WrongSheet
from core.formats import ASPECT_RATIOS
from core.models import ProcessingMode
from core.sheet import MOST_ROWS, Sheet, read_text, write_csv
from core.spelling import field_of
from core.workbook import read_table, write_workbook
from pages.ui.language import _, locale, mark
from pages.ui.many.writing import Writing
from pages.ui.moments import number

HEADS: Final = {
    "title": mark("title"),
    "script": mark("script"),
    "avatar": mark("avatar"),
    "voice": mark("voice"),
    "aspect_ratio": mark("format"),
    "mode": mark("mode"),
}
TYPES: Final = ["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods"]
WAYS: Final = {"file": mark("Upload a file"), "paste": mark("Paste"), "write": mark("Write here")}
LARGEST_MB: Final = 25  # what is too large for us is refused in our own words
BOM: Final = "\ufeff"


def draw_sources(writing: Writing, accounts: Sequence[str] = ()) -> None:
    """Draw the ways in which a table comes; where several accounts are named, it may hold the account of each row."""
    words = {way: _(word) for way, word in WAYS.items()}
    with st.container(horizontal=True, vertical_alignment="center"):
        way = st.segmented_control(
            _("Where the rows come from"),
            list(WAYS),
            default="file",
            required=True,
            format_func=words.__getitem__,
            key=writing.name("way"),
            label_visibility="collapsed",
            persist_state="session",
        )
        st.space("stretch")
        _draw_templates(accounts)
    {"paste": _draw_paste, "write": _draw_write}.get(way or "", _draw_upload)(writing)


def _draw_templates(accounts: Sequence[str]) -> None:
    name, rows = _("reels-template"), _template(accounts)
    st.download_button(
        _("Template (CSV)"),
        data=partial(_as_csv, rows, separator()),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    offers = {"aspect_ratio": ASPECT_RATIOS, "mode": tuple(map(str, ProcessingMode))}
    choices = {_(HEADS[column]): offer for column, offer in offers.items()}
    choices |= {_("account"): tuple(accounts)} if accounts else {}
    st.download_button(
        _("Template (Excel)"),
        data=partial(write_workbook, "Reels", rows[0], rows[1:], choices),
        file_name=f"{name}.xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        icon=":material/download:",
        on_click="ignore",
    )


def _as_csv(rows: list[list[str]], separator: str) -> bytes:
    return (BOM + "".join(write_csv(rows, separator))).encode()


def _template(accounts: Sequence[str]) -> list[list[str]]:
    """Return a table that shows how it is done: the head, and two rows that could be submitted."""
    name = _("name")
    words = _("Hello {{name}}, our new collection is here.").replace("{{name}}", "{{" + name + "}}")
    head = [_(HEADS[column]) for column in COLUMNS] + [name]
    rows = [head, [_("For Ana"), words, "", "", "9:16", "", "Ana"], [_("For Luis"), words, "", "", "1:1", "", "Luis"]]
    if not accounts:
        return rows
    return [[*row, cell] for row, cell in zip(rows, (_("account"), accounts[0], accounts[0]), strict=True)]


def separator() -> str:
    """Return what a spreadsheet in the viewer's language takes for the separator of a CSV file."""
    return ";" if get_decimal_symbol(locale()) == "," else ","


def _draw_upload(writing: Writing) -> None:
    key = f"{writing.name('file')}"
    st.file_uploader(
        _("A table as CSV or Excel (.xlsx), of up to {n} rows").format(n=number(MOST_ROWS)),
        type=TYPES,
        max_upload_size=LARGEST_MB,
        key=key,
        on_change=_take_file,
        args=(writing, key),
    )


def _take_file(writing: Writing, key: str) -> None:
    file = st.session_state.get(key)
    if file is not None:
        _take(writing, lambda: read_table(file.getvalue()))


def _draw_paste(writing: Writing) -> None:
    key = writing.name("pasted")
    st.text_area(
        _("Copy the rows in your spreadsheet, with the names of the columns, and paste them here."),
        key=key,
        height=160,
        on_change="ignore",
        placeholder=_("title") + "\t" + _("script") + "\n…",
    )
    st.button(
        _("Take over the rows"),
        key=writing.name("take"),
        icon=":material/content_paste_go:",
        on_click=lambda: _take(writing, lambda: read_text(st.session_state.get(key, ""))),
    )


def _take(writing: Writing, read: Callable[[], Sheet]) -> None:
    """Put the table that was read in place of the present one; where it cannot be read, the present one stays."""
    writing.problem = None
    try:
        writing.put(writing.draft.with_table(*rows_of(read())))
        st.session_state.pop(writing.name("view"), None)
    except WrongSheet as error:
        writing.problem = error


def _draw_write(writing: Writing) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            _("Add {n} empty rows").format(n=AT_FIRST),
            key=writing.name("more"),
            icon=":material/add:",
            on_click=lambda: writing.put(writing.edited().with_empty_rows(AT_FIRST)),
        )
        key = writing.name("variable")
        st.text_input(_("Name of a variable"), key=key, on_change="ignore", placeholder=_("name"), width=200)
        st.button(_("Add a column"), key=writing.name("column"), on_click=_add_column, args=(writing, key))


def _add_column(writing: Writing, key: str) -> None:
    name = " ".join(st.session_state.get(key, "").split())
    draft = writing.edited()
    writing.put(draft.with_variable(name) if name and field_of(name) is None else draft)
    st.session_state[key] = ""
