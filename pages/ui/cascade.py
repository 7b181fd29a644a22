"""Draw where the time of a reel went, from submit to kept, as bars on one scale that are a table too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from core.models import TimelineEntry
from core.waterfall import Phase, Stretch, stretches
from pages.ui.component import component
from pages.ui.language import _, mark
from pages.ui.moments import exact, number, span

WORDS: Final = {
    Phase.WAITING: mark("Waiting here"),
    Phase.SENDING: mark("Sending"),
    Phase.RENDERING: mark("Rendering at HeyGen"),
    Phase.LEARNING: mark("Until we knew"),
    Phase.KEEPING: mark("Copying the files"),
}
MOST: Final = 40

_cascade = component("cascade")


def draw_cascade(entries: Sequence[TimelineEntry], now: datetime) -> None:
    """Draw the stretches of a reel's life; the latest, where there are very many."""
    found = stretches(entries)[-MOST:]
    if not found:
        return
    data = {
        "label": _("Where the time went"),
        "columns": [_("Part"), _("Bar"), _("Length")],
        "stretches": [_stretch(stretch, found, now) for stretch in found],
    }
    _cascade(key="cascade", data=data)


def _stretch(stretch: Stretch, found: Sequence[Stretch], now: datetime) -> dict[str, Any]:
    first = found[0].began
    last = max(now if part.ended is None else part.ended for part in found)
    whole_s = max((last - first).total_seconds(), 0.001)
    ended = stretch.ended or max(now, stretch.began)
    seconds = (ended - stretch.began).total_seconds()
    began_at = 100 * (stretch.began - first).total_seconds() / whole_s
    many = found[-1].attempt > found[0].attempt
    return {
        "what": _(WORDS[stretch.phase]) + (f" · {number(stretch.attempt)}" if many else ""),
        "phase": str(stretch.phase),
        "open": stretch.ended is None,
        "from": round(min(began_at, 99.5), 2),
        "width": round(min(100 * seconds / whole_s, 100 - min(began_at, 99.5)), 2),
        "length": _length(seconds),
        "times": f"{exact(stretch.began)} – {exact(stretch.ended) if stretch.ended else _('goes on')}",
    }


def _length(seconds: float) -> str:
    """Write a length, milliseconds where it is short."""
    return f"{number(round(seconds * 1000))} ms" if seconds < 1 else span(seconds)
