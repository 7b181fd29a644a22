from __future__ import annotations

from pathlib import Path

import pytest

from core.models import ProcessingMode
from core.reel_file import WrongFile, read_csv

HEADER = "title,script,avatar,voice,aspect_ratio,mode\n"


def file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "reels.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def wrong(tmp_path: Path, text: str | bytes) -> WrongFile:
    with pytest.raises(WrongFile) as caught:
        read_csv(file(tmp_path, text))
    return caught.value


def test_every_column_is_read(tmp_path: Path) -> None:
    [reel] = read_csv(file(tmp_path, HEADER + "Launch,Hola,avatar_1,voice_1,1:1,hybrid\n"))
    assert (reel.title, reel.script, reel.avatar_id, reel.voice_id) == ("Launch", "Hola", "avatar_1", "voice_1")
    assert (reel.aspect_ratio, reel.mode, reel.id) == ("1:1", ProcessingMode.HYBRID, None)


@pytest.mark.parametrize(
    ("text", "scripts"),
    [
        ("script\nHola\n", ["Hola"]),
        ("script\nHola", ["Hola"]),
        ("SCRIPT \nHola\n", ["Hola"]),
        ("script\r\nHola\r\nAdiós\r\n", ["Hola", "Adiós"]),
        ("\ufeffscript,title\nHola,x\n", ["Hola"]),
        ("mode,script\n,Hola\nPOLLING,Hola\n", ["Hola", "Hola"]),
        ('script\n"Hola, a todos"\n', ["Hola, a todos"]),
        ('script\n"Hola\na todos"\n', ["Hola\na todos"]),
        ('script\n"Dijo ""hola"""\n', ['Dijo "hola"']),
        ("script\n\n  \nHola\n\n", ["Hola"]),
        ("script,title\nHola\n", ["Hola"]),
        ("script,title\nHola,,,\n", ["Hola"]),
        ("script\n  Hola  \n", ["Hola"]),
        ("script\nñandú 🎬\n", ["ñandú 🎬"]),
        ("script\n" + "x" * 5000 + "\n", ["x" * 5000]),
    ],
)
def test_files_as_people_save_them_are_read(tmp_path: Path, text: str, scripts: list[str]) -> None:
    assert [reel.script for reel in read_csv(file(tmp_path, text))] == scripts


def test_every_reel_of_a_file_has_a_key_of_its_own(tmp_path: Path) -> None:
    reels = read_csv(file(tmp_path, "script\nHola\nHola\n"))
    assert len({reel.idempotency_key for reel in reels}) == 2


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("Hola,16:9,\nHola,3:2,\n", [3]),
        (",,\n", []),
        (",9:16,\n", [2]),
        ("Hola,,\n,9:16,\nHola,,push\n", [3, 4]),
        ('"Hola\na\ntodos",,\n,9:16,\n', [5]),
        ('"Hola\na\ntodos",3:2,\n"a\nb",,push\nHola,,\n', [2, 5]),
        ("\n\n,9:16,\n", [4]),
        ("Hola a todos, y más,9:16,polling\n", [2]),
        ("x" * 5001 + ",,\n", [2]),
        ("Hola,,\r\n,9:16,\r\n", [3]),
        ("Hola\x00,,\n", [2]),
    ],
)
def test_wrong_rows_are_named_by_their_line_in_the_file(tmp_path: Path, rows: str, lines: list[int]) -> None:
    told = wrong(tmp_path, "script,aspect_ratio,mode\n" + rows)
    assert [row.split(":")[0] for row in told.rows] == [f"row {line}" for line in lines]
    assert all("\n" not in row for row in told.rows)


def test_without_a_public_address_a_row_in_webhook_mode_is_wrong(tmp_path: Path) -> None:
    path = file(tmp_path, "script,mode\nHola,polling\nHola,webhook\n")
    with pytest.raises(WrongFile) as caught:
        read_csv(path, has_url=False)
    assert caught.value.rows == ("row 3: webhook_base_url requerido para modo webhook",)
    assert len(read_csv(path)) == 2


def test_each_wrong_row_says_what_is_wrong(tmp_path: Path) -> None:
    told = wrong(tmp_path, "script,aspect_ratio,mode\n,9:16,\nHola,3:2,\nHola,,push\na,b,c,d\n")
    empty, ratio, mode, extra = told.rows
    assert "empty" in empty
    assert "'3:2'" in ratio
    assert "9:16" in ratio
    assert "'push'" in mode
    assert "webhook, polling, hybrid" in mode
    assert "more cells than columns" in extra


@pytest.mark.parametrize(
    "text",
    [
        "",
        "title\nLaunch\n",
        "Hola a todos\n",
        "script,script\nHola,Hola\n",
        "script,colour\nHola,red\n",
        "script;title\nHola;x\n",
        "script,\nHola,\n",
    ],
)
def test_a_header_that_is_none_is_row_1(tmp_path: Path, text: str) -> None:
    told = wrong(tmp_path, text)
    assert [row.split(":")[0] for row in told.rows] == ["row 1"]


@pytest.mark.parametrize("text", ["script\n", "script\n\n \n", HEADER])
def test_a_file_without_a_reel_is_said_so(tmp_path: Path, text: str) -> None:
    assert "holds no reel" in str(wrong(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "line"),
    [('script\nHola\n"never closed\n', 3), ('script\nHola\nHo"la\n"a"b\n', 4), ("script\n" + "x" * 200_000 + "\n", 2)],
)
def test_what_is_not_csv_is_named_by_its_line(tmp_path: Path, text: str, line: int) -> None:
    [row] = wrong(tmp_path, text).rows
    assert row.startswith(f"row {line}:")


def test_a_file_in_another_encoding_is_said_so(tmp_path: Path) -> None:
    assert "UTF-8" in str(wrong(tmp_path, "script\nñandú\n".encode("latin-1")))
    assert "UTF-8" in str(wrong(tmp_path, "script\nHola\n".encode("utf-16")))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(WrongFile, match="cannot be read"):
            read_csv(path)
