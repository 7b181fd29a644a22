from __future__ import annotations

import time
from typing import Any

import pytest

from core.catalogue import Avatar, Voice
from core.gallery import PAGE, Wanted, show

AVATARS = (
    Avatar(id="lucia", name="Lucía · estudio", gender="female", orientation="portrait", tags=("Oficina",)),
    Avatar(id="james", name="James", gender="Man", orientation="landscape"),
    Avatar(id="robot", name="Robot"),
)
VOICES = (
    Voice(id="elena", name="Elena", language="Spanish", gender="female"),
    Voice(id="jorge", name="Jorge", language="Spanish", gender="male"),
    Voice(id="emma", name="Emma", language="English", gender="woman"),
)
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["lucia", "james", "robot"]),
        ({"search": "LUCIA"}, ["lucia"]),
        ({"search": "oficina estudio"}, ["lucia"]),
        ({"search": "  "}, ["lucia", "james", "robot"]),
        ({"search": "nobody"}, []),
        ({"gender": "male"}, ["james"]),
        ({"gender": "female", "orientation": "portrait"}, ["lucia"]),
        ({"orientation": "landscape"}, ["james"]),
        ({"orientation": "portrait", "search": "james"}, []),
        ({"favourites": True}, ["james"]),
        ({"favourites": True, "gender": "female"}, []),
    ],
)
def test_avatars_are_found_by_what_is_wanted(wanted: dict[str, Any], found: list[str]) -> None:
    shown = show(AVATARS, Wanted(**wanted), frozenset({"james"}))
    assert sorted(entry.id for entry in shown.entries) == sorted(found)
    assert shown.total == len(found)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"language": "Spanish"}, ["elena", "jorge"]),
        ({"language": "Spanish", "gender": "female"}, ["elena"]),
        ({"gender": "female"}, ["elena", "emma"]),
        ({"search": "english"}, ["emma"]),
        ({"orientation": "portrait"}, []),
    ],
)
def test_voices_are_found_by_language_and_gender(wanted: dict[str, Any], found: list[str]) -> None:
    assert [entry.id for entry in show(VOICES, Wanted(**wanted), NONE).entries] == found


def test_favourites_come_first_and_the_rest_in_heygens_order() -> None:
    assert [entry.id for entry in show(VOICES, Wanted(), frozenset({"emma"})).entries] == ["emma", "elena", "jorge"]


def test_a_page_is_shown_and_the_chosen_one_is_on_it() -> None:
    many = tuple(Voice(id=str(n), name=str(n)) for n in range(100))
    shown = show(many, Wanted(), NONE, chosen="70")
    assert (len(shown.entries), shown.total) == (PAGE + 1, 100)
    assert [entry.id for entry in shown.entries[:2]] == ["70", "0"]
    wider = show(many, Wanted(), NONE, chosen="70", limit=96)
    assert [entry.id for entry in wider.entries] == [str(n) for n in range(96)]


def test_the_chosen_one_is_on_the_first_page_of_its_language() -> None:
    many = tuple(Voice(id=str(n), name=str(n), language="Spanish") for n in range(100))
    assert show(many, Wanted(language="Spanish"), NONE, chosen="70").entries[0].id == "70"


def test_a_search_shows_what_it_finds_and_nothing_else() -> None:
    assert [entry.id for entry in show(VOICES, Wanted(search="emma"), NONE, chosen="jorge").entries] == ["emma"]


def test_a_chosen_one_that_is_gone_adds_nothing() -> None:
    assert len(show(VOICES, Wanted(), NONE, chosen="gone").entries) == 3


def test_two_thousand_voices_are_searched_within_a_frame() -> None:
    many = tuple(Voice(id=str(n), name=f"Voz número {n}", language="Spanish") for n in range(2000))
    began = time.perf_counter()
    assert show(many, Wanted(search="numero 19", language="Spanish"), NONE).total > 0
    assert time.perf_counter() - began < 0.25
