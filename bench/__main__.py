"""Measure in turn and say how each figure compares with its target: `python -m bench`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from bench.lives import living
from bench.receiving import receiving
from bench.report import table, write
from bench.result import Result
from bench.scale import FULL, Scale
from bench.scheduling import scheduling
from bench.screens import screens
from bench.served import ROOT
from bench.storing import storing
from bench.workers import working
from core.clock import utcnow

GROUPS: Sequence[Callable[[Scale], list[Result]]] = (scheduling, receiving, storing, living, working, screens)


def main() -> int:
    """Run all; a target that is missed is said, only a benchmark that could not run is an error."""
    results: list[Result] = []
    broken = False
    for group in GROUPS:
        print(f"{group.__name__} …", file=sys.stderr, flush=True)  # noqa: T201  # a command's output
        try:
            results += group(FULL)
        except Exception as error:
            print(f"{group.__name__} could not run: {error!r}", file=sys.stderr)  # noqa: T201  # a command's output
            broken = True
    print(table(results))  # noqa: T201  # a command's output
    if not broken:
        write(results, utcnow().date(), ROOT / "build" / "bench.json", ROOT / "docs" / "performance.md")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
