"""The cells of the table: a fault, a mode, a moment; staged, or with the reason why it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.models import ProcessingMode
from fake_heygen.faults import FAULTS, Fault, Group, Point, Scope
from tests.table.moments import NO_ADDRESS, Moment, Staging, habit_of, own_words
from tests.table.promise import Promise, read_promise

MODES: Final = (ProcessingMode.WEBHOOK, ProcessingMode.HYBRID, ProcessingMode.POLLING)
HOLDS_UP: Final = ("401", "402", "429")  # orders that are refused so hold up the orders behind them


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One fault in one mode at one moment; `staging` is None where it cannot be, and `why_not` says why."""

    fault: Fault
    mode: ProcessingMode
    moment: Moment
    staging: Staging | None = None
    why_not: str = ""

    @property
    def name(self) -> str:
        """Return what the reel is called."""
        return f"{self.fault.name} {self.moment} in {self.mode}"

    @property
    def promise(self) -> Promise:
        """Return what the fault's sentence promises."""
        return read_promise(self.fault)

    @property
    def own(self) -> str:
        """Return the words that bring the fault about."""
        return own_words(self.fault)

    @property
    def script(self) -> str:
        """Return what the reel says, with the words that choose its fate."""
        words = self.staging.words.format(own=self.own) if self.staging else ""
        return f"Hola a todos. [[sim: {words}]]" if words else "Hola a todos."

    @property
    def account(self) -> str:
        """Return the account it plays in: that of its mode, or one of its own where others would be disturbed."""
        holds_up = Point.ANSWER_CREATE in self.fault.points and self.fault.word.startswith(HOLDS_UP)
        alone = self.fault.scope is Scope.ACCOUNT or holds_up
        return self.name.replace(" ", "_") if alone else str(self.mode)

    @property
    def strikes_the_end(self) -> bool:
        """Say whether what is struck are the deliveries that tell the end."""
        return self.staging is not None and self.staging.trigger is None and not self.staging.casts


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A part of the table that plays in one world, with every cell or one of each fault."""

    title: str
    faults: tuple[Fault, ...]
    every: bool = True
    keeps_files: bool = False

    def cells(self) -> Iterator[Cell]:
        """Yield the cells in the order of the table."""
        for number, fault in enumerate(self.faults):
            cells = [_cell(fault, mode, moment) for moment in Moment for mode in MODES]
            possible = [cell for cell in cells if cell.staging is not None]
            yield from cells if self.every else [possible[number % len(possible)]]


def _cell(fault: Fault, mode: ProcessingMode, moment: Moment) -> Cell:
    habit = habit_of(fault)
    staging, why_not = habit.stagings.get(moment), habit.why_not.get(moment, "")
    delivered = staging is not None and (staging.trigger is not None or "webhook=early" in staging.words)
    if mode is ProcessingMode.POLLING and delivered:
        staging, why_not = None, NO_ADDRESS
    return Cell(fault=fault, mode=mode, moment=moment, staging=staging, why_not=why_not)


def _of(group: Group, *keys: str) -> tuple[Fault, ...]:
    return tuple(fault for fault in FAULTS if fault.group is group and (not keys or fault.key in keys))


CHAPTERS: Final = (
    Chapter(title="Render", faults=_of(Group.RENDER)),
    Chapter(title="Deliveries", faults=_of(Group.DELIVERIES)),
    Chapter(title="Authenticity", faults=_of(Group.AUTHENTICITY)),
    Chapter(title="Content", faults=_of(Group.CONTENT)),
    Chapter(title="Meaning", faults=_of(Group.MEANING)),
    Chapter(title="Transport", faults=_of(Group.TRANSPORT)),
    Chapter(title="Answers to an order", faults=_of(Group.ANSWERS, "answer")),
    Chapter(title="Answers to a question", faults=_of(Group.ANSWERS, "get", "statuses")),
    Chapter(title="Spells over an account", faults=_of(Group.ANSWERS, "spell")),
    Chapter(title="Files", faults=_of(Group.FILES), keeps_files=True),
)
SAMPLES: Final = (
    Chapter(title="One cell of each", faults=tuple(f for f in FAULTS if f.group is not Group.FILES), every=False),
    Chapter(title="One cell of each file", faults=_of(Group.FILES), every=False, keeps_files=True),
)
