"""The lettering of films: the bundled font, and words without what it cannot draw."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FONT_FILE = Path(__file__).parent / "fonts" / "FakePresenterSans-SemiBold.ttf"


@lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font at a size in pixels."""
    return ImageFont.truetype(FONT_FILE, size)


@lru_cache(maxsize=4096)
def drawable(text: str) -> str:
    """Return a text without the characters that the font lacks, such as emoji."""
    return "".join(character for character in text if _has(character))


@lru_cache(maxsize=1)
def _missing() -> bytes:
    return bytes(font(24).getmask("\uffff"))


@lru_cache(maxsize=4096)
def _has(character: str) -> bool:
    if character == " ":
        return True
    mask = font(24).getmask(character)
    return mask.size[0] > 0 and bytes(mask) != _missing()
