from __future__ import annotations

import pytest

from core.estimate import Concern, concerns, estimate, spoken_s
from core.formats import ASPECT_RATIOS, FORMATS, format_of

MAGIC = "Hola a todos. [[sim: render=3s\noutcome=failed]]"


def test_the_spoken_length_is_150_words_a_minute() -> None:
    assert spoken_s("word " * 150) == 60
    assert spoken_s("") == 0


@pytest.mark.parametrize(("speed", "seconds"), [(0.5, 120), (1.0, 60), (1.5, 40)])
def test_speed_shortens_and_cheapens(speed: float, seconds: float) -> None:
    found = estimate("word " * 150, speed=speed, price_per_s=0.05, demo=False)
    assert (found.words, found.seconds, found.price) == (150, seconds, seconds * 0.05)


def test_the_words_that_steer_the_simulator_are_not_spoken_in_the_demo() -> None:
    demo = estimate(MAGIC, speed=1, price_per_s=1, demo=True)
    assert (demo.words, demo.seconds, demo.characters) == (3, 1.2, len(MAGIC))


def test_a_real_avatar_would_speak_them() -> None:
    assert estimate(MAGIC, speed=1, price_per_s=1, demo=False).words == 6


@pytest.mark.parametrize(
    ("words", "limit_s", "balance", "found"),
    [
        (225, 90.0, 90.0, ()),
        (226, 90.0, 1000.0, (Concern.TOO_LONG,)),
        (225, 90.0, 89.99, (Concern.TOO_DEAR,)),
        (226, 90.0, 1.0, (Concern.TOO_LONG, Concern.TOO_DEAR)),
        (5000, None, None, ()),
    ],
)
def test_a_video_that_is_too_long_or_too_dear_is_a_concern(
    words: int, limit_s: float | None, balance: float | None, found: tuple[Concern, ...]
) -> None:
    made = estimate("word " * words, speed=1, price_per_s=1, demo=False)
    assert concerns(made, limit_s=limit_s, balance=balance) == found


def test_formats_are_named_by_shapes_of_their_own() -> None:
    assert len(set(ASPECT_RATIOS)) == len(FORMATS)
    assert ASPECT_RATIOS[0] == "9:16"
    assert [format_of(ratio).limit_s for ratio in ("9:16", "4:5", "1:1", "16:9", "5:4")] == [90, 90, 90, 900, None]
    assert format_of("3:2") is FORMATS[0]
    assert format_of("16:9").width_over_height == 16 / 9
    assert format_of("auto").width_over_height is None
