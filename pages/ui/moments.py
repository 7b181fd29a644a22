"""Write times, spans, numbers and money as the viewer is used to."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.numbers import format_currency, format_decimal

from pages.ui.language import locale


def zone() -> tzinfo:
    """Return the viewer's time zone, UTC where the browser names none that exists."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def midnight(now: datetime) -> datetime:
    """Return when the viewer's day began."""
    return now.astimezone(zone()).replace(hour=0, minute=0, second=0, microsecond=0)


def first_of_month(now: datetime) -> datetime:
    """Return when the viewer's month began."""
    return midnight(now).replace(day=1)


def day(of: date) -> str:
    """Write a day with its year."""
    return str(format_date(of, "medium", locale=locale()))


def day_order() -> str:
    """Return in which order the viewer writes day, month and year, as Streamlit's calendar wants it."""
    pattern = str(locale().date_formats["short"].pattern)
    return {"y": "YYYY/MM/DD", "M": "MM/DD/YYYY"}.get(pattern[0], "DD/MM/YYYY")


def month(of: datetime) -> str:
    """Write a month in short."""
    return str(format_date(of, "LLL", locale=locale()))


def moment(at: datetime | None) -> str:
    """Write a time of today as hours and minutes, any other with its day."""
    if at is None:
        return "–"
    there = zone()
    here = at.astimezone(there)
    today = datetime.now(there).date() == here.date()
    return _as(here, "Hms") if today else f"{_as(here, 'dMMM')}, {_as(here, 'Hm')}"


def _as(at: datetime, skeleton: str) -> str:
    return str(format_skeleton(skeleton, at, tzinfo=at.tzinfo, locale=locale()))


def full(at: datetime | None) -> str:
    """Write a day and a time to the second, with the zone."""
    return "–" if at is None else str(format_datetime(at, "medium", tzinfo=zone(), locale=locale()))


def exact(at: datetime) -> str:
    """Write a day and a time to the millisecond."""
    here = at.astimezone(zone())
    day = format_skeleton("dMMM", here, tzinfo=zone(), locale=locale())
    return f"{day} {here:%H:%M:%S}.{here.microsecond // 1000:03d}"


def span(seconds: float) -> str:
    """Write a length of time, such as "2 min 5 s"."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (left, "s")]
    shown = [f"{n} {unit}" for n, unit in parts if n][:2]
    return " ".join(shown) or "0 s"


def ago(at: datetime, now: datetime) -> str:
    """Write how long ago something was, such as "3 minutes ago"."""
    past = min(at - now, timedelta(seconds=-1))
    return str(format_timedelta(past, add_direction=True, locale=locale(), granularity="second"))


def number(value: float, digits: int = 0) -> str:
    """Write a number."""
    return str(format_decimal(round(value, digits), locale=locale()))


def money(value: float, currency: str = "USD") -> str:
    """Write an amount of money."""
    return str(format_currency(value, currency, locale=locale()))


def about(value: float) -> str:
    """Write an estimated amount of dollars in little room; cents only where they tell something."""
    digits = 2 if abs(value) < 100 else 0
    return f"≈ ${format_decimal(round(value, digits), format='#,##0.00' if digits else '#,##0', locale=locale())}"
