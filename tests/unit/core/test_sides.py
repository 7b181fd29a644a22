"""What a mode is measured by: pure figures, and what we believe of our reels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.history import beliefs
from core.models import Reel, ReelStatus
from core.sides import known_after_s, percentile
from tests.conftest import Build
from tests.factories import NOW, a_reel

END = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def row(video_id: str, outcome: str | None = "completed") -> dict[str, object]:
    return {"video_id": video_id, "outcome": outcome, "terminal_at": END.timestamp() if outcome else None}


def reel(video_id: str, after_s: float | None, status: ReelStatus = ReelStatus.COMPLETED) -> Reel:
    at = None if after_s is None else END + timedelta(seconds=after_s)
    return a_reel(video_id=video_id, status=status, detected_at=at)


def test_what_was_known_is_measured_from_the_end_shortest_first() -> None:
    reels = [reel("a", 5.0), reel("b", 2.5)]
    assert known_after_s([row("a"), row("b")], reels, lambda at: at) == [2.5, 5.0]


def test_times_are_those_of_the_simulated_clock() -> None:
    doubled = known_after_s([row("a")], [reel("a", 5.0)], lambda at: END + 3 * (at - END))
    assert doubled == [15.0]


@pytest.mark.parametrize(
    ("ledger", "believed"),
    [
        (row("a", None), reel("a", 5.0)),
        (row("a"), reel("a", None, ReelStatus.PROCESSING)),
        (row("a"), reel("a", 5.0, ReelStatus.FAILED)),
        (row("a"), reel("b", 5.0)),
    ],
    ids=["not ended", "not known", "told wrongly", "another video"],
)
def test_what_is_not_known_truly_is_not_measured(ledger: dict[str, object], believed: Reel) -> None:
    assert known_after_s([ledger], [believed], lambda at: at) == []


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, None),
        ([3.0], 0.5, 3.0),
        ([1.0, 2.0], 0.5, 1.0),
        ([1.0, 2.0, 3.0], 0.5, 2.0),
        ([float(n) for n in range(1, 21)], 0.95, 19.0),
        ([float(n) for n in range(1, 11)], 0.95, 10.0),
    ],
)
def test_a_percentile_is_one_of_the_values(values: list[float], share: float, expected: float | None) -> None:
    assert percentile(values, share) == expected


def test_we_believe_what_the_store_says_and_strangers_are_counted(build: Build) -> None:
    house = build()
    for video_id in ("known", "forgotten", None):
        stored = house.processor.enqueue(a_reel(title=video_id or "unsent"))
        house.store.reels.save(stored, video_id=video_id)
    found = beliefs(house.store, {"known"})
    assert [line["title"] for line in found.lines] == ["unsent", "known"]
    assert found.strangers == 1


def test_a_second_attempt_tells_of_its_earlier_video(build: Build) -> None:
    house = build()
    stored = house.processor.enqueue(a_reel())
    house.store.timeline.add(stored.id or 0, NOW, "processing", video_id="first")
    house.store.reels.save(stored, video_id="second", attempt=2)
    [line] = beliefs(house.store, {"second"}).lines
    assert "first" in [entry["detail"].get("video_id") for entry in line["timeline"]]


def test_our_times_are_told_in_those_of_another_clock(build: Build) -> None:
    house = build()
    house.store.reels.save(house.processor.enqueue(a_reel()), detected_at=NOW, status=ReelStatus.COMPLETED)
    [line] = beliefs(house.store, set(), to_clock=lambda at: at + timedelta(hours=1)).lines
    assert line["detected_at"] == "2026-11-24T13:00:00.000Z"
