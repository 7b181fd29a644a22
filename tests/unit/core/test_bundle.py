from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest

from core.bundle import Listing, results, safe_name, zipped
from core.models import Reel
from core.places import beside
from core.store.archive import KeptFile
from tests.conftest import Build
from tests.factories import NOW, House, a_reel

LISTING = Listing(
    name="contents.csv", head=("Reel", "Title", "State", "File"), kept="kept", missing=lambda reel: str(reel.status)
)


@pytest.fixture
def house(build: Build) -> House:
    made = build()
    made.store.campaigns.add("Otoño", "draft-1", "token", NOW)
    return made


def kept(
    house: House, content: bytes = b"film", kind: str = "video", name: str = "video.mp4", **fields: object
) -> Reel:
    """Store a completed reel of the campaign, and a file of it."""
    reel = house.stored("completed", campaign_id=1, **fields)
    keep(house, reel, content, kind, name)
    return reel


def keep(house: House, reel: Reel, content: bytes, kind: str, name: str) -> None:
    path = beside(house.store.path).workbench(reel.id or 0) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    house.store.archive.add(reel.id or 0, KeptFile(kind=kind, name=name, bytes=len(content), sha256="0" * 64), NOW)


def package(house: House) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(zipped(house.store, house.processor.files, 1, LISTING, ","))))


def contents(made: zipfile.ZipFile) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.read("contents.csv").decode("utf-8-sig"), newline="")))


def test_every_kept_file_is_packed_under_a_name_that_says_whose_it_is(house: House) -> None:
    reel = kept(house, b"film" * 100_000, title="Otoño: ¡ya!")
    keep(house, reel, b"picture", "thumbnail", "thumbnail.jpg")
    keep(house, reel, b"words", "subtitles", "subtitles.srt")
    keep(house, reel, b"spoken", "captioned", "captioned.mp4")
    made = package(house)
    assert made.testzip() is None
    read = {name: made.read(name) for name in made.namelist() if name != "contents.csv"}
    assert read == {
        "000001 Otoño ya.mp4": b"film" * 100_000,
        "000001 Otoño ya-captions.mp4": b"spoken",
        "000001 Otoño ya.jpg": b"picture",
        "000001 Otoño ya.srt": b"words",
    }


def test_the_table_in_the_package_names_what_is_there_and_what_is_missing(house: House) -> None:
    kept(house, title="=Uno")
    house.stored("failed", campaign_id=1, title="Dos")
    gone = kept(house, title="Tres")
    (beside(house.store.path).workbench(gone.id or 0) / "video.mp4").unlink()
    house.stored("completed", title="Otra campaña")
    assert contents(package(house)) == [
        ["Reel", "Title", "State", "File"],
        ["1", "'=Uno", "kept", "000001 Uno.mp4"],
        ["2", "Dos", "failed", ""],
        ["3", "Tres", "completed", ""],
    ]


def test_a_campaign_without_any_file_gives_a_package_all_the_same(house: House) -> None:
    assert package(house).namelist() == ["contents.csv"]


def test_files_carry_the_day_on_which_they_were_kept(house: House) -> None:
    kept(house)
    assert package(house).infolist()[0].date_time[0] >= 2026


def test_a_package_can_be_unpacked_while_it_comes(house: House) -> None:
    kept(house, b"film")
    data = b"".join(zipped(house.store, house.processor.files, 1, LISTING, ","))
    assert int.from_bytes(data[8:10], "little") == zipfile.ZIP_DEFLATED  # a stored file would not tell where it ends


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("", "000007"),
        ("../../etc/passwd", "000007 etc passwd"),
        ("C:\\x|y?*<>\"'", "000007 C x y"),
        ("a\nb\tc\0d", "000007 a b c d"),
        ("ñandú 😀 東京", "000007 ñandú 東京"),
        ("x" * 300, "000007 " + "x" * 60),
        (" . ", "000007"),
        ("CON", "000007 CON"),
    ],
)
def test_names_are_such_that_every_system_takes_them(title: str, name: str) -> None:
    assert safe_name(a_reel(id=7, title=title)) == name


def test_reels_of_one_title_have_names_of_their_own(house: House) -> None:
    for _ in range(3):
        kept(house, title="Igual")
    assert len(set(package(house).namelist())) == 4


def test_memory_stays_small_however_large_the_files_are(house: House) -> None:
    reel = kept(house)
    path = beside(house.store.path).workbench(reel.id or 0) / "video.mp4"
    with path.open("wb") as file:
        file.truncate(64 << 20)
    tracemalloc.start()
    size = sum(len(chunk) for chunk in zipped(house.store, house.processor.files, 1, LISTING, ","))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 64 << 20
    assert peak < 8 << 20


# Results


def cells(reel: Reel, files: dict[str, KeptFile]) -> list[object]:
    return [reel.id, reel.title, ", ".join(files)]


def rows(text: Iterator[str], separator: str) -> list[list[str]]:
    data = "".join(text).encode()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator))


@pytest.mark.parametrize("separator", [",", ";"])
def test_results_have_a_row_for_every_reel_in_order(house: House, separator: str) -> None:
    kept(house, title="Uno")
    house.stored("failed", title="De otra")
    house.stored("failed", campaign_id=1, title="=Dos; y, más")
    table = rows(results(house.store, 1, ["Reel", "Título", "Archivos"], cells, separator), separator)
    assert table == [["Reel", "Título", "Archivos"], ["1", "Uno", "video"], ["3", "'=Dos; y, más", ""]]


def test_results_of_more_reels_than_a_page_are_complete(house: House) -> None:
    for _ in range(401):
        house.stored("failed", campaign_id=1)
    table = rows(results(house.store, 1, ["Reel"], lambda reel, _files: [reel.id], ","), ",")
    assert [row[0] for row in table[1:]] == [str(n) for n in range(1, 402)]
