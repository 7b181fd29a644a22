"""Draw how many deliveries came when, by verdict; the same figures stand in a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final

import altair as alt
import pandas as pd
import streamlit as st
from babel.dates import format_skeleton

from core.models import Verdict
from core.store.delivery_log import Bar, DeliveryLog
from pages.ui.language import _, locale, mark
from pages.ui.moments import number, zone
from pages.ui.verdicts import VERDICTS, colours

HEIGHT: Final = 180
SPANS: Final = {
    "3h": (mark("3 hours"), timedelta(hours=3), 1),
    "24h": (mark("24 hours"), timedelta(hours=24), 4),
    "7d": (mark("7 days"), timedelta(days=7), 24),
    "30d": (mark("30 days"), timedelta(days=30), 96),
}


def draw_chart(log: DeliveryLog, now: datetime) -> None:
    """Draw the chart of the chosen stretch of time, or its table."""
    with st.container(horizontal=True, vertical_alignment="center", key="chart-head"):
        st.header(_("Deliveries over time"), anchor=False, width="stretch")
        as_table = st.toggle(_("As a table"), key="chart_table", persist_state="session")
        name = st.segmented_control(
            _("Stretch of time"),
            list(SPANS),
            default="24h",
            format_func=lambda span: _(SPANS[span][0]),
            key="stretch",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    _word, length, quarters = SPANS[name or "24h"]
    offset = now.astimezone(zone()).utcoffset() or timedelta()
    bars = log.over_time(now - length, quarters=quarters, offset_s=offset.total_seconds())
    if not bars:
        st.caption(_("No delivery came in this time."))
        return
    begins = _begins(now, length, quarters, offset)
    table = _table(bars, begins)
    if as_table:
        st.table(table[table.sum(axis="columns") > 0], border="horizontal", alt=_("Deliveries over time"))
    else:
        st.altair_chart(_chart(bars, begins), height=HEIGHT, width="stretch", alt=_told(bars))
        st.html(_legend(bars))


def _begins(now: datetime, length: timedelta, quarters: int, offset: timedelta) -> list[datetime]:
    """Return when each span begins, the empty ones too."""
    width = timedelta(minutes=15 * quarters)
    local = now - timedelta(seconds=(now.timestamp() + offset.total_seconds()) % width.total_seconds())
    last = local.replace(microsecond=0)
    return [last - n * width for n in reversed(range(round(length / width) + 1))]


def _label(at: datetime, quarters: int) -> str:
    """Write when a span begins: a day, an hour, or both."""
    here = at.astimezone(zone())
    skeletons = ("MMMd",) if quarters >= 96 else ("MMMd", "Hm") if quarters >= 24 else ("Hm",)
    return " ".join(str(format_skeleton(name, here, tzinfo=zone(), locale=locale())) for name in skeletons)


def _width(begins: Sequence[datetime]) -> int:
    return round((begins[1] - begins[0]) / timedelta(minutes=15))


def _present(bars: Sequence[Bar]) -> list[Verdict]:
    """Return the verdicts that a chart shows, always in one order."""
    return [verdict for verdict in VERDICTS if any(bar.verdict is verdict for bar in bars)]


def _legend(bars: Sequence[Bar]) -> str:
    """Return the chart's legend; unlike the chart's own it wraps on a phone."""
    shades = colours()
    keys = (
        f'<span><i style="background:{shades[verdict]}"></i>{escape(_(VERDICTS[verdict].word))}</span>'
        for verdict in _present(bars)
    )
    return f'<div class="legend" aria-hidden="true">{"".join(keys)}</div>'


def _table(bars: Sequence[Bar], begins: Sequence[datetime]) -> pd.DataFrame:
    """Return the figures: a row a span, a column a verdict."""
    counts: dict[tuple[datetime, Verdict], int] = defaultdict(int)
    for bar in bars:
        counts[bar.begins_at, bar.verdict] += bar.n
    present = _present(bars)
    times = sorted({*begins, *(bar.begins_at for bar in bars)})
    rows = [[counts[at, verdict] for verdict in present] for at in times]
    labels = [_label(at, _width(begins)) for at in times]
    return pd.DataFrame(rows, columns=[_(VERDICTS[verdict].word) for verdict in present], index=labels)


def _chart(bars: Sequence[Bar], begins: Sequence[datetime]) -> alt.Chart:
    quarters = _width(begins)
    times = sorted({*begins, *(bar.begins_at for bar in bars)})
    present = _present(bars)
    names = {"at": _("From"), "verdict": _("Verdict"), "n": _("Deliveries")}
    rows = [(at.isoformat(), _label(at, quarters), "", 0, 0) for at in times]
    rows += [
        (
            bar.begins_at.isoformat(),
            _label(bar.begins_at, quarters),
            _(VERDICTS[bar.verdict].word),
            bar.n,
            present.index(bar.verdict),
        )
        for bar in bars
    ]
    frame = pd.DataFrame(rows, columns=["iso", *names, "order"])
    words, shades = [_(VERDICTS[verdict].word) for verdict in present], colours()
    scale = alt.Scale(domain=words, range=[shades[verdict] for verdict in present])
    axis = alt.Axis(
        title=None, labelAngle=0, labelOverlap="greedy", labelExpr="split(datum.label, '|')[1]", ticks=False, aria=False
    )
    frame["place"] = frame["iso"] + "|" + frame["at"]
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(aria=False)  # the alternative text and the table tell it in words
        .encode(
            x=alt.X("place:O", sort=sorted(set(frame["place"])), axis=axis, scale=alt.Scale(paddingInner=0.2)),
            y=alt.Y("n:Q", title=None, axis=alt.Axis(tickMinStep=1, format="d", aria=False)),
            color=alt.Color("verdict:N", scale=scale, legend=None),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip(f"{field}:N", title=title) for field, title in names.items()],
        )
    )
    return chart


def _told(bars: Sequence[Bar]) -> str:
    """Tell the chart's sums in words."""
    sums: dict[Verdict, int] = defaultdict(int)
    for bar in bars:
        sums[bar.verdict] += bar.n
    told = ", ".join(f"{_(VERDICTS[verdict].word)}: {number(sums[verdict])}" for verdict in VERDICTS if sums[verdict])
    return f"{_('Deliveries over time')}. {told}"
