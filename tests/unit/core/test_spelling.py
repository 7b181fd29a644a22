from __future__ import annotations

import pytest

from core.models import ProcessingMode
from core.spelling import FIELDS, MODES, RATIOS, field_of, fold, mode_of, ratio_of
from core.validation import ASPECT_RATIOS


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("title", "title"),
        ("Título", "title"),
        (" TITULO ", "title"),
        ("script", "script"),
        ("Guión", "script"),
        ("guion", "script"),
        ("Texto *", "script"),
        ("Guion (obligatorio)", "script"),
        ("Avatar", "avatar"),
        ("avatar ID", "avatar"),
        ("Voz", "voice"),
        ("voice_id", "voice"),
        ("aspect_ratio", "aspect_ratio"),
        ("Aspect Ratio", "aspect_ratio"),
        ("Formato", "aspect_ratio"),
        ("Relación de aspecto", "aspect_ratio"),
        ("Modo", "mode"),
        ("nombre", None),
        ("Precio (€)", None),
        ("", None),
    ],
)
def test_a_column_is_known_however_it_is_spelled(written: str, field: str | None) -> None:
    assert field_of(written) == field


@pytest.mark.parametrize(
    ("written", "ratio"),
    [
        ("9:16", "9:16"),
        (" 9 : 16 ", "9:16"),
        ("09:16", "9:16"),
        ("09:16:00", "9:16"),
        ("9x16", "9:16"),
        ("9×16", "9:16"),
        ("9/16", "9:16"),
        ("Reel", "9:16"),
        ("VERTICAL", "9:16"),
        ("Instagram Reel", "9:16"),
        ("TikTok", "9:16"),
        ("cuadrado", "1:1"),
        ("01:01:00", "1:1"),
        ("Retrato", "4:5"),
        ("Panorámico", "16:9"),
        ("16:09", "16:9"),
        ("05:04", "5:4"),
        ("Automático", "auto"),
        ("3:2", "3:2"),
        ("ancho de banda", "ancho de banda"),
        ("", ""),
    ],
)
def test_a_format_is_known_however_it_is_spelled(written: str, ratio: str) -> None:
    assert ratio_of(written) == ratio


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        ("webhook", ProcessingMode.WEBHOOK),
        ("Sondeo", ProcessingMode.POLLING),
        ("HÍBRIDO", ProcessingMode.HYBRID),
        ("push", None),
    ],
)
def test_a_mode_is_known_however_it_is_spelled(written: str, mode: ProcessingMode | None) -> None:
    assert mode_of(written) is mode


def test_every_word_means_something_that_exists_and_is_spelled_as_it_is_looked_up() -> None:
    assert set(RATIOS.values()) <= set(ASPECT_RATIOS)
    assert set(MODES.values()) == set(ProcessingMode)
    assert [word for word in (*FIELDS, *RATIOS, *MODES) if fold(word) != word] == []


def test_names_that_only_look_different_are_the_same() -> None:
    assert fold("José  Pérez-Ruíz") == fold(" jose_perez ruiz ") == "jose_perez_ruiz"
    assert fold("José") != fold("Josefa")
