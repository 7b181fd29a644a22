from __future__ import annotations

from typing import Any

import pytest

from core.errors import InvalidReel
from core.validation import ASPECT_RATIOS, check_reel
from tests.factories import a_reel


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"script": "x"},
        {"script": "x" * 5000},
        {"script": "🎬" * 5000},
        {"title": ""},
        {"title": "x" * 200},
        {"avatar_id": "", "voice_id": ""},
        {"idempotency_key": "x" * 255},
        *({"aspect_ratio": ratio} for ratio in ASPECT_RATIOS),
    ],
)
def test_what_heygen_could_take_is_taken(fields: dict[str, Any]) -> None:
    check_reel(a_reel(**fields))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"script": ""}, "script is empty"),
        ({"script": " \n\t"}, "script is empty"),
        ({"script": "x" * 5001}, "5001 characters"),
        ({"script": "half \ud83d"}, "script holds a character"),
        ({"script": "nul \0"}, "script holds a character"),
        ({"title": "x" * 201}, "200"),
        ({"title": "half \ud83d"}, "title holds a character"),
        ({"avatar_id": "half \ud83d"}, "avatar holds a character"),
        ({"voice_id": "half \ud83d"}, "voice holds a character"),
        ({"aspect_ratio": "3:2"}, "'3:2'"),
        ({"aspect_ratio": ""}, "''"),
    ],
)
def test_what_heygen_would_surely_refuse_is_refused_with_one_sentence(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidReel) as caught:
        check_reel(a_reel(**fields))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
