from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from core.errors import WrongSheet
from core.sheet import MOST_COLUMNS, MOST_ROWS, Line
from core.workbook import MOST_SHEET_ROWS, OLD_OFFICE, read_table, read_workbook, write_workbook


def book(*rows: list[Any], also: Callable[[Any], None] = lambda sheet: None) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    also(made.active)
    packed = io.BytesIO()
    made.save(packed)
    return packed.getvalue()


def repacked(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook of which one part is changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part.filename, change(content) if part.filename == name else content)
    return packed.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
PLAIN = book(["título", "guion"], ["Otoño", "Hola"])


def test_a_workbook_is_read() -> None:
    sheet = read_table(PLAIN)
    assert sheet.head == ("título", "guion")
    assert sheet.lines == (Line(number=2, cells=("Otoño", "Hola")),)


def test_a_csv_file_is_read_as_one_whatever_its_name() -> None:
    assert read_table("título;guion\nOtoño;Hola\n".encode()) == read_table(PLAIN)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Hola ", "Hola"),
        (50, "50"),
        (50.0, "50"),
        (12.5, "12.5"),
        (time(9, 16), "09:16"),
        (time(9, 16, 30), "09:16:30"),
        (datetime(2026, 11, 24), "2026-11-24"),  # noqa: DTZ001  # a workbook knows no zones
        (date(2026, 11, 24), "2026-11-24"),
        (datetime(2026, 11, 24, 10, 30), "2026-11-24 10:30"),  # noqa: DTZ001  # a workbook knows no zones
    ],
)
def test_a_cell_is_read_as_it_is_seen(value: Any, text: str) -> None:
    [line] = read_workbook(book(["guion", "x"], ["a", value])).lines
    assert line.cells == ("a", text)


def test_empty_rows_and_columns_are_passed_over() -> None:
    sheet = read_workbook(book([], ["guion", None, None], [None, ""], ["Hola"], [], ["Adiós"]))
    assert sheet.head == ("guion",)
    assert [(line.number, line.cells) for line in sheet.lines] == [(4, ("Hola",)), (6, ("Adiós",))]


def test_a_wrong_word_about_its_own_size_hides_nothing() -> None:
    small = repacked(PLAIN, SHEET, lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1:A1"'))
    assert read_workbook(small) == read_workbook(PLAIN)


def test_only_the_first_sheet_is_read() -> None:
    made = load_workbook(io.BytesIO(PLAIN))
    made.create_sheet("Ayuda").append(["=1+1"])
    packed = io.BytesIO()
    made.save(packed)
    assert read_workbook(packed.getvalue()) == read_workbook(PLAIN)


# Traps and mistakes


def stray(cell: str) -> bytes:
    return book(["guion"], ["Hola"], also=lambda sheet: sheet.__setitem__(cell, "x"))


def doctype(xml: bytes) -> bytes:
    return xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (book(["guion"], ["=A1"]), "Cell A2 holds a formula"),
        (book(["guion"], ["#REF!"]), "Cell A2 holds the error #REF!"),
        (book(["guion"], *[["Hola"]] * (MOST_ROWS + 1)), "more than 2000 rows"),
        (book(["guion"] * (MOST_COLUMNS + 1), ["Hola"]), "Row 1 has more than 60 columns"),
        (book(["guion"], ["x" * 20_001]), "Row 2 holds a cell of more than 20000 characters"),
        (book(["guion"]), "The table is empty"),
        (book(), "The table is empty"),
        (stray(f"A{MOST_SHEET_ROWS + 1}"), "goes on beyond row 20000"),
        (stray("A1048576"), "goes on beyond row 20000"),
        (OLD_OFFICE + b"\xa1\xb1\x1a\xe1", "save it as .xlsx without a password"),
        (b"PK\x03\x04 and then nothing", "cannot be read"),
        (PLAIN[:-40], "cannot be read"),
        (repacked(PLAIN, SHEET, lambda xml: xml[:-20]), "cannot be read"),
        (repacked(PLAIN, SHEET, doctype), "defines entities"),
        (repacked(PLAIN, "xl/workbook.xml", lambda xml: b""), "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_with_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(WrongSheet, match=words) as caught:
        read_workbook(data)
    assert "\n" not in str(caught.value)


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(PLAIN, SHEET, lambda xml: xml + b" " * 40_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(WrongSheet, match="unpacks to more than 30 MB"):
        read_workbook(bomb)


def test_a_workbook_of_too_many_parts_is_refused() -> None:
    packed = io.BytesIO(PLAIN)
    with zipfile.ZipFile(packed, "a") as package:
        for n in range(1001):
            package.writestr(f"xl/media/{n}.png", b"")
    with pytest.raises(WrongSheet, match="unpacks"):
        read_workbook(packed.getvalue())


def test_a_damaged_workbook_is_refused_and_never_breaks() -> None:
    chance = random.Random(7)
    for _ in range(150):
        data = bytearray(PLAIN)
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(4, len(data))] = chance.randrange(256)
        try:
            read_workbook(bytes(data))
        except WrongSheet:
            continue


# Writing


def test_a_template_is_read_as_it_was_written_and_holds_only_text() -> None:
    data = write_workbook("Reels", ["título", "formato"], [["=Uno", "9:16"]], {"formato": ["9:16", "1:1"]})
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert (sheet["B2"].value, sheet["B2"].number_format, sheet["B90"].number_format) == ("9:16", "@", "@")
    [offer] = sheet.data_validations.dataValidation
    assert (offer.formula1, str(offer.sqref)) == ('"9:16,1:1"', "B2:B2001")


def test_a_template_can_be_filled_in_and_read_again() -> None:
    data = write_workbook("Reels", ["título", "formato"], [["Uno", "9:16"]], {})
    assert read_workbook(data).lines == (Line(number=2, cells=("Uno", "9:16")),)
