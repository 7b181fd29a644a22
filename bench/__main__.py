"""Measure in turn and say how each figure compares with its target: `python -m bench [PART …]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Final

from bench.lives import living
from bench.receiving import receiving
from bench.report import earlier, table, write
from bench.result import Result
from bench.scale import FULL, Scale
from bench.scheduling import scheduling
from bench.screens import screens
from bench.served import ROOT
from bench.storing import storing
from bench.workers import working
from core.clock import utcnow

PARTS: Final[Mapping[str, Callable[[Scale], list[Result]]]] = {
    part.__name__: part for part in (scheduling, receiving, storing, living, working, screens)
}
JSON: Final = ROOT / "build" / "bench.json"


def main() -> int:
    """Run all, or the named parts; a target that is missed is said, only a part that could not run is an error.

    Of the parts that are not run, the report keeps what it has.
    """
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}; all by default")
    asked = parser.parse_args().parts or list(PARTS)
    if unknown := set(asked) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}; choose from {', '.join(PARTS)}")
    measured: dict[str, list[Result]] = {}
    for name in asked:
        print(f"{name} …", file=sys.stderr, flush=True)  # noqa: T201  # a command's output
        try:
            measured[name] = PARTS[name](FULL)
        except Exception as error:
            print(f"{name} could not run: {error!r}", file=sys.stderr)  # noqa: T201  # a command's output
    print(table([result for results in measured.values() for result in results]))  # noqa: T201  # a command's output
    if broken := len(measured) < len(set(asked)):
        return int(broken)
    known = earlier(JSON) | measured
    write({name: known[name] for name in PARTS if name in known}, utcnow().date(), JSON, ROOT / "docs/performance.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
