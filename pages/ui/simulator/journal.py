"""Draw the journal: every request that came and every attempt that went out, to be searched and taken away."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Final

import streamlit as st

from core.simulator import Row, Simulator
from pages.ui.language import _, mark
from pages.ui.moments import exact
from pages.ui.sheet import Cell, Column, draw_sheet
from pages.ui.simulator.attempts import REFUSED, UNREACHED, look_of, name_of
from pages.ui.words import Look

SHOWN: Final = 50
SEARCH: Final = "journal-search"
KIND: Final = "journal-kind"
CHOSEN: Final = "journal-entry"
KINDS: Final = {
    "": mark("Everything"),
    "request": mark("Requests that came"),
    "attempt": mark("Attempts that went out"),
}
ANSWERED: Final = Look(mark("Answered"), "check", "green")
FAILED: Final = Look(mark("Failed"), "error", "red")
FORMS: Final = (("jsonl", "JSON Lines", "application/x-ndjson"), ("har", "HAR", "application/json"))


def choose_entries(simulator: Simulator) -> dict[str, str | None]:
    """Draw the search and the ways to take the journal away; return what is wanted."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        words = st.text_input(_("Search"), key=SEARCH, placeholder=_("words, an id, a header…"), width=320)
        kind = st.segmented_control(
            _("Entries"),
            list(KINDS),
            default="",
            required=True,
            format_func=lambda kind: _(KINDS[kind]),
            key=KIND,
            label_visibility="collapsed",
        )
        wanted = {"q": words.strip() or None, "kind": kind or None}
        for form, label, mime in FORMS:
            st.download_button(
                label,
                partial(simulator.journal_file, form, **wanted),
                file_name=f"journal.{form}",
                mime=mime,
                key=f"journal-{form}",
                icon=":material/download:",
                on_click="ignore",
            )
    return wanted


def draw_journal(simulator: Simulator, wanted: dict[str, str | None]) -> None:
    """Draw the latest entries, newest first, and the chosen one whole."""
    entries = simulator.journal(SHOWN, **wanted)
    if not entries:
        st.caption(_("Nothing in the journal matches.") if any(wanted.values()) else _("The journal is empty."))
        return
    found = next((entry for entry in entries if _name(entry) == st.session_state.get(CHOSEN)), None)
    if found is not None:
        st.code(json.dumps(found, ensure_ascii=False, indent=2), language="json", height=320)
        st.button(_("Close"), key="entry-close", icon=":material/close:", type="tertiary", on_click=_choose, args=("",))
    columns = [
        Column(_("What"), "title"),
        Column(_("Answer")),
        Column(_("Of it"), "code"),
        Column(_("Time"), "time"),
    ]
    rows = [(_name(entry), _cells(entry)) for entry in entries]
    chosen = None if found is None else _name(found)
    draw_sheet("journal-list", _("Journal"), columns, rows, chosen=chosen, on_choose=_choose)


def _name(entry: Row) -> str:
    if entry["kind"] == "attempt":
        return name_of(entry)
    return f"{entry['at']}/{entry['method']}/{entry['path']}"


def _cells(entry: Row) -> list[Cell]:
    at = Cell(exact(datetime.fromtimestamp(entry["at"], UTC)))
    if entry["kind"] == "attempt":
        answer = entry["response"] or {}
        what = Cell(_("HeyGen sends {event}").format(event=entry["event_type"]), entry["url"])
        return [what, _answer(answer.get("status"), look_of(answer.get("status"))), Cell(entry["fault"] or ""), at]
    what = Cell(f"{entry['method']} {entry['path']}", entry["query"] or "")
    return [what, _answer(entry["status"], _look(entry["status"])), Cell(_shortened(entry["response"])), at]


def _look(status: int | None) -> Look:
    """Return how our own call was answered."""
    if status is None:
        return UNREACHED
    return ANSWERED if status < 400 else FAILED if status >= 500 else REFUSED


def _answer(status: int | None, look: Look) -> Cell:
    return Cell(str(status or ""), look=look.spoken())


def _shortened(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line[:90] + "…" if len(line) > 90 else line


def _choose(name: str) -> None:
    st.session_state[CHOSEN] = name
