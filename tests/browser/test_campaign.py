"""A campaign as a person makes it: a table with mistakes, corrected in place, submitted once, followed to its end."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from core import campaigns
from core.models import Reel, ReelStatus
from core.store import ReelFilter
from tests.browser.conftest import Server, Visit, Visitor, keep, serve, until

SCRIPT = "Hola {{nombre}}. [[sim: render=1s {{fin}}]]"
ROW_HEIGHT = 36
# Where a column of the editor is, in pixels from its left edge: after make, row and check come those that are filled.
FIRST, WIDTH = 500, 160
FAILS = (5, 12)


def table(rows: int = 50) -> bytes:
    """Return a table as Excel in Spain saves it; rows 8, 24 and 42 of the file are wrong, and two reels will fail."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["Nombre", "Formato", "Avatar", "Fin"])
    for n in range(1, rows + 1):
        name, shape, avatar = f"Señor {n}", ("Reel", "cuadrado", "16:9")[n % 3], ""
        name = "" if n == 23 else name
        shape = "3:2" if n == 7 else shape
        avatar = "Nadie" if n == 41 else avatar
        writer.writerow([name, shape, avatar, "outcome=failed" if n in FAILS else "outcome=completed"])
    return out.getvalue().encode("cp1252")


def bring(tab: Visitor, server: Server, data: bytes, script: str = SCRIPT) -> Page:
    """Open the page, write the script for all rows, and bring a table in."""
    page = tab.open(f"{server.url}/many")
    field = page.get_by_role("textbox", name="Guion para todas las filas")
    field.fill(script)
    field.blur()
    tab.settled()
    page.locator("input[type=file]").set_input_files(
        {"name": "reels.csv", "mimeType": "text/csv", "buffer": data}, timeout=5_000
    )
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=10_000)
    tab.settled()
    return page


def write(tab: Visitor, row: int, column: int, text: str) -> None:
    """Write into a cell of the editor, which is drawn on a canvas."""
    grid = tab.page.get_by_test_id("stDataFrame").first
    place = {"x": FIRST + WIDTH * column + WIDTH // 2, "y": ROW_HEIGHT + ROW_HEIGHT * row + ROW_HEIGHT // 2}
    grid.click(position=place)  # type: ignore[arg-type]  # a position is such a mapping
    expect(grid.locator("td[aria-selected=true]")).to_have_count(1)
    if not text:
        tab.page.keyboard.press("Delete")
        return
    tab.page.keyboard.press("Enter")
    editor = tab.page.locator("#portal textarea")
    editor.fill(text)
    expect(editor).to_have_value(text)
    tab.page.keyboard.press("Enter")
    expect(editor).to_have_count(0)
    expect(tab.page.get_by_role("button", name="Comprobar de nuevo")).to_be_enabled(timeout=5_000)


def problems(page: Page) -> Locator:
    return page.locator(".st-key-wrong")


def correct(tab: Visitor) -> None:
    """Correct the three wrong rows, which are shown alone, and have them checked again."""
    page = tab.page
    expect(problems(page)).to_contain_text("Fila 8: No se conoce el formato '3:2'")
    expect(problems(page)).to_contain_text("Fila 24: Esta fila no tiene valor para {{nombre}}.")
    expect(problems(page)).to_contain_text("Fila 42: No existe el avatar Nadie")
    write(tab, 0, 1, "Reel")
    expect(problems(page)).not_to_contain_text("Fila 8", timeout=5_000)
    write(tab, 1, 2, "Ana")
    expect(problems(page)).not_to_contain_text("Fila 24", timeout=5_000)
    write(tab, 2, 0, "")
    expect(problems(page)).to_have_count(0, timeout=5_000)
    page.get_by_role("button", name="Comprobar de nuevo").click()
    expect(page.get_by_text("Todas las filas están bien")).to_be_visible()


def submit(page: Page, name: str, n: int) -> None:
    page.get_by_label("Nombre de la campaña").fill(name)
    page.get_by_role("button", name=f"Crear {n} reels").dblclick()
    page.wait_for_url("**/campaign?id=*", timeout=15_000)


def test_fifty_reels_are_made_of_a_table_with_three_wrong_rows(server: Server, visitor: Visit, tmp_path: Path) -> None:
    tab = visitor()
    page = bring(tab, server, table())
    expect(page.get_by_text("3 de 50 filas tienen errores")).to_be_visible()
    expect(page.get_by_role("button", name="Crear 47 reels")).to_be_disabled()
    keep(page, "campaign-three-wrong-rows")
    correct(tab)
    expect(page.get_by_text("Hola Señor 1.", exact=True)).to_be_visible()
    submit(page, "Otoño en Madrid", 50)
    store = server.product.store
    assert [(c.name, c.reels) for c in store.campaigns.page(None, 9)] == [("Otoño en Madrid", 50)]
    assert len(store.reels.page(ReelFilter(), 99)) == 50
    assert store.reels.get(23).script.startswith("Hola Ana.")
    expect(page.get_by_text("Terminada con errores")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("48 de 50 listos")).to_be_visible()
    keep(page, "campaign-two-failed")
    page.get_by_role("button", name="Reintentar todos los fallidos (2)").click()
    until(lambda: all(store.reels.get(n).attempt == 2 for n in FAILS), 10, "both are tried again")
    until(lambda: all(store.reels.get(n).status is ReelStatus.FAILED for n in FAILS), 30, "both have failed again")
    expect(page.get_by_text("Terminada con errores")).to_be_visible(timeout=30_000)
    assert all(reel.attempt == 1 for reel in store.reels.page(ReelFilter(status=ReelStatus.COMPLETED), 99))
    until(lambda: store.archive.waiting() == 0, 60, "every file is kept")
    look_at_results(page, tmp_path)
    look_at_files(page, tmp_path)


def look_at_results(page: Page, folder: Path) -> None:
    with page.expect_download() as download:
        results = page.get_by_role("link", name="Resultados (CSV)")
        expect(results).to_have_count(1)  # while the page changes, what was there stands beside what comes
        results.click()
    assert download.value.suggested_filename == "Otoño en Madrid.csv"
    download.value.save_as(folder / "results.csv")
    text = (folder / "results.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert [row["Estado"] for row in rows].count("Listo") == 48
    assert [row["Reel"] for row in rows if row["Estado"] == "Fallido"] == ["5", "12"]


def look_at_files(page: Page, folder: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Todos los archivos (ZIP)").click()
    download.value.save_as(folder / "files.zip")
    with zipfile.ZipFile(folder / "files.zip") as package:
        assert package.testzip() is None
        names = package.namelist()
    assert len([name for name in names if name.endswith(".mp4") and "captions" not in name]) == 48
    assert "contenido.csv" in names


def test_a_reload_and_another_page_lose_nothing(server: Server, visitor: Visit) -> None:
    tab = visitor()
    page = bring(tab, server, table(6), "Hola {{nombre}}, {{fin}}.")
    write(tab, 1, 1, "Escrito a mano")
    page.get_by_text("Vista previa", exact=True).click()
    expect(page.get_by_text("Hola Escrito a mano").first).to_be_attached(timeout=5_000)
    page.get_by_role("link", name="Campañas").first.click()
    page.wait_for_url("**/campaigns*", timeout=5_000)
    page.get_by_role("link", name="Muchos a la vez").first.click()
    expect(page.get_by_role("button", name="Crear 6 reels")).to_be_enabled(timeout=5_000)
    page.reload()
    expect(page.get_by_role("button", name="Crear 6 reels")).to_be_enabled(timeout=10_000)
    expect(page.get_by_role("textbox", name="Guion para todas las filas")).to_have_value("Hola {{nombre}}, {{fin}}.")
    page.get_by_text("Vista previa", exact=True).click()
    expect(page.get_by_text("Hola Escrito a mano").first).to_be_attached(timeout=5_000)


@pytest.mark.parametrize("kind", ["CSV", "Excel"])
def test_the_template_can_be_submitted_as_it_is(server: Server, visitor: Visit, tmp_path: Path, kind: str) -> None:
    tab = visitor()
    page = tab.open(f"{server.url}/many")
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Tabla modelo ({kind})").click()
    name = download.value.suggested_filename
    assert name == ("tabla-modelo.csv" if kind == "CSV" else "tabla-modelo.xlsx")
    download.value.save_as(tmp_path / name)
    if kind == "Excel":
        sheet = load_workbook(tmp_path / name).active
        assert sheet is not None
        assert [cell.value for cell in sheet[1]][:2] == ["título", "guion"]
    else:
        assert (tmp_path / name).read_text("utf-8-sig").startswith("título;guion;")
    page.locator("input[type=file]").set_input_files(tmp_path / name)
    expect(page.get_by_text("Todas las filas están bien")).to_be_visible(timeout=5_000)
    expect(page.get_by_role("button", name="Crear 2 reels")).to_be_enabled()


@pytest.mark.long
def test_what_was_submitted_before_a_crash_is_found_again_and_not_submitted_twice(
    visitor: Visit, tmp_path: Path
) -> None:
    """The product is killed when the campaign is stored, before the page could say so."""
    with serve(tmp_path) as first:
        tab = visitor()
        page = bring(tab, first, table(3), "Hola {{nombre}}, {{fin}}.")
        address = page.url
        key = address.partition("draft=")[2].partition("&")[0]
        campaigns.submit(first.product.processor, "Otoño", key, [Reel(script="Hola.")])
    with serve(tmp_path) as second:
        page.goto(address.replace(first.url, second.url))
        expect(page.get_by_text("Esta tabla ya se envió como campaña.")).to_be_visible(timeout=20_000)
        page.get_by_role("button", name="Abrir la campaña").click()
        page.wait_for_url("**/campaign?id=1", timeout=5_000)
        assert len(second.product.store.reels.page(ReelFilter(), 9)) == 1
