"""Play every scenario in a mode: what became of its reels, and whether anything was lost, doubled or believed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.clock import utcnow
from core.models import Channel, ProcessingMode, ReelStatus
from fake_heygen.proof.finding import Report
from fake_heygen.scenario import load, names
from tests.table.outcome import Story
from tests.table.stage import HOUR_S, PERSON_AT_S, World, at_work, job
from tests.table.team import Team

REELS: Final = 6
EVERY_S: Final = 30  # so that what a scenario brings after minutes strikes some of them
OVERDUE_AFTER_S: Final = 300.0
DEADLINE_S: Final = 4.0 * HOUR_S
REAL_SECONDS: Final = {"half-open:3s": "half-open:0.1s", "dribble:3s": "dribble:0.1s"} | {
    "slow-headers:3s": "slow-headers:0.1s",
    "slow:4s": "slow:0.1s",
    "timeout:5s": "timeout:0.1s",
}
# What a scenario's sentence says of the ends; reels end completed where it says nothing else.
SAYS: Final = (
    (r"truly ended it", {ReelStatus.COMPLETED, ReelStatus.FAILED}),
    (r"shown as failed with|each failure is shown|each refusal is shown", {ReelStatus.FAILED}),
    (
        r"after the deadline; the others|given up at the deadline|the file is missing",
        {ReelStatus.COMPLETED, ReelStatus.TIMED_OUT},
    ),
)
ALLOWED: Final = {200, 400, 401, 413, 415, None}
NO_FILE: Final = "no-link"  # a reel of which HeyGen has no file to show is given up, although it is called completed


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A scenario in a mode, and what became of its reels."""

    name: str
    mode: ProcessingMode
    stories: tuple[Story, ...]
    answers: frozenset[int | None]
    charges: tuple[int, ...]

    def told(self) -> str:
        """Return how many reels ended in which way."""
        ended = Counter(story.ending() for story in self.stories)
        return "; ".join(f"{n} × {ending}" for ending, n in sorted(ended.items(), key=lambda item: (-item[1], item[0])))


def ends_of(sentence: str) -> set[ReelStatus]:
    """Return the states in which a scenario's sentence lets reels end."""
    said = (states for words, states in SAYS if re.search(words, sentence.casefold()))
    return next(said, {ReelStatus.COMPLETED})


def play_scenarios(world: World, mode: ProcessingMode) -> tuple[list[Scene], Report]:
    """Let every scenario play for four days, each in an account of its own."""
    teams = {name: _team(world, name, mode) for name in names()}
    everybody = list(teams.values())
    with at_work(everybody, world):
        for name, team in teams.items():
            team.begin(rotated=True)
            world.fake.put(f"scenario?account={team.name}", quickened(load(name)))
        world.live(everybody, lambda at_s: _turn(world, teams, at_s))
        jobs = [job(title, team.reel(title)) for team in everybody for title in team.reels]
        return list(_scenes(world, teams, mode)), world.judged(jobs)


def quickened(scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario whose faults on the wire take hardly any real time."""
    return {"name": "scene", **_quick(dict(scenario))}


def _quick(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _quick(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_quick(inner) for inner in value]
    return REAL_SECONDS.get(value, value) if isinstance(value, str) else value


def _team(world: World, name: str, mode: ProcessingMode) -> Team:
    limits = {"overdue_after_s": OVERDUE_AFTER_S, "deadline_s": DEADLINE_S}
    return Team(f"{name}-{mode}", mode, world.fresh, world.url, world.public_url, **limits)


def _title(name: str, number: int) -> str:
    return f"{name} {number + 1}"


def _turn(world: World, teams: Mapping[str, Team], at_s: int) -> None:
    for name, team in teams.items():
        if at_s % EVERY_S == 0 and (number := at_s // EVERY_S) < REELS:
            team.submit(_title(name, number), f"Hola a todos, reel {number}.")
        if at_s in PERSON_AT_S:
            if team.processor.submission.gate().reason == "insufficient_credit":
                world.fake.post(f"wallet?account={team.name}", {"balance": 100})
            team.settle(utcnow())
        if not team.at_rest():
            team.turn(utcnow())


def _scenes(world: World, teams: Mapping[str, Team], mode: ProcessingMode) -> Iterator[Scene]:
    for name, team in teams.items():
        attempts = world.fake.get("journal", kind="attempt", account=team.name)["data"]
        ledger = world.fake.get("ledger", account=team.name)["data"]
        stories = (team.reel(title) for title in team.reels)
        yield Scene(
            name=name,
            mode=mode,
            stories=tuple(Story(reel=reel, timeline=tuple(team.store.timeline.of(reel.id or 0))) for reel in stories),
            answers=frozenset((entry["response"] or {"status": None})["status"] for entry in attempts),
            charges=tuple(row["charges"] for row in ledger),
        )


def misjudged(report: Report) -> list[str]:
    """Return what the simulator's checker found, but for reels that were given up while there was no file to show."""
    without_file = (finding.kind == "stuck" and (finding.job or "").startswith(NO_FILE) for finding in report.findings)
    return [finding.line() for finding, known in zip(report.findings, without_file, strict=True) if not known]


def troubles(scene: Scene) -> Iterator[str]:
    """Yield what must not be in any scenario, whatever it plays."""
    where = f"{scene.name} in {scene.mode}"
    if strange := scene.answers - ALLOWED:
        yield f"{where}: deliveries were answered {sorted(map(str, strange))}"
    if any(paid != 1 for paid in scene.charges):
        yield f"{where}: charged {scene.charges}"
    for story in scene.stories:
        if story.reel.status not in ends_of(str(load(scene.name)["sound_client"])):
            yield f"{where}: reel {story.reel.title} ended {story.reel.status}"
        if story.kinds.count(str(story.reel.status)) != 1:
            yield f"{where}: reel {story.reel.title} came more than once to {story.reel.status}"
        if story.reel.detected_by not in _channels(scene.mode, story):
            yield f"{where}: reel {story.reel.title} was learned by {story.reel.detected_by}"


def _channels(mode: ProcessingMode, story: Story) -> set[Channel | None]:
    """Return through which channels a mode may learn of a reel's end."""
    if story.reel.status is ReelStatus.TIMED_OUT or story.reel.video_id is None:
        return {None}
    own: dict[ProcessingMode, set[Channel | None]] = {
        ProcessingMode.WEBHOOK: {Channel.WEBHOOK, Channel.MANUAL},
        ProcessingMode.HYBRID: {Channel.WEBHOOK, Channel.POLL, Channel.RECOVERY},
        ProcessingMode.POLLING: {Channel.POLL},
    }
    return own[mode] | ({Channel.MANUAL, Channel.WEBHOOK} if story.has("timed_out") else set())
