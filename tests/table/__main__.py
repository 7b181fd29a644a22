"""Play the whole table and write its page: `python -m tests.table`."""

from __future__ import annotations

import logging
import sys
import time

from tests.table.cell import CHAPTERS, MODES
from tests.table.document import PAGE, page
from tests.table.scenes import Scene, misjudged, play_scenarios, troubles
from tests.table.stage import play, world
from tests.table.verdict import judged, strange


def main() -> int:
    """Write the page, unless a cell broke a promise; return the exit code."""
    logging.disable(logging.WARNING)
    played, broken = [], []
    for chapter in CHAPTERS:
        began = time.monotonic()
        outcomes, report = play(chapter)
        found = [*judged(outcomes), *strange(outcomes, report)]
        broken += found
        seconds = time.monotonic() - began
        sys.stdout.write(f"{chapter.title}: {len(outcomes)} cells in {seconds:.1f} s, {len(found)} problems\n")
        played.append((chapter, outcomes))
    scenes: list[Scene] = []
    for mode in MODES:
        with world() as made:
            played_there, report = play_scenarios(made, mode)
        found = [*misjudged(report), *(trouble for scene in played_there for trouble in troubles(scene))]
        broken += found
        scenes += played_there
        sys.stdout.write(f"Scenarios in {mode}: {len(played_there)}, {len(found)} problems\n")
    sys.stdout.writelines(f"{problem}\n" for problem in broken)
    if not broken:
        PAGE.write_text(page(played, scenes), encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
