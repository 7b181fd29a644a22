"""The certificate as text, JSON and JUnit XML, and the rules as the documentation lists them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from fake_heygen.proof.certificate.document import Certificate, line
from fake_heygen.proof.certificate.examination import GROUPS, RULES
from fake_heygen.proof.certificate.rule import Examined, Result, Rule
from fake_heygen.proof.certificate.subject import Subject

ROOT = Path(__file__).parents[4]


def examined(name: str, result: Result, reason: str = "") -> Examined:
    rule = Rule(name=name, claim="a claim", examine=lambda _: None, group="events")
    return Examined(rule=rule, result=result, reason=reason, seconds=0.25)


UNSOUND = Certificate(
    url="http://127.0.0.1:1/hook",
    examined=(
        examined("one", Result.PASS),
        examined("two", Result.WARN, "took 2 s"),
        examined("three", Result.FAIL, 'it <said> "no" & \x00\ud800'),
        examined("four", Result.SKIP, "no --secret was given"),
    ),
)


def test_warning_is_no_failure() -> None:
    assert Certificate(url="u", examined=UNSOUND.examined[:2]).sound
    assert (UNSOUND.sound, UNSOUND.failed) == (False, ["three"])


def test_text_has_a_line_a_rule_and_the_verdict() -> None:
    *lines, verdict = UNSOUND.lines()
    assert [text.split()[0] for text in lines] == ["PASS", "WARN", "FAIL", "SKIP"]
    assert lines[3].endswith("a claim: no --secret was given")
    assert verdict == "http://127.0.0.1:1/hook: 1 pass, 1 warn, 1 fail, 1 skip: unsound"
    assert line(UNSOUND.examined[0]).endswith("a claim")


def test_json_names_each_rule_with_its_reason() -> None:
    document = UNSOUND.to_json()
    assert document["counts"] == {"pass": 1, "warn": 1, "fail": 1, "skip": 1}
    assert document["checks"][1] == {
        "name": "two",
        "group": "events",
        "claim": "a claim",
        "result": "warn",
        "reason": "took 2 s",
        "seconds": 0.25,
    }
    assert document["checks"][0]["reason"] is None


def test_junit_is_well_formed_whatever_a_receiver_said() -> None:
    suite = ElementTree.fromstring(UNSOUND.junit())
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")
    cases = {case.get("name"): case for case in suite}
    assert cases["three"].find("failure").get("message") == 'it <said> "no" & ??'
    assert cases["four"].find("skipped").get("message") == "no --secret was given"
    assert cases["two"].find("system-out").text == "took 2 s"
    assert [*cases["one"]] == []
    assert cases["one"].get("classname") == "certificate.events"


def test_rules_have_names_of_their_own_and_a_group() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert {rule.group for rule in RULES} == set(GROUPS)


def test_documentation_lists_every_rule_in_its_order() -> None:
    section = (ROOT / "docs/certificate.md").read_text().partition("## The rules")[2].partition("\n## ")[0]
    rows = [row.split("|")[1:3] for row in section.splitlines() if row.startswith("| `")]
    assert [(name.strip(" `"), claim.strip()) for name, claim in rows] == [(rule.name, rule.claim) for rule in RULES]


def test_secret_is_not_shown_by_the_subject() -> None:
    shown = repr(Subject(url="u", secret="whsec_hidden", token_url="http://h/hidden"))
    assert "hidden" not in shown
