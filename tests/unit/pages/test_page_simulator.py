"""The simulator's page where there is no simulator to steer."""

from __future__ import annotations

import pytest

from tests.unit.pages.conftest import Visit


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("es", "El HeyGen simulado está arrancando…"), ("en", "The bundled fake HeyGen is starting…")],
)
def test_a_simulator_that_is_not_there_yet_is_said(visit: Visit, language: str, sentence: str) -> None:
    assert visit("simulator", language).warning[0].value == sentence


def test_with_a_key_there_is_no_page(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert visit("simulator", "en").title[0].value == "Simulator"
    monkeypatch.setenv("HEYGEN_API_KEY", "key")
    with pytest.raises(ValueError, match=r"simulator\.py"):
        visit("simulator", "en")
