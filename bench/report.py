"""Write what was measured: a table on the screen, the block of docs/performance.md, and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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


def write(parts: Mapping[str, Sequence[Result]], today: date, json_file: Path, document: Path) -> None:
    """Write the results of each part to both files; of the document, only what stands between the two marks changes."""
    json_file.parent.mkdir(exist_ok=True)
    about = {"date": today.isoformat(), "machine": machine(), "versions": versions()}
    rows = [result.to_json() | {"part": part} for part, results in parts.items() for result in results]
    json_file.write_text(json.dumps({**about, "results": rows}, ensure_ascii=False, indent=1) + "\n")
    results = [result for some in parts.values() for result in some]
    before, _, rest = document.read_text().partition(BEGIN)
    document.write_text(before + BEGIN + "\n\n" + _markdown(results, about) + "\n" + END + rest.partition(END)[2])


def earlier(json_file: Path) -> dict[str, list[Result]]:
    """Return the results that were written before, part by part; nothing where there are none."""
    parts: dict[str, list[Result]] = {}
    for row in json.loads(json_file.read_text())["results"] if json_file.exists() else ():
        if "part" in row:
            parts.setdefault(row["part"], []).append(Result.from_json(row))
    return parts


def _markdown(results: Sequence[Result], about: dict[str, str]) -> str:
    rows = [HEADS, ("---",) * len(HEADS), *(result.cells() for result in results)]
    lines = [f"{about['date']}: {about['machine']}; {about['versions']}.", ""]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
