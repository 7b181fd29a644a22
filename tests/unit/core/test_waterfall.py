from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.models import TimelineEntry
from core.waterfall import stretches
from tests.factories import NOW


def entry(second: float, kind: str, **detail: Any) -> TimelineEntry:
    return TimelineEntry(at=NOW + timedelta(seconds=second), kind=kind, detail=detail)


def drawn(*entries: TimelineEntry) -> list[tuple[str, int, float, float | None]]:
    """Return phase, attempt, and begin and end in seconds."""
    return [
        (
            str(found.phase),
            found.attempt,
            (found.began - NOW).total_seconds(),
            None if found.ended is None else (found.ended - NOW).total_seconds(),
        )
        for found in stretches(entries)
    ]


def told(second: float) -> str:
    return (NOW + timedelta(seconds=second)).isoformat()


def test_a_whole_life_falls_from_submit_to_kept() -> None:
    assert drawn(
        entry(0, "pending", attempt=1),
        entry(2, "sending"),
        entry(3, "processing"),
        entry(40, "webhook"),
        entry(41, "completed", completed_at=told(38)),
        entry(44, "kept"),
    ) == [
        ("waiting", 1, 0, 2),
        ("sending", 1, 2, 3),
        ("rendering", 1, 3, 38),
        ("learning", 1, 38, 41),
        ("keeping", 1, 41, 44),
    ]


def test_what_goes_on_has_no_end() -> None:
    assert drawn(entry(0, "pending")) == [("waiting", 1, 0, None)]
    assert drawn(entry(0, "pending"), entry(1, "sending"), entry(2, "processing"))[-1] == ("rendering", 1, 2, None)


def test_a_sending_without_an_answer_waits_and_is_made_again() -> None:
    assert drawn(
        entry(0, "pending"),
        entry(1, "sending"),
        entry(31, "send_unknown"),
        entry(33, "sending"),
        entry(34, "processing"),
    ) == [
        ("waiting", 1, 0, 1),
        ("sending", 1, 1, 31),
        ("waiting", 1, 31, 33),
        ("sending", 1, 33, 34),
        ("rendering", 1, 34, None),
    ]


def test_each_attempt_stands_for_itself() -> None:
    assert drawn(
        entry(0, "pending", attempt=1),
        entry(1, "sending"),
        entry(2, "failed", channel="submit"),
        entry(60, "retry", attempt=2),
        entry(60, "pending", attempt=2),
        entry(61, "sending"),
    ) == [
        ("waiting", 1, 0, 1),
        ("sending", 1, 1, 2),
        ("waiting", 2, 60, 61),
        ("sending", 2, 61, None),
    ]


def test_news_after_the_deadline_tells_when_the_render_truly_ended() -> None:
    life = (entry(0, "processing"), entry(100, "timed_out"))
    assert drawn(*life) == [("rendering", 1, 0, 100)]
    assert drawn(*life, entry(200, "completed", completed_at=told(150))) == [
        ("rendering", 1, 0, 150),
        ("learning", 1, 150, 200),
    ]


def test_clocks_that_differ_draw_no_negative_time() -> None:
    begin = entry(10, "processing")
    assert drawn(begin, entry(20, "completed", completed_at=told(5)))[0] == ("rendering", 1, 10, 10)
    assert drawn(begin, entry(20, "completed", completed_at=told(25)))[-1] == ("learning", 1, 20, 20)
    assert drawn(begin, entry(20, "completed")) == [("rendering", 1, 10, 20)]
    assert drawn() == drawn(entry(0, "kept")) == []
