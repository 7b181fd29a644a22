"""The page that makes many reels at once, read without a browser."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from openpyxl import Workbook
from streamlit.testing.v1 import AppTest

from core import catalogue
from core.campaigns import submit
from core.clock import utcnow
from core.models import Reel
from core.options import Captions, Staging, staged, staging_of
from core.presets import Choices, named
from core.product import Product
from core.store import ReelFilter
from core.turns import ACCOUNT
from pages.ui.many.writing import Writing
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import texts

TABLE = "Título;Nombre;Formato\nUno;Ana;Reel\nDos;;9:16\nTres;Eva;3:2\nCuatro;Luis;cuadrado\n".encode("cp1252")
SCRIPT = "Hola {{nombre}}."
WORDS = {
    "es": {"submit": "Crear 4 reels", "name": "Nombre de la campaña", "wrong": "2 de 4 filas tienen errores"},
    "en": {"submit": "Make 4 reels", "name": "Name of the campaign", "wrong": "2 of 4 rows are wrong"},
}


def offer(product: Product) -> None:
    """Put one avatar and one voice on offer."""
    avatars = [{"id": "lucia", "name": "Lucía", "default_voice_id": "v-es", "tags": []}]
    found = {"avatars": avatars, "voices": [{"id": "v-es", "name": "Elena"}]}
    product.store.facts.put(catalogue.CATALOGUE, found, utcnow())


def upload(page: AppTest, data: bytes = TABLE, script: str = SCRIPT) -> AppTest:
    """Write the script for all rows and bring a table in."""
    page.text_area[0].set_value(script)
    page.file_uploader[0].upload("reels.csv", data)
    return page.run()


def writing(page: AppTest) -> Writing:
    kept: Writing = page.session_state["many"]
    return kept


def edit(page: AppTest, edits: dict[int, dict[str, object]]) -> AppTest:
    """Edit the shown rows as the editor reports it: AppTest itself cannot."""
    current = writing(page)
    current.put(current.draft.edited(current.shown, edits), current.shown)
    return page.run()


def choose(page: AppTest, part: str, option: str) -> None:
    """Choose what is shown (`view`), or where the rows come from (`way`)."""
    next(control for control in page.button_group if str(control.key).startswith(part)).set_value(option)
    page.run()


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def name_it(page: AppTest, language: str = "es", name: str = "Otoño") -> None:
    next(field for field in page.text_input if field.label == WORDS[language]["name"]).set_value(name)


def stored(product: Product) -> list[Reel]:
    return product.store.reels.page(ReelFilter(), 100)[::-1]


def badges(page: AppTest) -> str:
    return "\n".join(str(element.value) for element in page.markdown)


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_table_is_brought_in_corrected_and_submitted(product: Product, visit: Visit, language: str) -> None:
    words = WORDS[language]
    page = upload(visit("many", language))
    assert words["wrong"] in badges(page)
    assert next(button for button in page.button if button.label.startswith(words["submit"][:5])).disabled
    page = edit(page, {1: {"Nombre": "Iris"}, 2: {"aspect_ratio": "16:9"}})
    assert words["wrong"] not in badges(page)
    name_it(page, language)
    page = press(page, words["submit"])
    assert [(reel.title, reel.script, reel.aspect_ratio) for reel in stored(product)] == [
        ("Uno", "Hola Ana.", "9:16"),
        ("Dos", "Hola Iris.", "9:16"),
        ("Tres", "Hola Eva.", "16:9"),
        ("Cuatro", "Hola Luis.", "1:1"),
    ]
    campaign = product.store.campaigns.get(1)
    assert (campaign.name, campaign.reels) == ("Otoño", 4)
    assert page.title[0].value in {"Campaña 1", "Campaign 1"}


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("es", ["Fila 3: Esta fila no tiene valor para {{nombre}}.", "Fila 4: No se conoce el formato '3:2'"]),
        ("en", ["Row 3: This row has no value for {{nombre}}.", "Row 4: The format '3:2' is not known"]),
    ],
)
def test_every_wrong_row_says_what_is_wrong_in_the_viewers_words(
    visit: Visit, language: str, sentences: Sequence[str]
) -> None:
    page = upload(visit("many", language))
    said = texts(page)
    assert all(sentence in said for sentence in sentences)
    beside = list(page.dataframe[0].value[" state"])
    assert [state[0] for state in beside] == ["✓", "✗", "✗", "✓"]
    assert sentences[0].split(": ", 1)[1] in beside[1]


def test_nothing_is_stored_while_a_row_is_wrong(product: Product, visit: Visit) -> None:
    page = upload(visit("many"))
    name_it(page)
    assert next(button for button in page.button if button.label == "Crear 2 reels").disabled
    page.run()
    assert stored(product) == []


def test_wrong_rows_are_left_out_when_somebody_says_so(product: Product, visit: Visit) -> None:
    page = press(upload(visit("many")), "Dejar fuera las que tienen errores")
    assert "Todas las filas están bien" in badges(page)
    name_it(page)
    press(page, "Crear 2 reels")
    assert [reel.title for reel in stored(product)] == ["Uno", "Cuatro"]


def test_the_wrong_rows_of_a_long_table_are_shown_first(visit: Visit) -> None:
    rows = "".join(f"R{n};{'' if n == 30 else 'Ana'}\n" for n in range(1, 51))
    page = upload(visit("many"), ("título;nombre\n" + rows).encode())
    assert list(page.dataframe[0].value[" number"]) == [31]
    choose(page, "view", "rows")
    assert len(page.dataframe[0].value) == 50


def test_the_preview_shows_what_will_be_spoken_by_whom(product: Product, visit: Visit) -> None:
    offer(product)
    page = upload(visit("many"), "título;nombre;avatar\nUno;Ana;LUCIA\n".encode())
    choose(page, "view", "preview")
    [row] = page.dataframe[0].value.to_dict("records")
    assert (row["Fila"], row["Guion"], row["Avatar"]) == (2, "Hola Ana.", "Lucía")
    assert "Hola Ana." in texts(page)


def test_totals_are_those_of_the_good_rows(product: Product, visit: Visit) -> None:
    product.store.facts.put(ACCOUNT, {"balance": 12.5, "currency": "usd", "name": "ana"}, utcnow())
    page = upload(visit("many", "en"), script=("word " * 24) + "{{nombre}}")
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown == {
        "Reels": "2",
        "Spoken length": "20 s",
        "Price, about": "US$1.34",
        "Balance at HeyGen": "US$12.50",
    }


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "La tabla está vacía"),
        (b"PK\x03\x04 nothing", "El libro de Excel no se puede leer"),
        (b"guion,Script\nHola,x\n", "Dos columnas significan lo mismo (guion / Script)"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_the_table_stays(visit: Visit, data: bytes, sentence: str) -> None:
    page = upload(visit("many"))
    page = upload(page, data)
    assert sentence in page.error[0].value
    assert len(writing(page).draft.rows) == 4


def test_an_excel_workbook_is_read(product: Product, visit: Visit) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["Título", "Guión"])
    book.active.append(["Uno", "Hola"])
    packed = io.BytesIO()
    book.save(packed)
    page = upload(visit("many"), packed.getvalue())
    name_it(page)
    press(page, "Crear 1 reel")
    assert [(reel.title, reel.script) for reel in stored(product)] == [("Uno", "Hola")]


def test_rows_are_pasted_from_a_spreadsheet(product: Product, visit: Visit) -> None:
    page = visit("many")
    choose(page, "way", "paste")
    next(field for field in page.text_area if "pégalas aquí" in field.label).set_value("guion\tnombre\nHola\tAna\n")
    page = press(page, "Usar estas filas")
    assert [dict(row.cells) for row in writing(page).draft.rows] == [{"script": "Hola", "nombre": "Ana"}]


def test_rows_are_written_in_place(product: Product, visit: Visit) -> None:
    page = visit("many")
    choose(page, "way", "write")
    next(field for field in page.text_input if field.label == "Nombre de una variable").set_value("ciudad")
    page = press(page, "Añadir una columna")
    page = press(page, "Añadir 20 filas vacías")
    page = edit(page, {0: {"script": "Hola {{Ciudad}}", "ciudad": "León"}})
    name_it(page)
    press(page, "Crear 1 reel")
    assert [reel.script for reel in stored(product)] == ["Hola León"]


def test_a_name_is_asked_for_and_nothing_is_lost(product: Product, visit: Visit) -> None:
    page = press(press(upload(visit("many")), "Dejar fuera las que tienen errores"), "Crear 2 reels")
    assert [error.value for error in page.error] == ["La campaña no tiene nombre: ponle uno."]
    assert stored(product) == []
    assert page.text_area[0].value == SCRIPT


def test_what_is_written_is_there_again_after_a_reload(visit: Visit) -> None:
    page = edit(upload(visit("many")), {1: {"Nombre": "Iris"}})
    name_it(page)
    page.run()
    again = visit("many", draft=writing(page).draft.key)
    assert writing(again).draft == writing(page).draft
    assert again.text_area[0].value == SCRIPT
    assert next(field for field in again.text_input if field.label == "Nombre de la campaña").value == "Otoño"


def test_a_draft_that_was_stored_before_a_crash_is_not_stored_again(product: Product, visit: Visit) -> None:
    page = upload(visit("many"), "título;nombre\nUno;Ana\n".encode())
    key = writing(page).draft.key
    submit(product.processor, "Otoño", key, [Reel(script="Hola.")])  # and then the process was killed
    name_it(page)
    page = press(page, "Crear 1 reel")
    assert page.title[0].value == "Campaña 1"
    assert len(stored(product)) == 1
    again = visit("many", draft=key)
    assert [success.value for success in again.success] == ["Esta tabla ya se envió como campaña."]
    assert writing(again).draft.key != key


@pytest.mark.parametrize("key", ["", "x", "campaign-1", "campaign-" + "0" * 32])
def test_an_address_that_names_no_draft_begins_a_new_one(visit: Visit, key: str) -> None:
    assert writing(visit("many", draft=key)).draft.is_blank


def test_choices_for_all_rows_count_for_rows_that_say_nothing(product: Product, visit: Visit) -> None:
    offer(product)
    page = upload(visit("many"), "título;nombre\nUno;Ana\n".encode())
    avatar, voice, shape = page.selectbox
    avatar.set_value("lucia")
    voice.set_value("v-es")
    shape.set_value("1:1")
    page.run()
    name_it(page)
    press(page, "Crear 1 reel")
    [reel] = stored(product)
    assert (reel.avatar_id, reel.voice_id, reel.aspect_ratio) == ("lucia", "v-es", "1:1")


@pytest.mark.parametrize(
    ("language", "labels"),
    [("es", ["Tabla modelo (CSV)", "Tabla modelo (Excel)"]), ("en", ["Template (CSV)", "Template (Excel)"])],
)
def test_a_template_is_offered_in_both_kinds(visit: Visit, language: str, labels: list[str]) -> None:
    assert [button.proto.label for button in visit("many", language).get("download_button")] == labels


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("es", "Más largos de lo que admite el destino de su formato: filas 2, 4."), ("en", "takes: rows 2, 4.")],
)
def test_videos_that_their_destination_will_not_take_are_named_before_they_are_paid_for(
    product: Product, visit: Visit, language: str, sentence: str
) -> None:
    table = "título;formato\nUno;9:16\nDos;16:9\nTres;cuadrado\n".encode()
    page = upload(visit("many", language), table, script="palabra " * 226)
    assert [warning.value for warning in page.warning if sentence in warning.value]
    name_it(page, language)
    press(page, "Crear 3 reels" if language == "es" else "Make 3 reels")
    assert len(stored(product)) == 3


def test_videos_that_fit_are_not_warned_of(visit: Visit) -> None:
    assert not upload(visit("many"), script="palabra " * 220 + "{{nombre}}").warning


def test_a_preset_and_a_staging_count_for_every_row(product: Product, visit: Visit) -> None:
    offer(product)
    options = staged({}, Staging(captions=Captions.BURNT, background="#102030"))
    choices = Choices(avatar_id="lucia", voice_id="v-es", aspect_ratio="1:1", options=options)
    product.store.presets.save(named("Otoño", "", choices), "", utcnow())
    page = upload(visit("many"), b"Nombre\nAna\nEva\n")
    next(box for box in page.selectbox if box.key == "preset").set_value(1)
    page.run()
    next(slider for slider in page.slider if str(slider.key).startswith("speed-")).set_value(1.25)
    page.run()
    name_it(page)
    page = press(page, "Crear 2 reels")
    assert not page.exception
    staging = Staging(captions=Captions.BURNT, background="#102030", speed=1.25)
    assert [(reel.script, reel.avatar_id, reel.aspect_ratio, staging_of(reel.options)) for reel in stored(product)] == [
        ("Hola Ana.", "lucia", "1:1", staging),
        ("Hola Eva.", "lucia", "1:1", staging),
    ]


def test_a_wrong_background_is_said_once_and_nothing_can_be_submitted(product: Product, visit: Visit) -> None:
    offer(product)
    page = upload(visit("many"), b"Nombre\nAna\n")
    choose(page, "background", "picture")
    next(field for field in page.text_input if str(field.key).startswith("picture-")).set_value("ftp://x")
    page.run()
    assert any("no es la dirección de una imagen" in str(error.value) for error in page.error)
    assert next(button for button in page.button if button.label.startswith("Crear")).disabled
