"""Show words as they are where Streamlit reads markdown: what a user wrote is never markup, a picture or a link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from core.errors import ReelsError
from pages.ui.language import fill

MARKUP: Final = re.compile(r"[\\`*_\[\]<>$:#~&|!+-]")


def plain(text: str) -> str:
    """Return markdown that reads as the text, in one line."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def plainly(error: ReelsError) -> str:
    """Put an error of the product into the viewer's language, for where Streamlit reads markdown."""
    return fill(error.message, plain_values(error.values))


def plain_values(values: Mapping[str, object]) -> dict[str, object]:
    """Return the values of a message for where Streamlit reads markdown."""
    return {name: plain(value) if isinstance(value, str) else value for name, value in values.items()}
