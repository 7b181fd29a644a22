"""The vocabulary of faults and the magic words at the end of a script."""

from __future__ import annotations

import pytest

from fake_heygen.faults import FAULTS, Argument, Fault, Point
from fake_heygen.hooks import (
    body,
    create_answer,
    document,
    endpoint,
    files,
    payload,
    read_answer,
    reading,
    retry,
    schedule,
    signing,
    spells,
    status,
    wire,
)
from fake_heygen.magic import split_script
from fake_heygen.vocabulary import VocabularyError, read_duration, read_effect

HOOKS_AT = {
    Point.SCHEDULE: schedule.HOOKS,
    Point.STATUS: status.HOOKS,
    Point.ANSWER_CREATE: create_answer.HOOKS,
    Point.ANSWER_GET: read_answer.GET_HOOKS,
    Point.ANSWER_STATUSES: read_answer.STATUSES_HOOKS,
    Point.ANSWER_READ: reading.HOOKS,
    Point.PAYLOAD: payload.HOOKS,
    Point.DOCUMENT: document.HOOKS,
    Point.BODY: body.HOOKS,
    Point.SIGN: signing.HOOKS,
    Point.WIRE: wire.HOOKS,
    Point.RETRY: retry.HOOKS,
    Point.ENDPOINT: endpoint.HOOKS,
    Point.LINK: files.LINK_HOOKS,
    Point.FILE: files.FILE_HOOKS,
    Point.SPELL: spells.HOOKS,
}


def test_every_fault_has_a_hook_at_each_of_its_points_and_no_hook_stands_alone() -> None:
    for point, hooks in HOOKS_AT.items():
        assert set(hooks) == {fault.name for fault in FAULTS if point in fault.points}, point
    assert set(HOOKS_AT) == set(Point)


def test_every_fault_says_what_it_does_and_what_a_sound_client_does() -> None:
    for fault in FAULTS:
        assert fault.does.endswith("."), fault.name
        assert fault.sound_client.endswith("."), fault.name
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def example(fault: Fault) -> list[str]:
    times = iter(("7s", "90s"))
    others = {Argument.COUNT: "3", Argument.CODE: "some_code", Argument.TEXT: "a text"}
    return [next(times) if kind is Argument.DURATION else others[kind] for kind in fault.arguments]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_can_be_written_as_its_grammar_says(fault: object) -> None:
    assert isinstance(fault, type(FAULTS[0]))
    value = ":".join(part for part in (fault.word, *example(fault)) if part)
    effect = read_effect(fault.key, value)
    assert effect.name == fault.name
    assert str(effect) == f"{fault.key}={value}"
    if fault.word and (fault.default or not fault.arguments):
        assert read_effect(fault.key, fault.word).name == fault.name


@pytest.mark.parametrize(
    ("script", "spoken", "effects"),
    [
        ("Hola", "Hola", []),
        ("Hola [[sim: render=20s]]", "Hola", ["render=20s"]),
        ("Hola\n\n[[SIM:render=2m outcome=failed]] \n", "Hola", ["render=120s", "outcome=failed"]),
        ("[[sim: webhook=duplicate:4 webhook=delay:5m]]", "", ["webhook=duplicate:4", "webhook=delay:300s"]),
        ('A [[sim: message="no more, sorry" code=x]]', "A", ["message=no more, sorry", "code=x"]),
        ("A [[sim: message=“así es”]]", "A", ["message=así es"]),
        ("A [[sim: answer=429:noretry]]", "A", ["answer=429:noretry"]),
        ("A [[sim: answer=429]]", "A", ["answer=429:1"]),
        ("A [[sim:]]", "A", []),
        ("A [[other]] b", "A [[other]] b", []),
    ],
)
def test_magic_words_are_read_and_never_spoken(script: str, spoken: str, effects: list[str]) -> None:
    words, read = split_script(script)
    assert words == spoken
    assert [str(effect) for effect in read] == effects


@pytest.mark.parametrize(
    ("words", "taught"),
    [
        ("rendr=20s", "render, outcome"),
        ("webhook=lost", "drop, duplicate[:<count>]"),
        ("webhook=delay", "webhook=delay:<duration>"),
        ("webhook=drop:3", "takes no argument"),
        ("webhook=duplicate:0", "count from 1"),
        ("webhook=duplicate:1000", "count from 1"),
        ("render=soon", "write 20s, 5m"),
        ("render=-3", "write 20s, 5m"),
        ("render=99d", "longer than 30 days"),
        ("render", "write key=value"),
        ("render=20s,outcome=failed", "write 20s, 5m"),
        ('message="open', "write key=value"),
        ("code=<b>", "not a code"),
    ],
)
def test_unknown_words_are_refused_and_the_known_are_named(words: str, taught: str) -> None:
    with pytest.raises(VocabularyError) as refusal:
        split_script(f"Hola [[sim: {words}]]")
    assert taught in str(refusal.value)


@pytest.mark.parametrize("script", ["[[sim: render=1s]] y después", "Hola [[sim: render=1s", "[[sim: render=1s]"])
def test_magic_words_stand_last_and_are_closed(script: str) -> None:
    with pytest.raises(VocabularyError, match="last thing"):
        split_script(script)


@pytest.mark.parametrize(
    ("text", "seconds"), [("20", 20), ("20s", 20), ("1.5s", 1.5), ("5m", 300), ("2h", 7200), ("3d", 259200)]
)
def test_times_are_read_in_every_unit(text: str, seconds: float) -> None:
    assert read_duration(text) == seconds
