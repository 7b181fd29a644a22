from __future__ import annotations

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import WrongSheet
from core.sheet import (
    LONGEST_CELL,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    SEPARATORS,
    Line,
    Sheet,
    harmless,
    read_csv,
    read_text,
    write_csv,
)

TABLE = [["título", "guion"], ["Otoño", "Hola, a todos; ¿qué tal?"], ["Ñandú", 'Dijo "hola"\ny se fue']]
READ = Sheet(
    head=("título", "guion"),
    lines=(
        Line(number=2, cells=("Otoño", "Hola, a todos; ¿qué tal?")),
        Line(number=3, cells=("Ñandú", 'Dijo "hola"\ny se fue')),
    ),
)


def saved(rows: list[list[str]], separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_table_is_read_however_it_was_saved(encoding: str, separator: str) -> None:
    assert read_csv(saved(TABLE, separator).encode(encoding)) == READ


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("guion\nHola\n", [(2, "Hola")]),
        ("guion\r\nHola", [(2, "Hola")]),
        ("\n\n guion ,x\n\nHola\n,,\n", [(5, "Hola")]),
        ("guion\nHola, a todos\n", [(2, "Hola, a todos")]),
        ("sep=;\nguion;x\nHola, a todos\n", [(3, "Hola, a todos")]),
        ('guion\n"Hola\na todos"\nAdiós', [(2, "Hola\na todos"), (4, "Adiós")]),
        ('"guion, en español";x\nHola\n', [(2, "Hola")]),
    ],
)
def test_rows_keep_the_number_that_they_have_in_the_file(text: str, lines: list[tuple[int, str]]) -> None:
    assert [(line.number, line.cells[0]) for line in read_text(text).lines] == lines


def test_what_is_copied_out_of_a_spreadsheet_is_read() -> None:
    assert read_text("título\tguion\nOtoño\tHola, a todos\n").lines == (
        Line(number=2, cells=("Otoño", "Hola, a todos")),
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The table is empty"),
        (b"\n \n", "The table is empty"),
        (b"guion\n", "The table is empty"),
        (b"guion\n" + b"Hola\n" * (MOST_ROWS + 1), "more than 2000 rows"),
        (b"guion" + b",x" * MOST_COLUMNS + b"\nHola\n", "Row 1 has more than 60 columns"),
        (b"guion\nHola\n" + b"x" * (LONGEST_CELL + 1), "Row 3 holds a cell of more than 20000 characters"),
        (b"guion\n" + b"x" * 200_000, "cell"),
        (b"guion\nHo\x00la\n", "Row 2 holds a character that is no text"),
        (b"x" * (MOST_BYTES + 1), "larger than 10 MB"),
        (b'guion\nHola\n"never closed\n', "Row 3 is not CSV"),
        (b'guion\nHola\n"a"b\n', "Row 3 is not CSV"),
        (b"guion\nHola \x81\n", "no table that can be read"),
        (b"\xff\xfeg\x00\xd8", "no table that can be read"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no table that can be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(WrongSheet, match=words) as caught:
        read_csv(data)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    with suppress(WrongSheet):
        assert read_csv(data).lines


@pytest.mark.parametrize("text", ["=1+1", "+34 600", "-5 %", "@marca", "\tx", "\rx", "\nx"])
def test_text_that_a_spreadsheet_would_compute_is_marked_as_text(text: str) -> None:
    assert harmless(text) == "'" + text
    [row] = csv.reader(io.StringIO("".join(write_csv([[text, 5, -5, None]])), newline=""))
    assert row == ["'" + text, "5", "-5", ""]


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=9), min_size=1, max_size=3), max_size=4))
def test_what_is_written_can_be_read_and_nothing_in_it_is_a_formula(rows: list[list[str]]) -> None:
    text = "".join(write_csv(rows, ";"))
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert read == [[harmless(cell) for cell in row] for row in rows]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in read for cell in row)
