"""Draw the figures of the moment, and how news arrives: webhooks and polling apart, each with how soon we knew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import streamlit as st

from core.dashboard import Figures
from core.insight import Insight, Knowing
from core.models import Channel, ProcessingMode
from core.schedule import ChannelHealth
from pages.ui.component import component
from pages.ui.language import _, mark
from pages.ui.moments import about, ago, moment, month, number, span
from pages.ui.words import Look

UNUSED: Final = Look(mark("Not used"), "do_not_disturb_on", "gray")
NONE_YET: Final = Look(mark("None yet"), "schedule", "gray")
ARRIVE: Final = Look(mark("Arrive"), "check_circle", "green")
BROKEN: Final = Look(mark("Fail to arrive"), "alt_route", "orange")
RESTS: Final = Look(mark("Nothing to ask"), "bedtime", "gray")
WORKS: Final = Look(mark("Works"), "check_circle", "green")
PAUSED: Final = Look(mark("Pauses"), "pause_circle", "orange")
REASONS: Final = {
    "webhooks_missed": mark("open: two in a row did not come"),
    "probe_failed": mark("open: our address was not reached from outside"),
}
ARRIVALS: Final = {"on_time": mark("on time {n}"), "late": mark("late {n}"), "missed": mark("missed {n}")}

_pulse = component("pulse")


def draw_figures(now: Figures, insight: Insight, *, demo: bool) -> None:
    """Draw the figures of the moment."""
    shown = [
        (_("In the making"), number(now.in_flight), "movie", None),
        (_("Waiting"), number(now.active_reels - now.in_flight), "schedule", None),
        (_("Ready today"), number(now.done_today), "check_circle", None),
        (_("Failures"), number(now.failed), "error", None),
        (_("News overdue"), number(now.overdue), "alarm", None),
        (
            _("Spent in {month}").format(month=month(insight.since)),
            about(insight.spent),
            "payments",
            _bill(insight, demo),
        ),
    ]
    with st.grid(6, min_column_width=150, gap="small"):
        for label, value, icon, help_text in shown:
            st.metric(label, value, icon=f":material/{icon}:", border=True, help=help_text)


def _bill(insight: Insight, demo: bool) -> str:
    template = (
        _("What {time} of finished video would cost. In the demo nothing is paid.")
        if demo
        else _("About: {time} of finished video at the price of a second that is set here. HeyGen's bill counts.")
    )
    return template.format(time=span(insight.seconds))


def draw_channels(figures: Figures, channel: ChannelHealth, insight: Insight, now: datetime) -> None:
    """Draw how news arrives."""
    cards = [_webhook(figures, channel, insight, now), _polling(figures, insight, now), *_others(insight)]
    _pulse(key="pulse", data={"cards": cards})


def _card(title: str, state: Look, lines: Sequence[tuple[str, str]]) -> dict[str, Any]:
    shown = [line for line in lines if line[1]]
    return {"title": title, "word": _(state.word), "icon": state.icon, "colour": state.colour, "lines": shown}


def _webhook(figures: Figures, channel: ChannelHealth, insight: Insight, now: datetime) -> dict[str, Any]:
    last = figures.last_webhook_received
    unused = figures.mode is ProcessingMode.POLLING
    state = BROKEN if channel.open else UNUSED if unused else NONE_YET if last is None else ARRIVE
    lines = [
        (_("Breaker"), "" if unused else _breaker(channel)),
        (_("Last webhook"), ago(last, now) if last else _("none yet")),
        (_("When due"), _arrivals(channel)),
        (_("We knew after"), _knowing(insight.knowing.get(Channel.WEBHOOK))),
    ]
    return _card(_("Webhooks"), state, lines)


def _breaker(channel: ChannelHealth) -> str:
    if not channel.open:
        return _("closed")
    reason = channel.reason or ""
    return _(REASONS[reason]) if reason in REASONS else _("open: {reason}").format(reason=reason)


def _arrivals(channel: ChannelHealth) -> str:
    told = [(template, channel.totals.get(name, 0)) for name, template in ARRIVALS.items()]
    return " · ".join(_(template).format(n=number(n)) for template, n in told if n)


def _polling(figures: Figures, insight: Insight, now: datetime) -> dict[str, Any]:
    sweep = insight.sweep
    paused = sweep.quiet_until is not None and sweep.quiet_until > now
    unused = figures.mode is ProcessingMode.WEBHOOK and sweep.last_at is None
    rests = sweep.last_at is None or not figures.active_reels
    state = PAUSED if paused else UNUSED if unused else RESTS if rests else WORKS
    problem = _("HeyGen cannot be reached") if sweep.problem == "unreachable" else sweep.problem or ""
    lines = [
        (_("Pauses until"), moment(sweep.quiet_until) if paused else ""),
        (_("Because"), problem if paused else ""),
        (_("Last sweep"), ago(sweep.last_at, now) if sweep.last_at else _("none yet")),
        (_("We knew after"), _knowing(insight.knowing.get(Channel.POLL))),
    ]
    return _card(_("Polling"), state, lines)


def _others(insight: Insight) -> list[dict[str, Any]]:
    names = {Channel.MANUAL: _("By hand"), Channel.RECOVERY: _("From HeyGen's history")}
    lines = [(name, _knowing(insight.knowing.get(channel))) for channel, name in names.items()]
    found = [line for line in lines if line[1]]
    return [_card(_("Other ways"), Look(mark("We knew after"), "touch_app", "gray"), found)] if found else []


def _knowing(found: Knowing | None) -> str:
    """Write how soon we knew: the median, the 95th percentile, and of how many reels."""
    if found is None:
        return ""
    return _("{p50} · p95 {p95} ({n} reels)").format(p50=short(found.p50_s), p95=short(found.p95_s), n=number(found.n))


def short(seconds: float) -> str:
    """Write seconds, with a tenth where they are few."""
    return f"{number(seconds, 1)} s" if seconds < 10 else span(seconds)
