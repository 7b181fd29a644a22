"""Read a table that somebody saved as CSV or copied out of a spreadsheet, in whatever way; pure."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import WrongSheet

MOST_BYTES: Final = 10_000_000
MOST_ROWS: Final = 2000
MOST_COLUMNS: Final = 60
LONGEST_CELL: Final = 20_000
SEPARATORS: Final = (",", ";", "\t", "|")
NO_SEPARATOR: Final = "\x1f"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Hold one row below the head: its number in the file, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Hold a table: the names of the columns and the rows that hold anything."""

    head: tuple[str, ...]
    lines: tuple[Line, ...]


def read_csv(data: bytes) -> Sheet:
    """Read a CSV file: UTF-8, UTF-16 or Windows-1252; separated by comma, semicolon, tab or bar. Raises WrongSheet."""
    check_size(len(data))
    return read_text(_decoded(data))


def read_text(text: str) -> Sheet:
    """Read a table from text; raises WrongSheet."""
    check_size(len(text))
    separator, text, first = _separator(text.removeprefix("\ufeff"))
    return sheet_of(_records(text, separator, first))


def sheet_of(numbered: Iterable[tuple[int, Sequence[str]]]) -> Sheet:
    """Build a table from numbered rows, the first that holds anything being the head; raises WrongSheet."""
    head: tuple[str, ...] | None = None
    lines: list[Line] = []
    for number, cells in numbered:
        row = _trimmed(number, cells)
        if head is None:
            head = row or None
        elif row:
            lines.append(Line(number=number, cells=row))
            if len(lines) > MOST_ROWS:
                raise WrongSheet(
                    "The table has more than {limit} rows: split it into several campaigns.", limit=MOST_ROWS
                )
    if head is None or not lines:
        raise WrongSheet("The table is empty: its first row names the columns, each further row is a reel.")
    return Sheet(head=head, lines=tuple(lines))


def check_size(size: int) -> None:
    """Raise WrongSheet for a file that is too large to be read."""
    if size > MOST_BYTES:
        raise WrongSheet("The file is larger than {limit} MB: split it.", limit=MOST_BYTES // 1_000_000)


def write_csv(rows: Iterable[Sequence[object]], separator: str = ",") -> Iterator[str]:
    """Yield rows as CSV lines; text that a spreadsheet would take for a formula is marked as text."""
    line = io.StringIO()
    writer = csv.writer(line, delimiter=separator, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def harmless(text: str) -> str:
    """Return a text so that a spreadsheet shows it and never computes it."""
    return "'" + text if text.startswith(FORMULA) else text


def _trimmed(number: int, cells: Sequence[str]) -> tuple[str, ...]:
    """Return the cells without the empty ones at the end."""
    row = [cell.strip() for cell in cells]
    while row and not row[-1]:
        row.pop()
    if len(row) > MOST_COLUMNS:
        raise WrongSheet(
            "Row {row} has more than {limit} columns: is this the right file?", row=number, limit=MOST_COLUMNS
        )
    for cell in row:
        if len(cell) > LONGEST_CELL:
            raise WrongSheet(
                "Row {row} holds a cell of more than {limit} characters: shorten it.", row=number, limit=LONGEST_CELL
            )
        if "\0" in cell:
            raise WrongSheet("Row {row} holds a character that is no text: is this the right file?", row=number)
    return tuple(row)


def _decoded(data: bytes) -> str:
    if b"\0" in data or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = [_utf16(data)]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WrongSheet("The file is no table that can be read: save it as CSV (UTF-8) or as an Excel workbook (.xlsx).")


def _utf16(data: bytes) -> str:
    """Return which UTF-16 this is: every second byte of European text is zero."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    most = len(data) // 4
    return "utf-16-le" if data[1::2].count(0) > most else "utf-16-be" if data[::2].count(0) > most else "utf-8"


def _separator(text: str) -> tuple[str, str, int]:
    """Return what separates cells, the text to read, and the number of its first line."""
    first, _newline, rest = text.partition("\n")
    hint = first.strip().lower()
    if hint.startswith("sep=") and len(hint) == 5:  # Excel's own hint
        return hint[4], rest, 2
    head = next((line for line in text.split("\n", 50) if line.strip()), "")
    outside = "".join(head.split('"')[::2])
    best = max(SEPARATORS, key=outside.count)
    return (best if best in outside else NO_SEPARATOR), text, 1


def _records(text: str, separator: str, first: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = first
    try:
        for cells in reader:
            yield number, cells
            number = reader.line_num + first
    except csv.Error as error:
        raise WrongSheet(
            "Row {row} is not CSV: a quotation mark is not closed, or stands inside a cell.", row=number
        ) from error
