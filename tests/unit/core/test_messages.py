from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.messages import LONGEST, NAMED, Mood, Wording, clean
from core.models import Ended, ReelStatus
from tests.factories import NOW

SPANISH = Wording(language="es", pages="https://reels.test")
ENGLISH = Wording(language="en", pages=None)


def ended(status: str = "completed", **fields: Any) -> Ended:
    base: dict[str, Any] = {"id": 1, "reel_id": 7, "title": "Verano", "failure_code": None, "at": NOW}
    return Ended(**base | {"status": ReelStatus(status)} | fields)


@pytest.mark.parametrize(
    ("status", "code", "title", "body", "mood"),
    [
        ("completed", None, "Listo: Verano", "El reel está listo.", Mood.SUCCESS),
        ("failed", "avatar_not_found", "Falló: Verano", "HeyGen no puede usar este avatar.", Mood.FAILURE),
        ("failed", "never_heard_of", "Falló: Verano", "HeyGen no hizo el video.", Mood.FAILURE),
        ("timed_out", None, "Sin noticias: Verano", "HeyGen no dio noticias", Mood.WARNING),
    ],
)
def test_a_reel_is_told_in_plain_words(status: str, code: str | None, title: str, body: str, mood: Mood) -> None:
    message = SPANISH.of_reel(ended(status, failure_code=code), NOW)
    assert (message.title, message.mood) == (title, mood)
    assert message.body.startswith(body)
    assert message.body.endswith("\nAbrir: https://reels.test/reel?id=7")


def test_without_an_address_of_the_pages_there_is_no_link() -> None:
    assert ENGLISH.of_reel(ended(), NOW).body == "The reel is ready."


def test_a_reel_without_a_title_is_named_by_its_number() -> None:
    assert ENGLISH.of_reel(ended(title=""), NOW).title == "Ready: Reel 7"


def test_old_news_says_when_it_was() -> None:
    assert "That was at 2026-11-24 12:00 UTC." in ENGLISH.of_reel(ended(), NOW + timedelta(hours=2)).body
    assert "That was" not in ENGLISH.of_reel(ended(), NOW + timedelta(minutes=9)).body


def test_a_digest_counts_and_names_what_went_wrong() -> None:
    reels = [ended(reel_id=1), ended("failed", reel_id=2, failure_code="avatar_not_found"), ended(reel_id=3)]
    message = ENGLISH.of_reels(reels, NOW)
    assert message.title == "3 reels: 2 done, 1 failed"
    assert message.body == "– Verano: HeyGen cannot use this avatar"
    assert message.mood is Mood.FAILURE


def test_a_digest_names_a_few_and_counts_the_rest() -> None:
    message = ENGLISH.of_reels([ended("failed", title=f"T{n}") for n in range(NAMED + 90)], NOW)
    assert message.title == f"{NAMED + 90} reels: {NAMED + 90} failed"
    assert message.body.count("– T") == NAMED
    assert message.body.endswith("… and 90 more")


def test_a_campaign_is_counted() -> None:
    counts = {"completed": 47, "failed": 3, "timed_out": 1, "doubt": 2}
    message = SPANISH.of_campaign("Otoño", counts, [ended("failed", title="Uno")], "/campaign?id=3")
    assert message.title == "Campaña Otoño: 47 listos, 3 fallidos, 1 sin noticias, 2 por decidir"
    assert message.body.splitlines() == [
        "– Uno: HeyGen no hizo el video",
        "… y 3 más",
        "Abrir: https://reels.test/campaign?id=3",
    ]


@pytest.mark.parametrize(
    ("counts", "mood"),
    [
        ({"completed": 2}, Mood.SUCCESS),
        ({"completed": 2, "failed": 0}, Mood.SUCCESS),
        ({"completed": 2, "failed": 1, "doubt": 1}, Mood.FAILURE),
        ({"completed": 2, "doubt": 1}, Mood.WARNING),
        ({"timed_out": 1}, Mood.WARNING),
    ],
)
def test_a_message_is_as_good_as_the_worst_that_it_tells(counts: dict[str, int], mood: Mood) -> None:
    assert ENGLISH.of_campaign("A", counts, [], "/").mood is mood


def test_good_news_of_a_campaign_has_a_body_too() -> None:
    assert ENGLISH.of_campaign("A", {"completed": 2}, [], "/").body == "Nothing went wrong."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  two \n lines\t", "two lines"),
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("right\u202eleft", "right left"),
        ("family 👨\u200d👩", "family 👨\u200d👩"),
        ("<!channel> & <b>", "‹!channel› & ‹b›"),
        ("@everyone", "@\u2060everyone"),
        ("x" * 200, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_a_users_text_is_cut_cleaned_and_disarmed(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_braces_in_a_title_are_no_template() -> None:
    assert ENGLISH.of_reel(ended(title="{link} {0}"), NOW).title == "Ready: {link} {0}"
