"""Turn what a person types into a full-text query: pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Return the words of a text as the index knows them."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def whole(word: str) -> str:
    """Return the FTS5 term for a word."""
    return f'"{word}"'


def query(some: list[str], is_frequent: Callable[[str], bool]) -> str:
    """Return the FTS5 query for rows that have, for each of these words, one that begins with it.

    A frequent word is taken whole: the rows that have it stand in the index in order, those of all words that begin so
    would first have to be put in order, which takes long for frequent ones.
    """
    return " ".join(whole(word) if is_frequent(word) else whole(word) + "*" for word in some)
