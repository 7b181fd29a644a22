"""The page that submits a reel, read without a browser."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import catalogue
from core.clock import utcnow
from core.drafts import Draft
from core.models import Reel
from core.options import Captions, Staging, staged
from core.presets import Choices, named
from core.product import Product
from core.store import ReelFilter
from core.turns import ACCOUNT
from tests.unit.pages.conftest import Visit
from tests.unit.pages.states import drawn, stored, texts

LABELS = {"es": ("Título", "Guion", "Crear el reel"), "en": ("Title", "Script", "Make the reel")}
SURE = {"es": "Crearlo de todos modos", "en": "Make it all the same"}
TOO_LONG = {
    "es": "El guion tiene 5001 caracteres; HeyGen admite como máximo 5000: acórtalo.",
    "en": "The script has 5001 characters; HeyGen takes at most 5000: shorten it.",
}
LONG = " ".join(["palabra"] * 300)  # 120 s
STAGED = staged({"resolution": "720p"}, Staging(captions=Captions.NONE, background="#112233", speed=0.75, pitch=12))

CHOICES = Choices(avatar_id="james", voice_id="v-mx", aspect_ratio="1:1", options=STAGED)


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


def field(page: AppTest, label: str) -> Any:
    """Return a field or button by its label."""
    kinds = ("text_input", "text_area", "button", "slider", "selectbox", "button_group", "color_picker")
    return next(element for kind in kinds for element in page.get(kind) if element.label == label)


def write(page: AppTest, language: str, title: str, script: str) -> AppTest:
    """Fill the form and press its button."""
    labels = LABELS[language]
    field(page, labels[0]).set_value(title)
    field(page, labels[1]).set_value(script)
    field(page, labels[2]).click()
    return page.run()


def chosen(page: AppTest) -> dict[str, str]:
    """Return what is chosen: format, avatar, voice."""
    found = {gallery["kind"]: gallery["selected"] for gallery in drawn(page, "gallery")}
    return {**found, "format": drawn(page, "picker")[0]["selected"]}


def address(page: AppTest) -> str:
    """Return the draft that the address names."""
    named_there = page.query_params["draft"]
    return named_there if isinstance(named_there, str) else named_there[0]


def reels(product: Product) -> list[Reel]:
    return product.store.reels.page(ReelFilter(), 10)


def drafts(product: Product) -> list[Draft]:
    return product.store.drafts.page("", 10)


# From the first letter to the reel


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_reel_is_submitted_and_its_page_opens(product: Product, visit: Visit, language: str) -> None:
    offer(product)
    page = write(visit("new", language), language, "Otoño", "Hola a todos.")
    reel = product.store.reels.get(1)
    assert (reel.title, reel.script, reel.avatar_id, reel.voice_id) == ("Otoño", "Hola a todos.", "lucia", "v-es")
    assert (reel.aspect_ratio, reel.options) == ("9:16", {})
    assert page.title[0].value == "Reel 1"


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_script_that_is_too_long_is_refused_in_the_viewers_words(
    product: Product, visit: Visit, language: str
) -> None:
    page = write(visit("new", language), language, "Largo", "a" * 5001)
    assert [error.value for error in page.error] == [TOO_LONG[language]]
    assert page.text_area[0].value == "a" * 5001
    assert field(page, LABELS[language][0]).value == "Largo"
    assert not reels(product)


def test_an_empty_script_is_refused(visit: Visit) -> None:
    page = write(visit("new"), "es", "", "   ")
    assert [error.value for error in page.error] == ["El guion está vacío: escribe lo que debe decir el avatar."]


def test_the_page_waits_for_avatars_on_a_fresh_start(visit: Visit) -> None:
    page = visit("new")
    assert "Pidiendo los avatares y las voces a HeyGen…" in texts(page)
    assert not drawn(page, "gallery")


# Formats, captions, background, speed and pitch


def test_the_tall_format_is_first_chosen_and_named_after_its_destination(visit: Visit) -> None:
    picker = drawn(visit("new", "es"), "picker")[0]
    assert picker["items"][0]["id"] == picker["selected"] == "9:16"
    assert [(item["name"], item["note"]) for item in picker["items"][:4]] == [
        ("Reel · TikTok · Shorts", "9:16 · hasta 90 s"),
        ("Feed", "4:5 · hasta 90 s"),
        ("Feed cuadrado", "1:1 · hasta 90 s"),
        ("YouTube", "16:9 · hasta 15 min"),
    ]


def test_captions_background_speed_and_pitch_go_into_the_reel(product: Product, visit: Visit) -> None:
    offer(product)
    page = visit("new", "es")
    field(page, "Subtítulos").set_value("burnt")
    field(page, "Fondo").set_value("colour")
    page.run()
    field(page, "Color del fondo").set_value("#ff8800")
    field(page, "Velocidad").set_value(1.25)
    field(page, "Tono").set_value(-10)
    write(page.run(), "es", "", "Hola.")
    assert reels(product)[0].options == {
        "caption": {"file_format": "srt", "style": "default"},
        "background": {"type": "color", "value": "#ff8800"},
        "voice_settings": {"speed": 1.25, "pitch": -10.0},
    }


def test_a_picture_is_a_background_and_a_wrong_address_is_told_at_once(product: Product, visit: Visit) -> None:
    offer(product)
    page = visit("new", "en")
    field(page, "Background").set_value("picture")
    page.run()
    field(page, "Address of the picture").set_value("file:///etc/passwd")
    page.run()
    told = "The background 'file:///etc/passwd' is not the address of a picture"
    assert [error.value.replace("\\", "")[: len(told)] for error in page.error] == [told]
    assert write(page, "en", "", "Hello.").title[0].value == "New reel"
    assert not reels(product)
    field(page, "Address of the picture").set_value(" https://example.com/shop.jpg ")
    write(page.run(), "en", "", "Hello.")
    assert reels(product)[0].options == {"background": {"type": "image", "url": "https://example.com/shop.jpg"}}


def test_the_preview_shows_what_is_chosen(product: Product, visit: Visit) -> None:
    offer(product)
    product.store.drafts.remember("", Choices(avatar_id="james", aspect_ratio="1:1", options=STAGED), utcnow())
    preview = drawn(visit("new", "en"), "preview")[0]
    assert (preview["ratio"], preview["colour"], preview["captions"], preview["name"]) == (
        1.0,
        "#112233",
        "none",
        "James",
    )
    assert preview["words_a_minute"] == 150 * 0.75


# Galleries


def test_voices_can_be_filtered_by_language_in_the_viewers_words(product: Product, visit: Visit) -> None:
    offer(product)
    voice = next(gallery for gallery in drawn(visit("new"), "gallery") if gallery["kind"] == "voice")
    language = next(entry for entry in voice["filters"] if entry["id"] == "language")
    assert [(option["id"], option["name"]) for option in language["options"]] == [
        ("Spanish", "español"),
        ("English", "inglés"),
    ]
    assert (voice["selected"], language["value"]) == ("v-es", "Spanish")
    assert [item["id"] for item in voice["items"]] == ["v-es", "v-mx"]


def test_favourites_come_first(product: Product, visit: Visit) -> None:
    offer(product)
    product.store.favourites.mark("", "avatar", "james", utcnow(), liked=True)
    avatars = drawn(visit("new"), "gallery")[0]
    assert [(item["id"], item["liked"]) for item in avatars["items"]] == [("james", True), ("lucia", False)]


def test_a_thousand_voices_are_drawn_a_page_at_a_time(product: Product, visit: Visit) -> None:
    voices = [{"id": f"v{n}", "name": f"Voz {n}", "language": "Spanish"} for n in range(1000)]
    avatars = [{"id": "lucia", "name": "Lucía", "default_voice_id": "v700", "tags": []}]
    product.store.facts.put(catalogue.CATALOGUE, {"avatars": avatars, "voices": voices}, utcnow())
    voice = drawn(visit("new", "es"), "gallery")[1]
    assert [item["id"] for item in voice["items"]] == ["v700", *(f"v{n}" for n in range(24))]
    assert (voice["more"], voice["labels"]["more"]) == (True, "Mostrar más (1000 en total)")


# The meter and the guard


def test_the_meter_knows_wallet_limit_and_speed(product: Product, visit: Visit) -> None:
    product.store.facts.put(ACCOUNT, {"balance": 12.5, "currency": "usd"}, utcnow())
    product.store.drafts.remember("", Choices(options={"voice_settings": {"speed": 1.5}}), utcnow())
    meter = drawn(visit("new", "en"), "meter")[0]
    assert (meter["balance"], meter["longest_s"], meter["words_a_minute"]) == (12.5, 90.0, 225.0)
    assert (meter["format"], meter["longest"]) == ("Reel · TikTok · Shorts", "90 s")


def test_the_demo_says_that_nothing_is_paid(visit: Visit) -> None:
    assert drawn(visit("new"), "meter")[0]["demo"] is True


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("es", "El vídeo durará unos 2 min y Reel · TikTok · Shorts admite como máximo 90 s"),
        ("en", "The video will last about 2 min, and Reel · TikTok · Shorts takes at most 90 s"),
    ],
)
def test_a_video_too_long_for_its_destination_is_made_after_a_second_word(
    product: Product, visit: Visit, language: str, told: str
) -> None:
    offer(product)
    page = write(visit("new", language), language, "", LONG)
    assert [warning.value[: len(told)] for warning in page.warning] == [told]
    assert not reels(product)
    field(page, SURE[language]).click()
    page = page.run()
    assert [reel.script for reel in reels(product)] == [LONG]
    assert page.title[0].value == "Reel 1"


def test_a_video_dearer_than_the_wallet_is_asked_about(product: Product, visit: Visit) -> None:
    product.store.facts.put(ACCOUNT, {"balance": 0.1, "currency": "usd"}, utcnow())
    page = write(visit("new", "en"), "en", "", "word " * 10)
    assert [warning.value for warning in page.warning] == [
        "The video will cost about US$0.27, and the wallet has US$0.10: top it up or shorten the script."
    ]
    assert not reels(product)


def test_the_question_goes_when_its_reason_goes(product: Product, visit: Visit) -> None:
    page = write(visit("new", "en"), "en", "", LONG)
    page.text_area[0].set_value("Short enough.")
    page.run()
    assert not page.warning
    assert not [button for button in page.button if button.label == SURE["en"]]


def test_a_speed_that_makes_it_fit_needs_no_question(product: Product, visit: Visit) -> None:
    page = visit("new", "en")
    field(page, "Speed").set_value(1.5)
    write(page.run(), "en", "", LONG)
    assert len(reels(product)) == 1


# Copies, last choices


def test_a_new_one_from_a_reel_starts_with_its_words_and_everything_chosen(product: Product, visit: Visit) -> None:
    offer(product)
    reel = Reel(title="Otoño", script="Tres.", avatar_id="james", voice_id="v-mx", aspect_ratio="1:1", options=STAGED)
    product.processor.enqueue(reel)
    page = visit("new", copy="1")
    assert page.text_area[0].value == "Tres."
    assert chosen(page) == {"format": "1:1", "avatar": "james", "voice": "v-mx"}
    assert not drafts(product)
    write(page, "es", "Invierno", "Tres.")
    copy = reels(product)[0]
    assert (copy.id, copy.title, copy.options, copy.aspect_ratio) == (2, "Invierno", STAGED, "1:1")


def test_the_last_choices_are_remembered(product: Product, visit: Visit) -> None:
    offer(product)
    page = visit("new", "es")
    field(page, "Velocidad").set_value(0.8)
    field(page, "Subtítulos").set_value("none")
    write(page.run(), "es", "", "Hola.")
    again = visit("new", "es")
    assert (field(again, "Velocidad").value, field(again, "Subtítulos").value) == (0.8, "none")
    assert again.text_area[0].value == ""


def test_before_anything_was_chosen_here_the_latest_reel_says_it(product: Product, visit: Visit) -> None:
    offer(product)
    stored(product, avatar_id="james", voice_id="v-en")
    assert chosen(visit("new")) == {"format": "9:16", "avatar": "james", "voice": "v-en"}


@pytest.mark.parametrize("source", ["99", "x", "²", "9" * 30])
def test_a_source_that_does_not_exist_gives_an_empty_form(visit: Visit, source: str) -> None:
    assert visit("new", copy=source).text_area[0].value == ""


# Drafts


def test_what_is_written_survives_a_reload(product: Product, visit: Visit) -> None:
    offer(product)
    page = visit("new", "es")
    field(page, "Título").set_value("Otoño")
    field(page, "Guion").set_value("Tres prendas")
    field(page, "Tono").set_value(7)
    page.run()
    again = visit("new", "es", draft=address(page))
    assert (field(again, "Título").value, field(again, "Guion").value) == ("Otoño", "Tres prendas")
    assert field(again, "Tono").value == 7
    write(again, "es", "Otoño", "Tres prendas nuevas")
    assert [reel.script for reel in reels(product)] == ["Tres prendas nuevas"]
    assert not drafts(product)


def test_a_blank_form_leaves_no_draft(product: Product, visit: Visit) -> None:
    page = visit("new", "es")
    field(page, "Tono").set_value(7)
    page.run()
    assert not drafts(product)
    assert "draft" not in page.query_params


def test_a_draft_emptied_again_is_gone(product: Product, visit: Visit) -> None:
    page = visit("new", "es")
    field(page, "Guion").set_value("Hola")
    page.run()
    assert len(drafts(product)) == 1
    field(page, "Guion").set_value("")
    page.run()
    assert not drafts(product)
    assert "draft" not in page.query_params


def test_drafts_can_be_continued_and_discarded(product: Product, visit: Visit) -> None:
    product.store.drafts.keep(Draft(title="Invierno", script="Nieva."), utcnow())
    page = visit("new", "es")
    page.selectbox(key="continue").set_value(drafts(product)[0].key).run()
    assert page.text_area[0].value == "Nieva."
    assert not [box for box in page.selectbox if box.key == "continue"]
    field(page, "Descartar").click()
    page.run()
    assert page.text_area[0].value == ""
    assert not drafts(product)


def test_a_draft_put_aside_stays_in_the_list(product: Product, visit: Visit) -> None:
    page = visit("new", "es")
    field(page, "Guion").set_value("Para mañana")
    page.run()
    field(page, "Apartar").click()
    page.run()
    assert page.text_area[0].value == ""
    assert [draft.script for draft in drafts(product)] == ["Para mañana"]
    assert page.selectbox(key="continue").options[0].startswith("Para mañana · ")


@pytest.mark.parametrize(("language", "told"), [("es", "Ese borrador ya no existe"), ("en", "There is no such draft")])
def test_a_draft_that_is_gone_is_said(visit: Visit, language: str, told: str) -> None:
    page = visit("new", language, draft="reel-gone")
    assert told in texts(page)
    assert "draft" not in page.query_params


def test_a_draft_submitted_twice_after_a_reload_is_one_reel(product: Product, visit: Visit) -> None:
    first = visit("new", "es")
    field(first, "Guion").set_value("Una sola vez.")
    first.run()
    second = visit("new", "es", draft=address(first))
    write(first, "es", "", "Una sola vez.")
    page = write(second, "es", "", "Una sola vez.")
    assert page.title[0].value == "Reel 1"
    assert [reel.id for reel in reels(product)] == [1]


def test_other_words_in_a_submitted_draft_become_a_draft_of_their_own(product: Product, visit: Visit) -> None:
    first = visit("new", "es")
    field(first, "Guion").set_value("Una.")
    first.run()
    second = visit("new", "es", draft=address(first))
    write(first, "es", "", "Una.")
    page = write(second, "es", "", "Otra.")
    assert "Ese borrador ya se envió como reel 1" in texts(page)
    assert page.text_area[0].value == "Otra."
    assert [reel.script for reel in reels(product)] == ["Una."]
    field(page, "Crear el reel").click()
    page.run()
    assert [reel.script for reel in reels(product)] == ["Otra.", "Una."]


def test_a_reel_whose_key_has_changed_is_not_made_again(product: Product, visit: Visit) -> None:
    first = visit("new", "es")
    field(first, "Guion").set_value("Una.")
    first.run()
    second = visit("new", "es", draft=address(first))
    write(first, "es", "", "Una.")
    product.store.reels.save(product.store.reels.get(1), idempotency_key="reel-after-a-refusal")
    assert write(second, "es", "", "Una.").title[0].value == "Reel 1"
    assert len(reels(product)) == 1


def test_the_next_draft_has_a_key_of_its_own(product: Product, visit: Visit) -> None:
    page = write(visit("new", "es"), "es", "Uno", "Hola.")
    page.switch_page("pages/new.py").run()
    assert page.text_area[0].value == ""
    write(page, "es", "Dos", "Hola otra vez.")
    assert [reel.title for reel in reels(product)] == ["Dos", "Uno"]


# Presets


def test_choices_are_kept_as_a_preset_and_applied(product: Product, visit: Visit) -> None:
    offer(product)
    product.store.drafts.remember("", CHOICES, utcnow())
    page = visit("new", "es")
    field(page, "Nombre de la plantilla").set_value("Feed cuadrado")
    field(page, "Campaña (opcional)").set_value("Otoño")
    field(page, "Guardar como plantilla").click()
    page.run()
    preset = product.store.presets.page(9)[0]
    assert (preset.campaign, preset.name, preset.choices.options) == ("Otoño", "Feed cuadrado", STAGED)
    assert field(page, "Nombre de la plantilla").value == ""


def test_a_preset_replaces_choices_and_no_words(product: Product, visit: Visit) -> None:
    offer(product)
    preset_id = product.store.presets.save(named("Feed", "Otoño", CHOICES), "", utcnow())
    page = visit("new", "es")
    field(page, "Guion").set_value("Mis palabras")
    assert page.selectbox(key="preset").options == ["Otoño · Feed"]
    page.selectbox(key="preset").set_value(preset_id)
    page.run()
    assert chosen(page) == {"format": "1:1", "avatar": "james", "voice": "v-mx"}
    assert (field(page, "Velocidad").value, field(page, "Tono").value) == (0.75, 12)
    assert field(page, "Color del fondo").value == "#112233"
    assert page.text_area[0].value == "Mis palabras"
    write(page, "es", "", "Mis palabras")
    assert reels(product)[0].options == STAGED


def test_a_preset_without_a_name_is_refused(product: Product, visit: Visit) -> None:
    page = visit("new", "en")
    field(page, "Keep as a preset").click()
    page.run()
    assert [error.value for error in page.error] == ["The preset has no name: give it one that you will recognise."]
    assert not product.store.presets.page(9)


def test_a_preset_can_be_deleted(product: Product, visit: Visit) -> None:
    preset_id = product.store.presets.save(named("Feed", "", Choices()), "", utcnow())
    page = visit("new", "en")
    page.selectbox(key="preset-gone").set_value(preset_id)
    page.run()
    field(page, "Delete").click()
    page.run()
    assert not product.store.presets.page(9)
