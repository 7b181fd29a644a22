"""Black Friday with all its five hundred reels, in every mode: it ends as its sentence says, at ten places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

import pytest

from core.clock import utcnow
from core.models import ProcessingMode, ReelStatus
from fake_heygen.scenario import load
from tests.table.cell import MODES
from tests.table.stage import BEGAN, HOUR_S, World, at_work, job, world
from tests.table.team import Team

SCENARIO: Final = load("black-friday")
REELS: Final = int(SCENARIO["reels"])
PLACES: Final = int(SCENARIO["concurrency"])
TICK_S: Final = 20
LOOKS_EVERY_S: Final = 1800
BOUND_S: Final = 12 * HOUR_S


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", MODES)
def test_five_hundred_reels_end_completed_each_paid_for_once_and_never_more_than_ten_at_a_time(
    mode: ProcessingMode,
) -> None:
    with world() as made:
        limits = {"overdue_after_s": 900.0, "deadline_s": float(BOUND_S), "max_concurrent": PLACES + 2}  # to be refused
        team = Team("friday", mode, made.fresh, made.url, made.public_url, **limits)
        with at_work([team], made):
            _live_through(made, team)
            reels = [team.reel(title) for title in team.reels]
            report = made.judged([job(reel.title or "", reel) for reel in reels])
        rows = made.fake.get("ledger")["data"]
        orders = [
            row["status"] for row in made.fake.get("journal", kind="request", limit=100_000)["data"] if _is_order(row)
        ]
    assert Counter(reel.status for reel in reels) == {ReelStatus.COMPLETED: REELS}
    assert [finding.line() for finding in report.findings] == []
    assert len(rows) == len({reel.video_id for reel in reels}) == REELS
    assert {row["charges"] for row in rows} == {1}
    assert _most_at_once(rows) == PLACES, "all places are used, and no more"
    assert {200, 429, 503} == set(orders), "refusals of both kinds were met"


def _live_through(made: World, team: Team) -> None:
    """Order everything at once, and let time pass until all is at rest; a person looks every half an hour."""
    team.begin(rotated=False)
    made.fake.put(f"scenario?account={team.name}", {"name": "friday", **SCENARIO})
    for number in range(REELS):
        team.submit(f"Reel {number + 1}", f"Hola a todos, reel {number + 1}.")
    for at_s in range(TICK_S, BOUND_S, TICK_S):
        made.fake.post("clock", {"advance_s": TICK_S})
        made.clock.move_to(BEGAN + timedelta(seconds=at_s))
        team.turn(utcnow())
        if at_s % LOOKS_EVERY_S == 0:
            team.settle(utcnow())
        if team.at_rest():
            return
    raise AssertionError(f"{team.store.reels.counts()} after {BOUND_S} s")


def _is_order(entry: Mapping[str, Any]) -> bool:
    return entry["method"] == "POST" and entry["path"] == "/v3/videos"


def _most_at_once(rows: Iterable[Mapping[str, Any]]) -> int:
    """Return how many videos rendered at the same moment; one that ends gives its place to one that begins."""
    moments = sorted((at, step) for row in rows for at, step in ((row["created_at"], 1), (row["terminal_at"], -1)))
    most = now = 0
    for _, step in moments:
        now += step
        most = max(most, now)
    return most
