"""Scenarios: how the simulated HeyGen behaves, read from TOML or JSON with the same keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fake_heygen.fate import Fate, RenderTime, settle
from fake_heygen.identity import generator
from fake_heygen.retry import SCHEDULES, Retry
from fake_heygen.spell import Spell
from fake_heygen.vocabulary import Effect

USUAL_RENDER = RenderTime(median_s=520.0)
FOLDER = Path(__file__).parent / "scenarios"


class ScenarioError(ValueError):
    """Say what is wrong with a scenario and what is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which videos a rule is for; what is not given matches every video."""

    title: str | None = None
    script: str | None = None
    avatar: str | None = None
    callback: str | None = None
    nth: tuple[int, ...] = ()
    every: int | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A fate for the videos that match."""

    match: Match
    fate: tuple[Effect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a rule may look at: the request's words and its ordinal among all orders, from 1."""

    title: str
    script: str
    avatar: str
    ordinal: int
    callback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSpell:
    """A spell of a scenario, in seconds since the scenario began to play."""

    kind: str
    from_s: float = 0.0
    for_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The settings of the simulated account, and the rules that choose fates; the first that matches decides.

    `reels` is how many a client should submit to see it; `troubles` numbers what people met that it plays.
    """

    name: str
    description: str = ""
    sound_client: str = ""
    render: RenderTime = USUAL_RENDER
    concurrency: int = 10
    retry_after_s: int | None = 5
    wallet: float | None = None
    price_per_s: float = 0.05
    seed: int | None = None
    signature_headers: str = "both"
    event_id_in_body: bool = True
    probe: bool = True
    retry_first_s: float = 30.0
    retry_factor: float = 2.0
    retry_for_s: float = 86400.0
    retry_schedule: str | None = None
    disable_after: int | None = None
    requests_per_minute: int | None = None
    billing_type: str = "wallet"
    strict: bool = False
    reels: int = 10
    troubles: tuple[int, ...] = ()
    spells: tuple[PlannedSpell, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def retry(self) -> Retry:
        """Return how failed deliveries are repeated."""
        if self.retry_schedule is not None:
            return SCHEDULES[self.retry_schedule]
        return Retry(first_s=self.retry_first_s, factor=self.retry_factor, for_s=self.retry_for_s)

    def spells_from(self, now: float) -> list[Spell]:
        """Return the spells of a scenario that begins to play now."""
        return [
            Spell(kind=spell.kind, starts_at=now + spell.from_s, ends_at=now + spell.from_s + spell.for_s)
            for spell in self.spells
        ]


def draw_fate(scenario: Scenario, candidate: Candidate, seed: int, spoken: tuple[Effect, ...] = ()) -> Fate:
    """Draw the fate of a video; the same seed, ordinal and request give the same fate."""
    seed = seed if scenario.seed is None else scenario.seed
    drawn_s = scenario.render.draw(generator(seed, "render", candidate.ordinal))
    return settle(drawn_s, _chosen(scenario, candidate, seed), spoken)


def matches(match: Match, candidate: Candidate, draw: float) -> bool:
    """Say whether a rule is for this video; `draw` in [0, 1) decides a share."""
    return (
        _holds(match.title, candidate.title)
        and _holds(match.script, candidate.script)
        and _holds(match.avatar, candidate.avatar)
        and _holds(match.callback, candidate.callback)
        and (not match.nth or candidate.ordinal in match.nth)
        and (match.every is None or candidate.ordinal % match.every == 0)
        and draw < match.share
    )


def names() -> list[str]:
    """Return the names of the bundled scenarios."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def source(name: str) -> str:
    """Return the text of a bundled scenario."""
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def load(name_or_file: str) -> Mapping[str, object]:
    """Read the table of a bundled scenario, or of a TOML file."""
    bundled = FOLDER / f"{name_or_file}.toml"
    path = bundled if name_or_file in names() else Path(name_or_file)
    if not path.is_file():
        raise ScenarioError(f"no scenario {name_or_file!r}; known: {', '.join(names())}, or a TOML file")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path} is not TOML: {error}") from error
    return {"name": path.stem} | table


def _chosen(scenario: Scenario, candidate: Candidate, seed: int) -> tuple[Effect, ...]:
    for number, rule in enumerate(scenario.rules):
        draw = generator(seed, "rule", number, candidate.ordinal).random()
        if matches(rule.match, candidate, draw):
            return rule.fate
    return ()


def _holds(needle: str | None, text: str) -> bool:
    return needle is None or needle.casefold() in text.casefold()
