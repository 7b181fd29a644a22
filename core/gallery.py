"""Find avatars and voices among hundreds: by words, language, gender, orientation and favourites; pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.catalogue import Avatar, Voice

PAGE: Final = 24
GENDERS: Final = {"woman": "female", "man": "male"}
ORIENTATIONS: Final = {"vertical": "portrait", "horizontal": "landscape"}

Entry = Avatar | Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Hold what a person looks for; an empty text leaves that open."""

    search: str = ""
    language: str = ""
    gender: str = ""
    orientation: str = ""
    favourites: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Hold the entries to draw, and how many match in all."""

    entries: tuple[Entry, ...]
    total: int


def gender_of(entry: Entry) -> str:
    """Return female, male, another word of HeyGen's, or nothing."""
    word = (entry.gender or "").lower()
    return GENDERS.get(word, word)


def orientation_of(entry: Entry) -> str:
    """Return portrait, landscape, square, another word of HeyGen's, or nothing; a voice has none."""
    word = (entry.orientation or "").lower() if isinstance(entry, Avatar) else ""
    return ORIENTATIONS.get(word, word)


def language_of(entry: Entry) -> str:
    """Return a voice's language as HeyGen writes it, or nothing."""
    return entry.language or "" if isinstance(entry, Voice) else ""


def show(
    entries: Sequence[Entry], wanted: Wanted, favourites: frozenset[str], chosen: str = "", limit: int = PAGE
) -> Shown:
    """Return the first entries that match, favourites before all others; the chosen one is always among them."""
    matching = [entry for entry in entries if _matches(entry, wanted, favourites)]
    ordered = sorted(matching, key=lambda entry: entry.id not in favourites)
    page = ordered[:limit]
    if all(entry.id != chosen for entry in page):
        page = [entry for entry in ordered if entry.id == chosen] + page
    return Shown(entries=tuple(page), total=len(ordered))


def _matches(entry: Entry, wanted: Wanted, favourites: frozenset[str]) -> bool:
    if wanted.favourites and entry.id not in favourites:
        return False
    if wanted.language and language_of(entry) != wanted.language:
        return False
    if wanted.gender and gender_of(entry) != wanted.gender:
        return False
    if wanted.orientation and orientation_of(entry) != wanted.orientation:
        return False
    words = fold(wanted.search).split()
    return not words or _has_all(fold(" ".join(_texts(entry))), words)


def _has_all(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)


def _texts(entry: Entry) -> Iterator[str]:
    yield entry.name
    yield gender_of(entry)
    yield language_of(entry)
    if isinstance(entry, Avatar):
        yield from entry.tags


def fold(text: str) -> str:
    """Return a text without its accents and capitals, as people search for it."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))
