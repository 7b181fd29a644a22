"""Say what the simulator tells of itself (its faults, scenarios, verdicts, refusals) in the viewer's language.

It tells it in English, values already in place; the catalogue `simulator` has each sentence, and a template with
numbered values where there are any: `charged {0} times`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from core.errors import ReelsError
from core.translation import catalogue
from pages.ui.language import code, fill

DOMAIN: Final = "simulator"
VALUE: Final = re.compile(r"\\\{\d+\\\}")  # as re.escape writes the place of a value


def said(sentence: str) -> str:
    """Translate a sentence of the simulator's; one that is not known stays as it is."""
    return spoken(sentence, code())


def refused(error: ReelsError) -> str:
    """Put an error into the viewer's language, and with it what the simulator says in it."""
    return filled(error.message, error.values)


def filled(template: str, values: Mapping[str, object]) -> str:
    """Translate a template of the product's and the sentences of the simulator's that are its values."""
    return fill(template, {name: said(value) if isinstance(value, str) else value for name, value in values.items()})


def spoken(sentence: str, language: str) -> str:
    """Translate a sentence of the simulator's into a language, and the sentences that are values in it."""
    known = catalogue(language, DOMAIN).get(sentence) if sentence else None
    if known is not None and known.string:
        return str(known.string)
    for shape, translation in _templates(language):
        if found := shape.fullmatch(sentence):
            return translation.format(*(spoken(value, language) for value in found.groups()))
    return _named(sentence, language)


def _named(sentence: str, language: str) -> str:
    """Translate what follows the name of an error: `ConnectionResetError: the connection was …`."""
    name, colon, rest = sentence.partition(": ")
    return name + colon + spoken(rest, language) if colon else sentence


@lru_cache(maxsize=4)
def _templates(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Return the templates and their translations, those that say most themselves first."""
    pairs = [(str(entry.id), str(entry.string)) for entry in catalogue(language, DOMAIN) if entry.id]
    told = sorted((pair for pair in pairs if "{0}" in pair[0] and pair[1]), key=lambda pair: -len(pair[0]))
    return [(re.compile(VALUE.sub("(.*?)", re.escape(source)), re.DOTALL), text) for source, text in told]
