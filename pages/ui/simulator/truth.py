"""Draw what is true: the ledger beside what we believe, and the verdict on the difference."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from core.errors import Refused
from core.history import beliefs
from core.product import Product
from core.simulator import Row, Simulator
from core.store import Store
from pages.ui.language import _, mark
from pages.ui.moments import full, number, span
from pages.ui.sheet import Cell, Column, draw_sheet
from pages.ui.simulator.spoken import said
from pages.ui.simulator.subjects import name_video, reel_of
from pages.ui.words import Look, look

SHOWN: Final = 60
TRUE: Final = {
    "completed": Look(mark("Completed"), "check_circle", "green"),
    "failed": Look(mark("Failed"), "error", "red"),
    None: Look(mark("Rendering"), "progress_activity", "blue"),
}
KEPT: Final = Look(mark("Kept"), "check_circle", "green")
BROKEN: Final = Look(mark("Broken"), "error", "red")
MEASURED: Final = Look(mark("Measured"), "timer", "gray")
LATE: Final = "late"
PATIENCE_S: Final = 30.0
PROMISES: Final = {
    "lost": mark("Nothing is lost"),
    "stuck": mark("Nothing stays open that has ended"),
    "wrong": mark("No end is told wrongly"),
    LATE: mark("How late ends are known"),
    "paid twice": mark("Nothing is paid twice"),
    "forged accepted": mark("No lie is believed"),
}


def ledger_of(simulator: Simulator) -> list[Row]:
    """Return the ledger, newest first; after a new beginning there is no account yet, and so nothing in it."""
    try:
        return simulator.ledger()[::-1]
    except Refused:
        return []


def draw_truth(simulator: Simulator, product: Product) -> None:
    """Draw the verdict, and the ledger that it rests on."""
    ledger, store = ledger_of(simulator), product.store
    if not ledger:
        st.caption(_("The ledger is empty: no video was ordered since the simulator began."))
        return
    believed = beliefs(store, {row["video_id"] for row in ledger})
    grace_s = (product.processor.fallback_after_s() + PATIENCE_S) * max(1.0, simulator.clock()["speed"])
    draw_verdict(simulator.check(believed.lines, grace_s=grace_s))
    text = _("An end may stay unknown for {time}: so long the product waits for a webhook before it asks.")
    st.caption(text.format(time=span(grace_s)))
    if believed.strangers:
        text = _("Reels of before the simulator began anew, which nobody can judge: {n}")
        st.caption(text.format(n=number(believed.strangers)))
    st.header(_("Ledger"), anchor=False)
    columns = [
        Column(_("Reel"), "title"),
        Column(_("True")),
        Column(_("We believe")),
        Column(_("Paid"), "number"),
        Column(_("Delivered"), "number"),
        Column(_("Asked"), "number"),
        Column(_("Ended"), "time"),
    ]
    rows = [(row["video_id"], _cells(row, store)) for row in ledger[:SHOWN]]
    draw_sheet("ledger", _("Ledger"), columns, rows)
    if len(ledger) > SHOWN:
        st.caption(_("The latest {n} of {all}.").format(n=SHOWN, all=number(len(ledger))))


def _cells(row: Row, store: Store) -> list[Cell]:
    reel = reel_of(store, row["video_id"])
    ended = row["terminal_at"]
    true = TRUE[row["outcome"]]
    believed = None if reel is None else look(reel)
    return [
        Cell(name_video(store, row["video_id"])),
        Cell(look=true.spoken()),
        Cell(_("nobody's")) if believed is None else Cell(look=believed.spoken()),
        Cell(number(row["charges"])),
        Cell(number(row["deliveries"])),
        Cell(number(row["status_calls"])),
        Cell(full(datetime.fromtimestamp(ended, UTC)) if ended else "–"),
    ]


def draw_verdict(report: Row) -> None:
    """Draw each promise with its icon and word, and every finding."""
    columns = [Column(_("Promise"), "title"), Column(_("Verdict"), "wide"), Column(_("Findings"), "number")]
    rows = [(kind, _promise(kind, report)) for kind in report["counts"]]
    draw_sheet("promises", _("Verdict"), columns, rows)
    for note in report["notes"]:
        st.caption(said(note))
    if report["findings"]:
        found = [(str(place), _finding(row)) for place, row in enumerate(report["findings"][:SHOWN])]
        named = [Column(_("Finding"), "title"), Column(_("Reel"), "number"), Column(_("Why"), "wide")]
        draw_sheet("findings", _("Findings"), named, found)


def _promise(kind: str, report: Row) -> list[Cell]:
    name = Cell(_(PROMISES[kind]) if kind in PROMISES else said(report["kinds"][kind]))
    if kind == LATE:
        return [name, Cell(_lateness(report["lateness_s"]), look=MEASURED.spoken()), Cell("–")]
    n = report["counts"][kind]
    return [name, Cell(look=(BROKEN if n else KEPT).spoken()), Cell(number(n))]


def _lateness(late: Row | None) -> str:
    """Say after how many seconds ends were known."""
    if late is None:
        return _("nothing to measure")
    figures = {name: number(late[name], 1) for name in ("p50", "p95", "longest")}
    return _("half within {p50} s, 95 % within {p95} s, the last after {longest} s").format(**figures)


def _finding(row: Row) -> list[Cell]:
    kind = row["kind"]
    promise = _(PROMISES[kind]) if kind in PROMISES else kind
    return [Cell(promise), Cell(row["job"] or "–"), Cell(said(row["reason"]), row["video_id"] or "")]
