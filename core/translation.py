"""Speak Spanish or English: gettext catalogues read from the .po files. English is the language of the source."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

CATALOGUES: Final = Path(__file__).resolve().parents[1] / "locale"


def mark(message: str) -> str:
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return message


def translate(message: str, language: str) -> str:
    """Translate a text into a language; an unknown text stays as it is."""
    found = catalogue(language).get(message) if message else None
    return str(found.string) if found is not None and found.string and not found.fuzzy else message


@lru_cache(maxsize=4)
def catalogue(language: str, domain: str = "messages") -> Catalog:
    """Read the translations of a language: the product's own messages, or those of another domain."""
    from babel.messages.catalog import Catalog  # slow to import, and most words of the command line need none
    from babel.messages.pofile import read_po

    path = CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)
