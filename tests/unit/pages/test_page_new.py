"""The page that submits a reel, read without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from core import catalogue
from core.clock import utcnow
from core.models import Reel
from core.product import Product
from core.store import ReelFilter
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, stored, texts

LABELS = {"es": ("Título", "Guion", "Crear el reel"), "en": ("Title", "Script", "Make the reel")}
TOO_LONG = {
    "es": "El guion tiene 5001 caracteres; HeyGen admite como máximo 5000: acórtalo.",
    "en": "The script has 5001 characters; HeyGen takes at most 5000: shorten it.",
}


def offer(product: Product) -> None:
    """Put two avatars and three voices on offer."""
    avatars = [
        {"id": "lucia", "name": "Lucía", "gender": "female", "default_voice_id": "v-es", "tags": []},
        {"id": "james", "name": "James", "gender": "male", "default_voice_id": "v-en", "tags": []},
    ]
    voices = [
        {"id": "v-es", "name": "Elena", "language": "Spanish", "gender": "female"},
        {"id": "v-mx", "name": "Jorge", "language": "Spanish", "gender": "male"},
        {"id": "v-en", "name": "Emma", "language": "English", "gender": "female"},
    ]
    product.store.facts.put(catalogue.CATALOGUE, {"avatars": avatars, "voices": voices}, utcnow())


def write(page: AppTest, language: str, title: str, script: str) -> AppTest:
    """Fill the form and press its button."""
    labels = LABELS[language]
    next(field for field in page.text_input if field.label == labels[0]).set_value(title)
    next(field for field in page.text_area if field.label == labels[1]).set_value(script)
    next(button for button in page.button if button.label == labels[2]).click()
    return page.run()


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_reel_is_submitted_and_its_page_opens(product: Product, visit: Visit, language: str) -> None:
    offer(product)
    page = write(visit("new", language), language, "Otoño", "Hola a todos.")
    reel = product.store.reels.get(1)
    assert (reel.title, reel.script, reel.avatar_id, reel.voice_id) == ("Otoño", "Hola a todos.", "lucia", "v-es")
    assert reel.aspect_ratio == "9:16"
    assert page.title[0].value == "Reel 1"


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_script_that_is_too_long_is_refused_in_the_viewers_words(
    product: Product, visit: Visit, language: str
) -> None:
    page = write(visit("new", language), language, "Largo", "a" * 5001)
    assert [error.value for error in page.error] == [TOO_LONG[language]]
    assert page.text_area[0].value == "a" * 5001
    assert next(field for field in page.text_input if field.label == LABELS[language][0]).value == "Largo"
    assert not product.store.reels.page(ReelFilter(), 10)


def test_an_empty_script_is_refused(visit: Visit) -> None:
    page = write(visit("new"), "es", "", "   ")
    assert [error.value for error in page.error] == ["El guion está vacío: escribe lo que debe decir el avatar."]


def test_the_page_waits_for_avatars_on_a_fresh_start(visit: Visit) -> None:
    page = visit("new")
    assert "Pidiendo los avatares y las voces a HeyGen…" in texts(page)
    assert [picker["kind"] for picker in drawn(page, "picker")] == ["shape"]


def test_voices_are_grouped_by_language_in_the_viewers_words(product: Product, visit: Visit) -> None:
    offer(product)
    voice = next(picker for picker in drawn(visit("new"), "picker") if picker["kind"] == "voice")
    assert [(entry["id"], entry["name"]) for entry in voice["filters"]] == [
        ("Spanish", "español"),
        ("English", "inglés"),
    ]
    assert voice["selected"] == "v-es"


def test_the_tall_shape_is_first_and_chosen(visit: Visit) -> None:
    shape = drawn(visit("new"), "picker")[0]
    assert shape["items"][0]["id"] == shape["selected"] == "9:16"


def test_a_new_one_from_a_reel_starts_with_its_words(product: Product, visit: Visit) -> None:
    offer(product)
    stored(product, title="Otoño", script="Tres prendas.", avatar_id="james", voice_id="v-mx")
    page = visit("new", **{"from": "1"})
    assert page.text_area[0].value == "Tres prendas."
    chosen = {picker["kind"]: picker["selected"] for picker in drawn(page, "picker")}
    assert chosen == {"shape": "9:16", "avatar": "james", "voice": "v-mx"}


def test_the_last_avatar_and_voice_are_remembered(product: Product, visit: Visit) -> None:
    offer(product)
    stored(product, avatar_id="james", voice_id="v-en")
    page = visit("new")
    chosen = {picker["kind"]: picker["selected"] for picker in drawn(page, "picker")}
    assert (chosen["avatar"], chosen["voice"]) == ("james", "v-en")
    assert page.text_area[0].value == ""


def test_a_source_that_does_not_exist_gives_an_empty_form(visit: Visit) -> None:
    assert visit("new", **{"from": "99"}).text_area[0].value == ""
    assert visit("new", **{"from": "x"}).text_area[0].value == ""


def test_the_demo_says_that_nothing_is_paid(visit: Visit) -> None:
    assert drawn(visit("new"), "meter")[0]["demo"] is True


def test_a_draft_that_was_stored_already_is_not_stored_again(product: Product, visit: Visit) -> None:
    page = visit("new", "es")
    product.processor.enqueue(Reel(title="Otoño", script="Hola.", idempotency_key=page.session_state["draft"].key))
    page = write(page, "es", "Otoño", "Hola.")
    assert page.title[0].value == "Reel 1"
    assert [reel.id for reel in product.store.reels.page(ReelFilter(), 10)] == [1]


def test_the_next_draft_has_a_key_of_its_own(product: Product, visit: Visit) -> None:
    page = write(visit("new", "es"), "es", "Uno", "Hola.")
    page.switch_page("pages/new.py").run()
    assert page.text_area[0].value == ""
    write(page, "es", "Dos", "Hola otra vez.")
    assert [reel.title for reel in product.store.reels.page(ReelFilter(), 10)] == ["Dos", "Uno"]
