"""Every text of the pages and every message of the product exists in Spanish, and nothing else is kept."""

from __future__ import annotations

import string

import pytest
from babel.messages.catalog import Message

from pages.ui import language
from tests.unit.pages.messages import error_messages, messages, page_messages, spanish


def entries() -> dict[str, Message]:
    return {str(entry.id): entry for entry in spanish() if entry.id}


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


def test_the_texts_are_found() -> None:
    assert {"Title", "New reel", "Ready"} <= set(page_messages())
    assert "The script is empty: write what the avatar should say." in set(error_messages())


def test_every_text_has_a_spanish_translation() -> None:
    known = entries()
    missing = [text for text in sorted(messages()) if text not in known or not known[text].string]
    assert not missing


def test_no_translation_is_fuzzy() -> None:
    assert not [text for text, entry in entries().items() if entry.fuzzy]


def test_no_translation_is_left_over() -> None:
    assert not set(entries()) - messages()


def test_translations_keep_the_values_of_their_texts() -> None:
    wrong = [text for text, entry in entries().items() if fields(text) != fields(str(entry.string))]
    assert not wrong


@pytest.mark.parametrize(("code", "expected"), [("es", "Nuevo reel"), ("en", "New reel")])
def test_a_text_is_translated(code: str, expected: str) -> None:
    assert language.translate("New reel", code) == expected


def test_an_unknown_text_stays_as_it_is() -> None:
    assert language.translate("Words that nobody wrote down", "es") == "Words that nobody wrote down"
    assert language.translate("", "es") == ""
