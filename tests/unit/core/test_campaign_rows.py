from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.campaign_rows import Checked, Common, Row, check_rows, fill, rows_of, variables_of
from core.catalogue import Avatar, Catalogue, Voice
from core.errors import InvalidReel, WrongSheet
from core.models import ProcessingMode
from core.sheet import read_text

OFFER = Catalogue(
    avatars=(
        Avatar(id="lucia", name="Lucía"),
        Avatar(id="james", name="James"),
        Avatar(id="eva_1", name="Eva"),
        Avatar(id="eva_2", name="Eva"),
    ),
    voices=(Voice(id="v-es", name="Elena"), Voice(id="v-mx", name="Jorge"), Voice(id="v-en", name="elena ")),
)


def checked(cells: Mapping[str, str], offer: Catalogue = OFFER, has_url: bool = True, **common: Any) -> Checked:
    [found] = check_rows([Row(number=2, cells=cells)], Common(**common), offer, has_url=has_url)
    return found


def problem(cells: Mapping[str, str], **more: Any) -> str:
    found = checked(cells, **more)
    assert found.reel is None
    return str(found.problem)


# Tables


def test_a_table_gives_rows_with_fields_and_variables() -> None:
    variables, rows = rows_of(read_text("Título;Guión;Nombre;Formato\nUno;Hola;Ana;Reel\nDos;Adiós\n"))
    assert variables == ("Nombre",)
    assert rows == [
        Row(number=2, cells={"title": "Uno", "script": "Hola", "Nombre": "Ana", "aspect_ratio": "Reel"}),
        Row(number=3, cells={"title": "Dos", "script": "Adiós"}),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("guion,Script\nHola,x\n", r"Two columns mean the same \(guion / Script\)"),
        ("guion,Precio,precio\nHola,1,2\n", r"Two columns mean the same \(Precio / precio\)"),
        ("guion,,x\nHola,y,z\n", "Column 2 has no name"),
    ],
)
def test_a_head_that_cannot_be_understood_is_refused(text: str, words: str) -> None:
    with pytest.raises(WrongSheet, match=words):
        rows_of(read_text(text))


def test_a_column_without_a_name_is_passed_over_while_it_is_empty() -> None:
    assert rows_of(read_text("guion,,x\nHola,,z\n")) == (("x",), [Row(number=2, cells={"script": "Hola", "x": "z"})])


# Rows


def test_a_row_becomes_a_reel() -> None:
    cells = {"title": " Uno ", "script": "Hola", "avatar": "james", "voice": "Jorge", "mode": "Sondeo"}
    reel = checked(cells | {"aspect_ratio": "Cuadrado"}).reel
    assert reel is not None
    assert (reel.title, reel.script, reel.avatar_id, reel.voice_id) == ("Uno", "Hola", "james", "v-mx")
    assert (reel.aspect_ratio, reel.mode) == ("1:1", ProcessingMode.POLLING)


def test_what_a_row_does_not_say_is_taken_from_what_counts_for_all() -> None:
    common = {"script": "Hola {{nombre}}", "avatar_id": "lucia", "voice_id": "v-mx", "aspect_ratio": "1:1"}
    reel = checked({"nombre": "Ana"}, **common).reel
    assert reel is not None
    assert (reel.script, reel.avatar_id, reel.voice_id, reel.aspect_ratio) == ("Hola Ana", "lucia", "v-mx", "1:1")
    own = checked({"script": "Adiós", "avatar": "James", "aspect_ratio": "Reel"}, **common).reel
    assert own is not None
    assert (own.script, own.avatar_id, own.aspect_ratio) == ("Adiós", "james", "9:16")


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"title": "x"}, "The script is empty"),
        ({"script": "a" * 5001}, "The script has 5001 characters"),
        ({"script": "Hola", "title": "t" * 201}, "The title is longer than 200 characters"),
        ({"script": "Hola", "aspect_ratio": "3:2"}, "The format '3:2' is not known"),
        ({"script": "Hola", "mode": "push"}, "The mode 'push' is not known; choose one of webhook, polling, hybrid"),
        ({"script": "Hola", "avatar": "lucua"}, "There is no avatar lucua; did you mean Lucía?"),
        ({"script": "Hola", "avatar": "Zzz"}, "There is no avatar Zzz: write its name or id"),
        ({"script": "Hola", "avatar": "EVA"}, "2 avatars are called EVA: write the id of one."),
        ({"script": "Hola", "voice": "Jorje"}, "There is no voice Jorje; did you mean Jorge?"),
        ({"script": "Hola", "voice": "Zzz"}, "There is no voice Zzz: write its name or id"),
        ({"script": "Hola", "voice": "elena"}, "2 voices are called elena: write the id of one."),
        ({"script": "Hola {{nombre}}", "nombre": " "}, "This row has no value for {{nombre}}."),
        ({"script": "Hola {{apellido}}", "nombre": "x"}, "There is no column for {{apellido}}."),
        ({"script": "Hola {{nombre}", "nombre": "x"}, "A variable is not closed: write it as {{nombre}}."),
        ({"script": "Hola", "title": "Para {{nombre}}"}, "There is no column for {{nombre}}."),
    ],
)
def test_a_wrong_row_says_what_is_wrong(cells: dict[str, str], sentence: str) -> None:
    assert sentence in problem(cells)


def test_a_row_with_cells_beyond_the_head_is_wrong() -> None:
    _variables, rows = rows_of(read_text("guion,x\nHola, a todos, y más\n"))
    [found] = check_rows(rows, Common(), OFFER)
    assert "more cells than columns" in str(found.problem)


def test_mode_webhook_needs_a_public_address() -> None:
    cells = {"script": "Hola", "mode": "webhook"}
    assert "webhook_base_url" in problem(cells, has_url=False)
    assert checked(cells, has_url=True).reel is not None


def test_any_name_is_taken_for_an_id_while_nothing_is_known_to_be_on_offer() -> None:
    reel = checked({"script": "Hola", "avatar": "Quienquiera", "voice": "x"}, offer=Catalogue()).reel
    assert reel is not None
    assert (reel.avatar_id, reel.voice_id) == ("Quienquiera", "x")


def test_an_id_wins_over_a_name() -> None:
    offer = Catalogue(avatars=(Avatar(id="Eva", name="Otra"), Avatar(id="2", name="Eva")))
    reel = checked({"script": "Hola", "avatar": "Eva"}, offer=offer).reel
    assert reel is not None
    assert reel.avatar_id == "Eva"


def test_blank_rows_are_passed_over_and_rows_that_are_left_out_are_not_checked() -> None:
    rows = [
        Row(number=2, cells={"script": " ", "title": ""}),
        Row(number=3, cells={"script": "Hola", "mode": "push"}, left_out=True),
        Row(number=4, cells={"script": "Hola"}),
    ]
    found = check_rows(rows, Common(), OFFER)
    assert [(one.row.number, one.reel is not None, one.problem) for one in found] == [(3, False, None), (4, True, None)]


# Variables


@pytest.mark.parametrize("written", ["{{nombre}}", "{{ Nombre }}", "{{NÓMBRE}}", "{{nombre }}"])
def test_a_variable_is_known_however_it_is_spelled(written: str) -> None:
    assert fill(f"Hola {written}.", {"Nombre": "Ana"}) == "Hola Ana."


def test_the_other_columns_can_stand_in_a_script_too() -> None:
    assert fill("{{título}}: {{Avatar}}", {"title": "Uno", "avatar": "Lucía"}) == "Uno: Lucía"


def test_what_a_cell_holds_is_put_in_as_it_is() -> None:
    assert fill("{{a}} {{b}}", {"a": "{{b}}", "b": r"\1 {x} {{"}) == r"{{b}} \1 {x} {{"


def test_single_braces_are_text() -> None:
    assert fill("Hola {nombre} }{", {}) == "Hola {nombre} }{"


def test_the_variables_of_a_script_are_listed_once() -> None:
    assert variables_of("{{a}} {{ b }} {{a}} {c}") == ["a", "b"]


@given(st.text(st.sampled_from("{}ab ")), st.text(max_size=5))
def test_filling_in_ends_in_text_or_in_one_sentence(text: str, value: str) -> None:
    try:
        filled = fill(text, {"a": value, "b": "x"})
    except InvalidReel:
        return
    assert ("{{" not in filled and "}}" not in filled) or "{" in value or "}" in value
