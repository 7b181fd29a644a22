"""Draw the list of reels: one row a reel, a link in each, kept by id so that a refresh never moves a click."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import streamlit as st

from core.dashboard import Figures
from core.models import Reel, ReelStatus
from core.schedule import is_overdue
from pages.ui.component import component
from pages.ui.going import go
from pages.ui.language import _
from pages.ui.moments import ago, moment, span
from pages.ui.words import channel_word, look, mode_word, name_of

BOARD: Final = "board"

_board = component("board")


def draw_board(reels: Sequence[Reel], figures: Figures, now: datetime) -> None:
    """Draw reels; a click on one leads to its page."""
    labels = {"table": _("Reels"), "columns": [_("Status"), _("Title"), _("Mode"), _("Created")]}
    rows = [_row(reel, figures, now) for reel in reels]
    _board(key=BOARD, data={"labels": labels, "rows": rows}, on_open_change=_opened)


def _opened() -> None:
    """Lead to the reel that was clicked; the browser names it by its id."""
    reel_id = st.session_state[BOARD].open
    if reel_id is not None:
        go("pages/reel.py", id=str(int(reel_id)))


def _row(reel: Reel, figures: Figures, now: datetime) -> dict[str, Any]:
    state, overdue = look(reel), is_overdue(reel, figures.fallback_after_s, now)
    created = reel.created_at or now
    script = " ".join(reel.script.split())
    return {
        "id": reel.id,
        "href": f"reel?id={reel.id}",
        "word": _(state.word),
        "icon": state.icon,
        "colour": "orange" if overdue else state.colour,
        "open": state.icon in {"progress_activity", "sync"},
        "note": _note(reel, now, overdue=overdue),
        "title": name_of(reel),
        "unnamed": not reel.title.strip(),
        "sub": script[:160] if reel.title.strip() else "",
        "mode": mode_word(reel.mode),
        "learned": channel_word(reel.detected_by),
        "age": ago(created, now),
        "created": moment(created),
    }


def _note(reel: Reel, now: datetime, *, overdue: bool) -> str:
    if reel.status is ReelStatus.PROCESSING and reel.submitted_at is not None:
        waited = span((now - reel.submitted_at).total_seconds())
        return _("{time} · news is overdue").format(time=waited) if overdue else _("for {time}").format(time=waited)
    if reel.status is ReelStatus.COMPLETED and reel.duration_s:
        return _("{time} of video").format(time=span(reel.duration_s))
    if reel.status is ReelStatus.FAILED:
        return reel.failure_code or ""
    return ""
