"""Speak the viewer's language, chosen by the browser or by a switch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Final

import streamlit as st
from babel import Locale, UnknownLocaleError

from core.errors import ReelsError
from core.translation import catalogue, mark, translate

__all__ = [
    "LANGUAGES",
    "SWITCH",
    "_",
    "browsers",
    "code",
    "fill",
    "locale",
    "mark",
    "ngettext",
    "one_language",
    "say",
    "translate",
]

LANGUAGES: Final = {"es": "Español", "en": "English"}
SWITCH: Final = "lang"

_settled: Final[ContextVar[tuple[str, Locale] | None]] = ContextVar("settled", default=None)


def code() -> str:
    """Return the language of this viewer: the switch decides, else the address, else the browser."""
    if settled := _settled.get():
        return settled[0]
    for chosen in (st.session_state.get(SWITCH), st.query_params.get(SWITCH)):
        if chosen in LANGUAGES:
            return str(chosen)
    return browsers()


def browsers() -> str:
    """Return the language that the browser asks for, English where we do not speak it."""
    asked = (st.context.locale or "en").split("-")[0].lower()
    return asked if asked in LANGUAGES else "en"


def locale() -> Locale:
    """Return the viewer's locale for dates and numbers; the region counts while the language is the browser's."""
    if settled := _settled.get():
        return settled[1]
    language = code()
    return _locale(language, st.context.locale or language)


@lru_cache(maxsize=64)
def _locale(language: str, asked: str) -> Locale:
    if asked.split("-")[0].lower() == language:
        try:
            return Locale.parse(asked, sep="-")
        except (UnknownLocaleError, ValueError):
            pass
    return Locale(language)


@contextmanager
def one_language() -> Iterator[None]:
    """Ask for the viewer's language once for all that is written inside: a list asks hundreds of times."""
    token = _settled.set((code(), locale()))
    try:
        yield
    finally:
        _settled.reset(token)


def _(message: str) -> str:
    """Translate a text."""
    return translate(message, code())


def ngettext(singular: str, plural: str, n: float) -> str:
    """Translate a text that depends on a number."""
    message = catalogue(code()).get(singular)
    forms = message.string if message is not None and isinstance(message.string, tuple) else (singular, plural)
    return str(forms[0 if n == 1 else 1])


def say(error: ReelsError) -> str:
    """Put an error of the product into the viewer's language."""
    return fill(error.message, error.values)


def fill(template: str, values: object) -> str:
    """Translate a template and put its values in; the template itself where they do not fit."""
    text = _(template)
    try:
        return text.format(**values) if isinstance(values, dict) and values else text
    except (KeyError, IndexError, ValueError):
        return text
