"""Read the first sheet of an Excel workbook, and write one; a workbook that is a trap is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from core.errors import WrongSheet
from core.sheet import MOST_COLUMNS, MOST_ROWS, Sheet, check_size, read_csv, sheet_of

ZIPPED: Final = b"PK\x03\x04"
OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
MOST_XML: Final = 30_000_000
MOST_PARTS: Final = 1000
MOST_SHEET_ROWS: Final = 20_000
PROLOG: Final = 4096
AS_TEXT: Final = "@"
NARROWEST, WIDEST = 14, 60
EMPTY_ROWS: Final = 200


def read_table(data: bytes) -> Sheet:
    """Read a table from an Excel workbook or a CSV file, whichever it is; raises WrongSheet."""
    return read_workbook(data) if data.startswith((ZIPPED, OLD_OFFICE)) else read_csv(data)


def read_workbook(data: bytes) -> Sheet:
    """Read the first sheet of an .xlsx file; raises WrongSheet."""
    check_size(len(data))
    if data.startswith(OLD_OFFICE):
        raise WrongSheet("The file is an old or a locked Excel workbook: save it as .xlsx without a password.")
    try:
        _check_parts(data)
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        try:
            return sheet_of(_rows(book.worksheets[0]))
        finally:
            book.close()
    except WrongSheet:
        raise
    except Exception as error:  # a damaged workbook breaks openpyxl in ways that nobody has listed
        raise WrongSheet(
            "The Excel workbook cannot be read: open it, save it again as .xlsx, or save it as CSV."
        ) from error


def _check_parts(data: bytes) -> None:
    """Refuse a workbook that unpacks to too much (no part can pass what it declares), or whose XML defines entities."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [part for part in package.infolist() if part.filename.lower().endswith((".xml", ".rels", ".vml"))]
        if len(package.infolist()) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_XML:
            raise WrongSheet(
                "The Excel workbook unpacks to more than {limit} MB: save its first sheet as CSV.",
                limit=MOST_XML // 1_000_000,
            )
        for part in parts:
            with package.open(part) as xml:
                prolog = xml.read(PROLOG).replace(b"\0", b"")
            if b"<!DOCTYPE" in prolog or b"<!ENTITY" in prolog:
                raise WrongSheet("The Excel workbook defines entities, as Excel never does: save it again with Excel.")


def _rows(sheet: Any) -> Iterator[tuple[int, Sequence[str]]]:
    sheet.reset_dimensions()  # what a workbook says of its own size is often wrong
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
        if number > MOST_SHEET_ROWS:
            raise WrongSheet(
                "The sheet goes on beyond row {limit}: delete the empty rows at its end.", limit=MOST_SHEET_ROWS
            )
        yield number, [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    if cell.data_type == "f":
        raise WrongSheet("Cell {cell} holds a formula: copy the column and paste it as values.", cell=cell.coordinate)
    if cell.data_type == "e":
        raise WrongSheet("Cell {cell} holds the error {value}: correct it.", cell=cell.coordinate, value=cell.value)
    value = cell.value
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, time):
        return value.strftime("%H:%M" if not value.second else "%H:%M:%S")
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def write_workbook(
    name: str, head: Sequence[str], rows: Sequence[Sequence[str]], choices: Mapping[str, Sequence[str]]
) -> bytes:
    """Return a workbook of one sheet, in which every cell is text; some columns offer what can be chosen."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(head, start=1):
        letter = get_column_letter(number)
        longest = max(len(row[number - 1]) for row in [head, *rows])
        sheet.column_dimensions[letter].width = min(WIDEST, max(NARROWEST, longest + 2))
        if column in choices:
            offer = DataValidation("list", formula1=f'"{",".join(choices[column])}"', showErrorMessage=False)
            offer.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
            sheet.data_validations.append(offer)
    sheet.append([_cell(sheet, column, bold=True) for column in head])
    for row in [*rows, *[("",) * len(head)] * EMPTY_ROWS]:
        sheet.append([_cell(sheet, text) for text in row])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=text or None)
    cell.number_format = AS_TEXT  # else Excel takes 9:16 for a time
    cell.font = Font(bold=bold)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
