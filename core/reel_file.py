"""Read reels from a CSV file: a file with a wrong row is refused whole, each wrong row with a sentence."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.config import NEEDS_URL
from core.errors import InvalidReel, ReelsError
from core.models import ProcessingMode, Reel
from core.validation import check_reel

COLUMNS: Final = ("title", "script", "avatar", "voice", "aspect_ratio", "mode", "account")


class WrongFile(ReelsError):
    """Say what is wrong with a file of reels; `rows` holds a sentence for each wrong row."""

    def __init__(self, message: str, rows: Sequence[str] = (), **values: object) -> None:
        self.rows = tuple(rows)
        super().__init__(message, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Hold one data row: the number of its first line in the file, and its cells."""

    line: int
    cells: Mapping[str, str]


def read_csv(path: Path, *, has_url: bool = True, choose: Callable[[str], str] = str) -> list[Reel]:
    """Return the reels of a file; raises WrongFile, with nothing stored or spent.

    Without a public address (`has_url` false) no row can have the mode webhook. `choose` returns the account that is
    meant by what stands in a row, or raises InvalidReel.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise WrongFile("{path} cannot be read: {why}.", path=str(path), why=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise WrongFile("{path} is not UTF-8 text: save it as CSV UTF-8.", path=str(path)) from error
    rows = _rows(text)
    if not rows:
        raise WrongFile(
            "{path} holds no reel: the first line names the columns, each further one is a reel.", path=path
        )
    reels, wrong = [], []
    for row in rows:
        try:
            reel = _reel(row)
            if reel.mode is ProcessingMode.WEBHOOK and not has_url:
                raise InvalidReel(NEEDS_URL, about="mode")
            reels.append(replace(reel, account=choose(reel.account)))
        except ValueError as error:
            wrong.append(f"row {row.line}: {error}")
    if wrong:
        raise WrongFile("{path}: nothing was stored, since {n} rows are wrong.", wrong, path=path, n=len(wrong))
    return reels


def _rows(text: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_row(line, header, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise WrongFile("The file is not CSV: {why}.", [f"row {reader.line_num}: {error}"], why=str(error)) from error
    return rows


def _check_header(header: Sequence[str]) -> None:
    unknown = [name for name in header if name not in COLUMNS]
    if "script" not in header or unknown or len(set(header)) != len(header):
        raise WrongFile(
            "The first line must name the columns: script, and any of {allowed}; it says {header}.",
            ["row 1: the columns are not those of a file of reels"],
            allowed=", ".join(name for name in COLUMNS if name != "script"),
            header=", ".join(header) or "nothing",
        )


def _row(line: int, header: Sequence[str], cells: Sequence[str]) -> Row:
    extra = "".join(cells[len(header) :]).strip()
    named = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    return Row(line=line, cells={**named, **({"": extra} if extra else {})})


def _reel(row: Row) -> Reel:
    cells = row.cells
    if "" in cells:
        raise InvalidReel("There are more cells than columns: put text that holds a comma into quotes.")
    mode = cells.get("mode", "").lower()
    if mode and mode not in list(ProcessingMode):
        allowed = ", ".join(ProcessingMode)
        raise InvalidReel("The mode {value} is not known; choose one of {allowed}.", value=repr(mode), allowed=allowed)
    reel = Reel(
        title=cells.get("title", ""),
        script=cells.get("script", ""),
        avatar_id=cells.get("avatar", ""),
        voice_id=cells.get("voice", ""),
        aspect_ratio=cells.get("aspect_ratio") or "9:16",
        mode=ProcessingMode(mode) if mode else None,
        account=cells.get("account", ""),
    )
    check_reel(reel)
    return reel
