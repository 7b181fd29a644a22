"""Turn what a person types into a full-text query: pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")


def whole_words(text: str) -> str:
    """Return the FTS5 query for rows that have every word of a text; without a word it finds nothing."""
    return " ".join(f'"{word}"' for word in _words(text)) or '""'


def beginnings(text: str) -> str:
    """Return the FTS5 query for rows that have, for every word of a text, a word that begins with it."""
    return " ".join(f'"{word}"*' for word in _words(text)) or '""'


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text))
