"""Write what was measured: a table on the screen, the block of docs/performance.md, and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from bench.machine import machine, versions
from bench.result import Result

HEADS: Final = ("measured", "figure", "target", "aim", "", "spread")
BEGIN: Final = "<!-- results: written by make bench -->"
END: Final = "<!-- end of results -->"


def table(results: Sequence[Result]) -> str:
    """Return the results in columns."""
    rows = [HEADS, *(result.cells() for result in results)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def write(results: Sequence[Result], today: date, json_file: Path, document: Path) -> None:
    """Write the results to both files; of the document, only what stands between the two marks changes."""
    json_file.parent.mkdir(exist_ok=True)
    about = {"date": today.isoformat(), "machine": machine(), "versions": versions()}
    told = {**about, "results": [result.to_json() for result in results]}
    json_file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    before, _, rest = document.read_text().partition(BEGIN)
    document.write_text(before + BEGIN + "\n\n" + _markdown(results, about) + "\n" + END + rest.partition(END)[2])


def _markdown(results: Sequence[Result], about: dict[str, str]) -> str:
    rows = [HEADS, ("---",) * len(HEADS), *(result.cells() for result in results)]
    lines = [f"{about['date']}: {about['machine']}; {about['versions']}.", ""]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
