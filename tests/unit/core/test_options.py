from __future__ import annotations

import math
from typing import Any

import pytest

from core.errors import InvalidReel
from core.options import Captions, Staging, check_options, staged, staging_of
from core.validation import check_reel
from tests.factories import a_reel

BURNT = {"file_format": "srt", "style": "default"}


@pytest.mark.parametrize(
    ("staging", "options"),
    [
        (Staging(), {}),
        (Staging(captions=Captions.NONE), {"caption": None}),
        (Staging(captions=Captions.BURNT), {"caption": BURNT}),
        (Staging(background="#0f6e84"), {"background": {"type": "color", "value": "#0f6e84"}}),
        (Staging(background="https://x.test/a.jpg"), {"background": {"type": "image", "url": "https://x.test/a.jpg"}}),
        (Staging(background="asset:a1"), {"background": {"type": "image", "asset_id": "a1"}}),
        (Staging(speed=1.25), {"voice_settings": {"speed": 1.25}}),
        (Staging(pitch=-10), {"voice_settings": {"pitch": -10}}),
    ],
)
def test_a_staging_becomes_heygens_fields_and_comes_back(staging: Staging, options: dict[str, Any]) -> None:
    assert staged({}, staging) == options
    assert staging_of(options) == staging
    check_options(options)


def test_what_a_staging_does_not_speak_of_stays() -> None:
    options = {"resolution": "4k", "fit": "cover", "voice_settings": {"volume": 0.5, "speed": 0.8}, "caption": None}
    assert staged(options, Staging(speed=1.0)) == {
        "resolution": "4k",
        "fit": "cover",
        "voice_settings": {"volume": 0.5},
    }
    assert staged(options, staging_of(options)) == options


@pytest.mark.parametrize(
    "options",
    [{"caption": "yes"}, {"background": 7}, {"voice_settings": {"speed": "fast", "pitch": True}}, {"caption": {}}],
)
def test_unreadable_options_read_as_heygens_own(options: dict[str, Any]) -> None:
    assert staging_of(options) == Staging()


@pytest.mark.parametrize(
    "options",
    [
        {"resolution": "720p", "fit": "contain", "output_format": "webm"},
        {"resolution": None, "background": None, "voice_settings": None},
        {"voice_settings": {"speed": 0.5, "pitch": 50, "volume": 0, "locale": "es-MX"}},
        {"voice_settings": {"speed": 1.5, "pitch": -50.0}},
        {"caption": {"file_format": "srt", "style": None}},
        {"motion": "a field that is new"},
    ],
)
def test_what_heygen_documents_is_taken(options: dict[str, Any]) -> None:
    check_reel(a_reel(options=options))


@pytest.mark.parametrize(
    ("options", "about", "words"),
    [
        ({"resolution": "8k"}, "resolution", "The resolution '8k' is not known; choose one of 4k, 1080p, 720p."),
        ({"fit": "stretch"}, "fit", "contain, cover"),
        ({"output_format": ["mp4"]}, "output_format", "mp4, webm"),
        ({"caption": True}, "caption", "holds names with values"),
        ({"caption": {"file_format": "vtt"}}, "caption", "the file format is srt"),
        ({"caption": {"file_format": "srt", "style": "bold"}}, "caption", "default or none"),
        ({"background": "#ffffff"}, "background", "holds names with values"),
        ({"background": {"type": "color", "value": "red"}}, "background", "write it like #1a2b3c"),
        ({"background": {"type": "color", "value": "#fff"}}, "background", "'#fff' is not a colour"),
        ({"background": {"type": "color", "value": "#1a2b3c\n"}}, "background", "not a colour"),
        ({"background": {"type": "color"}}, "background", "None is not a colour"),
        ({"background": {"type": "image", "url": "ftp://x.test/a"}}, "background", "begins with https://"),
        ({"background": {"type": "image", "url": "https://x.test/a b"}}, "background", "no spaces"),
        ({"background": {"type": "image", "url": "https://"}}, "background", "address of a picture"),
        ({"background": {"type": "image", "url": "https://[x"}}, "background", "address of a picture"),
        (
            {"background": {"type": "image", "url": "https://x.test/" + "a" * 2000}},
            "background",
            "address of a picture",
        ),
        ({"background": {"type": "image"}}, "background", "by its address or its asset"),
        ({"background": {"type": "image", "url": "https://x.test", "asset_id": "a"}}, "background", "or its asset"),
        ({"background": {"type": "video"}}, "background", "A background is a colour"),
        ({"voice_settings": {"speed": 0.49}}, "speed", "0.5 to 1.5"),
        ({"voice_settings": {"speed": "1"}}, "speed", "The speed '1' is not a number"),
        ({"voice_settings": {"speed": True}}, "speed", "0.5 to 1.5"),
        ({"voice_settings": {"speed": math.nan}}, "speed", "nan"),
        ({"voice_settings": {"pitch": 51}}, "pitch", "-50 to 50"),
        ({"voice_settings": {"pitch": -math.inf}}, "pitch", "-50 to 50"),
        ({"voice_settings": {"volume": 1.1}}, "volume", "0 to 1"),
    ],
)
def test_what_heygen_would_refuse_is_refused_with_one_sentence(options: dict[str, Any], about: str, words: str) -> None:
    with pytest.raises(InvalidReel) as caught:
        check_reel(a_reel(options=options))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.about == about
