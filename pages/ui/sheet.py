"""Draw a table of plain rows that may be chosen: kept by id, so that a refresh never moves a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import streamlit as st

from pages.ui.component import component
from pages.ui.words import Look

Kind = Literal["title", "time", "number", "code", "wide", ""]
SHEET: Final = "sheet"

_sheet = component(SHEET)


@dataclass(frozen=True, slots=True)
class Column:
    """Hold the heading of a column and how its cells are set."""

    name: str
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold the text of a cell, a note below it, and a mark before it; the words are translated already."""

    text: str = ""
    note: str = ""
    look: Look | None = None

    def data(self) -> dict[str, Any]:
        """Return what the browser draws."""
        shown: dict[str, Any] = {"text": self.text, "note": self.note}
        if self.look is not None:
            shown |= {"word": self.look.word, "icon": self.look.icon, "colour": self.look.colour}
            shown["busy"] = self.look.icon in {"progress_activity", "sync"}
        return shown


def draw_sheet(
    key: str,
    label: str,
    columns: Sequence[Column],
    rows: Sequence[tuple[str, Sequence[Cell]]],
    *,
    chosen: str | None = None,
    on_choose: Callable[[str], None] | None = None,
) -> None:
    """Draw rows of (id, cells); `on_choose` is told the id of a row that was clicked."""
    drawn = [{"id": name, "cells": [cell.data() for cell in cells], "chosen": name == chosen} for name, cells in rows]
    data = {
        "label": label,
        "columns": [{"name": column.name, "kind": column.kind} for column in columns],
        "rows": drawn,
        "choosable": on_choose is not None,
    }

    def told() -> None:
        name = st.session_state[key].chosen
        if name is not None and on_choose is not None:
            on_choose(str(name))

    _sheet(key=key, data=data, on_chosen_change=told)
