"""Draw when each mode knew of each end: a point a reel, half and 95 % marked, what stayed unknown at the edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import altair as alt
import pandas as pd
import streamlit as st

from core.models import ProcessingMode
from pages.ui.language import _
from pages.ui.moments import number
from pages.ui.words import mode_word

BESIDE: Final = 1.6  # how far beyond the last known end the unknown ones stand
NEAR_S: Final = 1.0  # below this the scale is linear, above it logarithmic
HEIGHT: Final = 300
Side = Mapping[str, Any]


def draw_spread(sides: Sequence[Side]) -> None:
    """Draw the chart; the table beside it says the same in numbers."""
    edge = max(1.0, *(seconds for side in sides for seconds in side["known_s"] or [0.0])) * BESIDE
    points, marks = _frame(_points(sides, edge), edge), _frame(_marks(sides), edge)
    named = _frame([*_marks(sides), *_missed(sides, edge)], edge)
    x = alt.X(
        "seconds:Q",
        title=_("Simulated seconds from the end of a render until the mode knew of it"),
        scale=alt.Scale(type="symlog", constant=NEAR_S, domain=[0, edge * 1.1]),
        axis=alt.Axis(values=[0, 1, 3, 10, 30, 100, 300], grid=True),
    )
    names = alt.Axis(labelFontSize=14, labelOverlap=False)
    y = alt.Y("mode:N", title=None, sort=[_name(side) for side in sides], axis=names)
    shape = alt.Shape(
        "kind:N",
        title=None,
        legend=alt.Legend(orient="bottom"),
        scale=alt.Scale(domain=_kinds(), range=["circle", "cross"]),
    )
    colour = alt.Color("mode:N", legend=None)
    dots = alt.Chart(points).mark_point(size=90, opacity=0.65, filled=True)
    dots = dots.encode(x=x, y=y, color=colour, shape=shape, tooltip=_tooltip())
    ticks = alt.Chart(marks).mark_tick(thickness=3, size=44).encode(x=x, y=y, color=colour, tooltip=_tooltip())
    texts = alt.Chart(named).mark_text(dy=-30, fontSize=12).encode(x=x, y=y, text="kind:N", tooltip=_tooltip())
    st.html(Path(__file__).with_name("spread.css"))
    with st.container(key="spread"):
        st.altair_chart((dots + ticks + texts).properties(height=HEIGHT), width="stretch")


def _frame(rows: Iterable[tuple[str, float, str]], edge: float) -> pd.DataFrame:
    """Return rows as the chart takes them; what stands at the edge has no time to tell."""
    frame = pd.DataFrame(list(rows), columns=["mode", "seconds", "kind"])
    frame["told"] = [number(seconds, 1) if seconds < edge else "–" for seconds in frame["seconds"]]
    return frame


def _tooltip() -> list[alt.Tooltip]:
    """Name what is told of a point."""
    titles = {"mode": _("Mode"), "told": _("Simulated seconds after the end"), "kind": _("What")}
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]


def _kinds() -> list[str]:
    return [_("known"), _("not known when it ended")]


def _name(side: Side) -> str:
    return mode_word(ProcessingMode(side["mode"]))


def _points(sides: Sequence[Side], edge: float) -> Iterator[tuple[str, float, str]]:
    """Yield a point for each end that was known, and one for all that were not."""
    known, unknown = _kinds()
    for side in sides:
        yield from ((_name(side), seconds, known) for seconds in side["known_s"])
    yield from ((name, seconds, unknown) for name, seconds, _count in _missed(sides, edge))


def _missed(sides: Sequence[Side], edge: float) -> Iterator[tuple[str, float, str]]:
    """Yield how many ends a mode did not know."""
    for side in sides:
        count = side["truth"].get("completed", 0) + side["truth"].get("failed", 0) - len(side["known_s"])
        if count > 0:
            yield _name(side), edge, number(count)


def _marks(sides: Sequence[Side]) -> Iterator[tuple[str, float, str]]:
    """Yield when half and nearly all ends were known."""
    for side in sides:
        for name, text in (("p50_s", "50 %"), ("p95_s", "95 %")):
            if side[name] is not None:
                yield _name(side), side[name], text
