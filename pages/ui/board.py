"""Draw the list of reels: one row a reel, a link in each, kept by id so that a refresh never moves a click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import streamlit as st

from core.dashboard import Figures
from core.models import Reel, ReelStatus
from core.schedule import is_overdue
from pages.ui.accounts import account_word
from pages.ui.component import component
from pages.ui.going import go
from pages.ui.language import _, one_language
from pages.ui.moments import ago, moment, span
from pages.ui.outlook import Outlook, band_short
from pages.ui.words import channel_word, look, mode_word, name_of

BOARD: Final = "board"
ROUND: Final = "board-round"

_board = component("board")


def draw_board(
    reels: Sequence[Reel],
    figures: Figures,
    now: datetime,
    outlook: Outlook | None = None,
    pictures: Mapping[int, str] | None = None,
) -> None:
    """Draw reels; a click on one leads to its page. With an outlook each can be chosen, and says when to expect it.

    `pictures` are the addresses of what can be shown of each, by reel.
    """
    labels = {
        "table": _("Reels"),
        "columns": [_("Status"), _("Title"), _("Mode"), _("Created")],
        "all": _("Choose all on this page"),
        "one": _("Choose reel {id}"),
    }
    with one_language():
        rows = [
            {**_row(reel, figures, outlook, now), "picture": (pictures or {}).get(reel.id or 0, "")} for reel in reels
        ]
    data = {"labels": labels, "rows": rows, "round": st.session_state.get(ROUND, 0), "pick": outlook is not None}
    data["pictured"] = pictures is not None
    _board(key=BOARD, data=data, on_open_change=_opened, on_chosen_change=_noted)


def chosen(shown: Sequence[Reel]) -> list[int]:
    """Return the ids of the chosen reels, of those that are shown: nobody acts on what cannot be seen.

    A choice made before the last one was dropped says nothing any more.
    """
    state = getattr(st.session_state.get(BOARD), "chosen", None) or {}
    if state.get("round") != st.session_state.get(ROUND, 0):
        return []
    wanted = {int(reel_id) for reel_id in state.get("ids", ())}
    return [reel.id for reel in shown if reel.id in wanted]


def unchoose() -> None:
    """Drop the choice."""
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def _noted() -> None:
    """Have the page drawn anew with the choice."""


def _opened() -> None:
    """Lead to the reel that was clicked; the browser names it by its id."""
    reel_id = st.session_state[BOARD].open
    if reel_id is not None:
        go("pages/reel.py", id=str(int(reel_id)))


def _row(reel: Reel, figures: Figures, outlook: Outlook | None, now: datetime) -> dict[str, Any]:
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
        "note": _note(reel, now, outlook, overdue=overdue),
        "title": name_of(reel),
        "unnamed": not reel.title.strip(),
        "sub": " · ".join(part for part in (_account(reel, figures), script[:160] * bool(reel.title.strip())) if part),
        "mode": mode_word(reel.mode),
        "learned": channel_word(reel.detected_by),
        "age": ago(created, now),
        "created": moment(created),
    }


def _account(reel: Reel, figures: Figures) -> str:
    """Return the name of a reel's account where there are several."""
    return account_word(reel.account) if figures.accounts or reel.account else ""


def _note(reel: Reel, now: datetime, outlook: Outlook | None, *, overdue: bool) -> str:
    if reel.status is ReelStatus.PROCESSING and reel.submitted_at is not None:
        return _waited(reel, (now - reel.submitted_at).total_seconds(), outlook, overdue=overdue)
    if reel.status is ReelStatus.COMPLETED and reel.duration_s:
        return _("{time} of video").format(time=span(reel.duration_s))
    if reel.status is ReelStatus.FAILED:
        return reel.failure_code or ""
    return ""


def _waited(reel: Reel, waited_s: float, outlook: Outlook | None, *, overdue: bool) -> str:
    """Say for how long a reel is being made, and what is usual; what is late is said first."""
    if overdue:
        return _("{time} · news is overdue").format(time=span(waited_s))
    if outlook is None:
        return _("for {time}").format(time=span(waited_s))
    band = outlook.of(reel)
    template = _("{time} · longer than usual") if band.is_past(waited_s) else _("{time} · usually {band}")
    return template.format(time=span(waited_s), band=band_short(band))
