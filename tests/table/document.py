"""Write docs/faults-by-mode.md from what core did: `python -m tests.table`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from core.models import ProcessingMode
from fake_heygen.faults import Fault
from fake_heygen.scenario import load, names
from tests.table.cell import MODES, Cell, Chapter
from tests.table.moments import NO_ADDRESS, Moment, habit_of
from tests.table.outcome import Outcome
from tests.table.scenes import DEADLINE_S, EVERY_S, OVERDUE_AFTER_S, REELS, Scene

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "faults-by-mode.md"

OPENING: Final = """# What core makes of every fault, in every mode

Each fault of the [simulator](simulator.md) strikes a reel at every moment at which it can, in each of the three modes,
and this page tells what core did. It is written by `python -m tests.table`; `make long` plays it again, holds each
cell against the fault's sentence (under its name here), and fails when this page tells anything else; `make test` does
so with one cell of each fault.

A real core with a store, a receiver and an account of its own plays against a real simulator over four days of
simulated time. A render takes a minute; a webhook counts as overdue after 130 s, a reel is given up after two hours.
A person looks after half an hour, after four hours and at the end, and only at what waits for a person. Every reel has
two receivers: its own address, and an endpoint of the account with signed deliveries.

| Word | What it means |
|---|---|
| by webhook, by sweep, by the fallback | how the end was learned: told, asked as ever, asked for want of a webhook |
| answered | what the receiver answered to all attempts of deliveries: *not at all* are those that never arrived whole |
| ruled | what became of the deliveries taken: one is *applied*, with its exact copies; the others change nothing |
| noted | what the reel's history tells of odd answers |
| — | cannot be; the reason stands under the table |

In every cell the reel was paid for once, or not at all where the order was refused; it ended once, never before HeyGen
ended it; and the simulator's checker found nothing lost, stuck, wrong or believed that was forged. The one exception
is `url=never`, whose reel is given up although HeyGen calls it completed: there is no file to show.
Polling hands out no address: nothing is delivered, and what strikes deliveries leaves its reels alone.
"""


SCENARIOS: Final = f"""
## Scenarios

Every scenario of the simulator plays in each mode for {REELS} reels, one every {EVERY_S} s. A webhook counts as overdue
after {OVERDUE_AFTER_S:.0f} s here, and a reel is given up after {DEADLINE_S / 3600:.0f} hours; a person who finds the
queue stopped for want of credit adds some.

"""


def page(played: Sequence[tuple[Chapter, Sequence[Outcome]]], scenes: Sequence[Scene]) -> str:
    """Return the whole page."""
    return OPENING + "".join(section(chapter, outcomes) for chapter, outcomes in played) + scenarios(scenes)


def scenarios(scenes: Sequence[Scene]) -> str:
    """Return the part that tells of the scenarios."""
    told = {(scene.name, scene.mode): scene.told() for scene in scenes}
    heads = " | ".join(f"In {mode}" for mode in MODES)
    lines = [f"| Scenario | {heads} |", "|---" * (1 + len(MODES)) + "|"]
    for name in names():
        cells = " | ".join(told[name, mode] for mode in MODES)
        lines.append(f"| `{name}`<br>{load(name)['sound_client']} | {cells} |")
    return SCENARIOS + "\n".join(lines) + "\n"


def told_of(text: str, name: str, mode: ProcessingMode) -> str:
    """Return what a page tells of a scenario in a mode."""
    row = next((line for line in text.splitlines() if line.startswith(f"| `{name}`<br>")), "")
    cells = row.strip("| ").split(" | ")
    return cells[1 + MODES.index(mode)] if len(cells) == 1 + len(MODES) else ""


def section(chapter: Chapter, outcomes: Sequence[Outcome]) -> str:
    """Return the part of a chapter: its heading, its table, and what cannot be."""
    told = {outcome.cell: outcome.told() for outcome in outcomes}
    heads = " | ".join(f"In {mode}" for mode in MODES)
    lines = [f"\n## {chapter.title}\n", f"| Fault | Strikes | {heads} |", "|---" * (2 + len(MODES)) + "|"]
    for fault in chapter.faults:
        lines += _rows(fault, told)
    return "\n".join([*lines, *_impossible(chapter)]) + "\n"


def told_in(text: str, chapter: Chapter) -> str:
    """Return what a page tells of a chapter."""
    _, found, rest = text.partition(f"\n## {chapter.title}\n")
    return found + rest.partition("\n## ")[0]


def told_at(text: str, cell: Cell) -> str:
    """Return what a page tells of a cell."""
    rows = [row[2:-2].split(" | ") for row in text.splitlines() if row.count(" | ") == 1 + len(MODES)]
    told, fault = {}, ""
    for name, moment, *cells in rows:
        fault = name.partition("<br>")[0] or fault
        told.update({(fault, moment, mode): text for mode, text in zip(MODES, cells, strict=True)})
    return told.get((f"`{cell.fault.name}`", str(cell.moment), cell.mode), "")


def _rows(fault: Fault, told: dict[Cell, str]) -> Iterator[str]:
    by_place = {(cell.moment, cell.mode): text for cell, text in told.items() if cell.fault is fault}
    name = f"`{fault.name}`<br>{fault.sound_client}"
    for moment in Moment:
        if moment in habit_of(fault).stagings:
            cells = " | ".join(by_place.get((moment, mode), "—") for mode in MODES)
            yield f"| {name} | {moment} | {cells} |"
            name = ""


def _impossible(chapter: Chapter) -> Iterator[str]:
    """Yield the reasons for the cells that cannot be, each with its faults and moments."""
    moments: defaultdict[tuple[str, str], list[Moment]] = defaultdict(list)
    for cell in chapter.cells():
        if cell.staging is None and cell.mode is ProcessingMode.WEBHOOK:
            moments[cell.why_not, cell.fault.name].append(cell.moment)
    grouped: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for (why, name), when in moments.items():
        grouped[why, ", ".join(when)].append(f"`{name}`")
    if grouped:
        yield "\nCannot be:\n"
    for (why, when), faults in grouped.items():
        yield f"- {', '.join(faults)} {when}: {why}."
    if any(cell.why_not == NO_ADDRESS for cell in chapter.cells()):
        yield ("" if grouped else "\nCannot be:\n\n") + f"- The other cells of polling: {NO_ADDRESS}."
