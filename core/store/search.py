"""Turn what a person types into a full-text query: pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")


def all_words(text: str) -> str:
    """Return the FTS5 query for rows that have every word of a text, or words that begin so; empty without a word.

    A single letter is taken as a whole word, since it begins too many.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    return " ".join(f'"{word}"' if len(word) == 1 else f'"{word}"*' for word in words)
