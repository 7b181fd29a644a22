"""Everything that the simulator tells of itself exists in Spanish, with whatever values it puts in."""

from __future__ import annotations

import string
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from core.errors import Refused
from fake_heygen.faults import FAULTS
from fake_heygen.proof.checker import Rules, check
from fake_heygen.proof.history import Job
from fake_heygen.proof.truth import Ledger, Truth
from fake_heygen.vocabulary import VocabularyError, read_effect
from pages.ui.simulator import spoken as speaking
from pages.ui.simulator.spoken import spoken
from tests.unit.pages.messages import spanish
from tests.unit.pages.sentences import SPANISH, fault_sentences, judging_sentences, refusing_sentences, sentences


def entries() -> dict[str, Message]:
    return {str(entry.id): entry for entry in spanish(SPANISH) if entry.id}


def fields(text: str) -> list[str]:
    return sorted(name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None)


def test_the_sentences_are_found() -> None:
    assert {"The render succeeds.", "Shows the message.", "a duration"} <= set(fault_sentences())
    assert {"charged {0} times", "still rendering", "went from {0} to {1}"} <= set(judging_sentences())
    assert {"{0} is longer than 30 days", "no answer within {0} s"} <= set(refusing_sentences())
    assert "Everything works and a render takes 10 to 30 seconds." in sentences()


def test_every_sentence_has_a_spanish_translation() -> None:
    known = entries()
    missing = [text for text in sorted(sentences()) if text not in known or not known[text].string]
    assert not missing


def test_no_translation_is_fuzzy_left_over_or_english() -> None:
    known = entries()
    assert not [text for text, entry in known.items() if entry.fuzzy or entry.string == text]
    left_over = set(known) - sentences()
    assert not left_over


def test_translations_keep_the_values_of_their_sentences() -> None:
    wrong = [text for text, entry in entries().items() if fields(text) != fields(str(entry.string))]
    assert not wrong


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("The render succeeds.", "El render termina bien."),
        ("charged 3 times", "se cobró 3 veces"),
        ("paid for, and no job knows it", "se pagó, y ningún trabajo lo conoce"),
        ("paid for, and no job knows it ('{0} (b)')", "se pagó, y ningún trabajo lo conoce ('{0} (b)')"),
        (
            "paid for again although v1 was still rendering",
            "se pagó otra vez aunque v1 estaba todavía en proceso de render",
        ),
        (
            "magic words: code needs a code: code=<code>",
            "palabras mágicas: code necesita un código: code=<code>",
        ),
        (
            "ConnectionResetError: the connection was closed before an answer",
            "ConnectionResetError: la conexión se cerró antes de responder",
        ),
        ("Words that nobody wrote: down", "Words that nobody wrote: down"),
        ("", ""),
    ],
)
def test_a_sentence_is_said_in_spanish_with_its_values(told: str, expected: str) -> None:
    assert spoken(told, "es") == expected
    assert spoken(told, "en") == told


def truth(video_id: str, outcome: str | None = "completed", **more: object) -> Truth:
    return Truth(video_id=video_id, outcome=outcome, terminal_at=100.0 if outcome else None, **more)  # type: ignore[arg-type]


def job(name: str, status: str, video_id: str | None = None, *earlier: str, **more: object) -> Job:
    videos = frozenset({video_id, *earlier} if video_id else earlier)
    return Job(job=name, status=status, video_id=video_id, videos=videos, **more)  # type: ignore[arg-type]


def found() -> Iterator[str]:
    """Yield what the checker really says of a client that breaks every promise."""
    named = {"title": "Saludo", "callback_id": "k"}
    rows = (
        *(truth("lost", title="Saludo"), truth("unnamed"), truth("known", **named), truth("dear", charges=2)),
        *(truth("v1", None), truth("v2"), truth("v3", "failed"), truth("v4")),
    )
    jobs = [
        job("1", "completed", "v2", "v1", known_at=250.0),
        job("2", "processing", "dear", went_back="went from completed to processing"),
        *(job("3", "completed"), job("4", "failed", "never"), job("5", "failed", "v1"), job("6", "completed", "v3")),
        *(job("7", "completed", "v4", known_at=10.0), job("8", "completed", "v4", known_at=100.5)),
        job("9", "pending", key="k"),
    ]
    report = check(Ledger(rows=rows, now=1000.0, same_clock=True), jobs, Rules(late_s=30.0))
    yield from (finding.reason for finding in report.findings)
    yield from check(Ledger(rows=rows, now=1000.0, same_clock=False), jobs).notes


def test_whatever_the_checker_finds_is_said_in_spanish() -> None:
    told = list(found())
    reasons = {text for text in judging_sentences() if "{" in text}
    assert len(told) > len(reasons)
    assert not [reason for reason in told if spoken(reason, "es") == reason]


def refusals() -> Iterator[str]:
    """Yield what is really said of every fault whose values cannot be read."""
    for fault in FAULTS:
        for value in ("none-such", fault.word, f"{fault.word}:?", f"{fault.word}:99d:99d", f"{fault.word}:0"):
            try:
                read_effect(fault.key, value)
            except VocabularyError as error:
                yield str(error)


def test_whatever_is_wrong_with_a_word_is_said_in_spanish() -> None:
    told = set(refusals())
    assert len(told) > len(FAULTS)
    assert not [text for text in told if spoken(text, "es") == text]


def test_a_refusal_is_said_whole_in_spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pages.ui.language.code", "pages.ui.simulator.spoken.code"):
        monkeypatch.setattr(module, lambda: "es")
    error = Refused("The fake HeyGen refused this: {text}", text="Delivery d1 not found")
    assert speaking.refused(error) == "El HeyGen simulado lo ha rechazado: No se encuentra la entrega d1"
