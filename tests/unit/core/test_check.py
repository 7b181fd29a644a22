from __future__ import annotations

import json

from core.check import Check, Result, told, told_of
from core.errors import HeyGenRefused


def test_a_sentence_is_english_as_text_and_a_template_for_a_page() -> None:
    sentence = told("{n} reels at {where}", n=3, where=("odd", 1))
    assert (str(sentence), sentence.template) == ("3 reels at ('odd', 1)", "{n} reels at {where}")
    assert told("braces {} stay").template == str(told("braces {} stay"))
    assert not told("")


def test_a_check_is_read_back_as_it_was_kept() -> None:
    error = HeyGenRefused(401, "unauthorized", "{curly}")
    check = Check(name="heygen", result=Result.FAIL, seen=told_of(error), advice="look")
    again = Check.of_fact(json.loads(json.dumps(check.to_fact())))
    assert again.to_json() == check.to_json()
    assert again.to_json() == {
        "name": "heygen",
        "result": "fail",
        "seen": "HeyGen answered 401 unauthorized: {curly}",
        "advice": "look",
    }
