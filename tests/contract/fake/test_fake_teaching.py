"""The control routes that teach and judge: faults in both notations, words, whole scenarios, the checker."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from fake_heygen.faults import FAULTS
from fake_heygen.magic import split_script
from fake_heygen.scenario import load, names
from fake_heygen.scenario_reader import read_rule, read_scenario


def test_the_list_of_faults_is_the_table_of_the_code(fake: Any) -> None:
    told = [(row["name"], row["group"], row["does"], row["sound_client"]) for row in fake.rows("/_sim/faults")]
    assert told == [(fault.name, fault.group, fault.does, fault.sound_client) for fault in FAULTS]


def test_the_example_of_every_fault_means_the_same_as_words_and_as_toml(fake: Any) -> None:
    for row in fake.rows("/_sim/faults"):
        _, spoken = split_script(f"Hola. {row['magic']}")
        [table] = tomllib.loads(row["toml"])["rule"]
        assert [effect.name for effect in spoken] == [row["name"]]
        assert read_rule(table).fate == spoken


def test_words_are_written_in_both_ways(fake: Any) -> None:
    words = 'webhook=duplicate:4 webhook=delay:5m message="No \\ luck, señor"'
    told = fake.api.post("/_sim/words", json={"words": words}).json()
    _, spoken = split_script(f"Hola. {told['magic']}")
    [table] = tomllib.loads(told["toml"])["rule"]
    assert sorted(map(str, read_rule(table).fate)) == sorted(map(str, spoken))
    assert table["fate"] == told["fate"]
    assert [row["name"] for row in told["data"]] == ["webhook=duplicate", "webhook=delay", "message"]


@pytest.mark.parametrize("words", ["webhook=dorp", "render=", "nonsense", " "])
def test_wrong_words_are_refused_with_a_sentence(fake: Any, words: str) -> None:
    answer = fake.api.post("/_sim/words", json={"words": words})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "words")


def test_a_scenario_is_shown_whole_and_can_be_played_again(fake: Any) -> None:
    for name in names():
        shown = fake.api.get(f"/_sim/scenarios/{name}").json()
        assert tomllib.loads(shown["toml"]) | {"name": name} == shown["scenario"] == dict(load(name))
    table = fake.api.get("/_sim/scenarios/everything").json()["scenario"] | {"seed": 7}
    assert fake.api.put("/_sim/scenario", json=table).json()["seed"] == 7
    assert read_scenario(table).rules


def test_the_rules_that_play_are_written_as_toml(fake: Any) -> None:
    match = {"title": "Otoño", "nth": [1, 3], "every": 2, "share": 0.5}
    fake.api.put("/_sim/scenario", json={"name": "forger"})
    added = fake.api.post("/_sim/rules", json={"match": match, "fate": {"webhook": "drop"}}).json()
    shown = fake.api.get("/_sim/scenario").json()
    assert added["written"] == shown["written"]
    [first, *others] = [tomllib.loads(text)["rule"][0] for text in shown["written"]]
    assert first == {"match": match, "fate": {"webhook": "drop"}}
    assert [read_rule(rule) for rule in others] == [read_rule(rule) for rule in load("forger")["rule"]]  # type: ignore[attr-defined]  # the table's rules


def test_an_unknown_scenario_is_not_shown(fake: Any) -> None:
    answer = fake.api.get("/_sim/scenarios/no-such")
    assert answer.status_code == 404
    assert "everything" in answer.json()["error"]["message"]


def judged(fake: Any, *lines: dict[str, Any], **query: str) -> dict[str, Any]:
    answer = fake.api.post("/_sim/check", content="\n".join(map(json.dumps, lines)), params=query)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def test_a_history_is_judged(fake: Any) -> None:
    known, lost = fake.finish(""), fake.finish("outcome=failed")
    [row, _] = fake.rows("/_sim/ledger")
    line = {"job": "a", "status": "failed", "video_id": known, "known_at": row["terminal_at"] + 2}
    report = judged(fake, line, clock="simulated")
    assert [(f["kind"], f["video_id"]) for f in report["findings"]] == [("lost", lost), ("wrong", known)]
    assert set(report["counts"]) == set(report["kinds"])
    sound = judged(
        fake, line | {"status": "completed"}, {"job": "b", "status": "failed", "video_id": lost}, clock="simulated"
    )
    assert sound["sound"]
    assert sound["lateness_s"]["p50"] == pytest.approx(2, abs=0.01)


def test_times_of_another_clock_are_not_compared(fake: Any) -> None:
    report = judged(fake)
    assert report["lateness_s"] is None
    assert "times were not compared" in report["notes"][0]


def test_late_news_is_found_when_asked_for(fake: Any) -> None:
    known = fake.finish("")
    [row] = fake.rows("/_sim/ledger")
    line = {"job": "a", "status": "completed", "video_id": known, "known_at": row["terminal_at"] + 20}
    assert judged(fake, line, clock="simulated", late="10s")["counts"]["late"] == 1
    assert judged(fake, line, clock="simulated", late="30s")["sound"]


@pytest.mark.parametrize(("content", "query"), [("{", {}), ('{"job": 1}', {}), ("[]", {"late": "soon"})])
def test_what_cannot_be_judged_is_refused(fake: Any, content: str, query: dict[str, str]) -> None:
    assert fake.api.post("/_sim/check", content=content, params=query).status_code == 400


def test_event_types_are_listed(fake: Any) -> None:
    assert "avatar_video.success" in [row["event_type"] for row in fake.rows("/_sim/event-types")]


def test_an_account_is_shown_alone(fake: Any) -> None:
    for key in ("first", "second"):
        fake.api.get("/v3/users/me", headers={"X-Api-Key": key})
    assert len(fake.rows("/_sim/accounts")) == 2
    assert len(fake.rows("/_sim/accounts", account="second")) == 1
    fake.api.post("/_sim/reset")
    assert [row["account"] for row in fake.rows("/_sim/accounts")] == [""]
    fake.play(name="everything")
    for key in ("first", "second"):
        fake.api.get("/v3/users/me", headers={"X-Api-Key": key})
    assert [row["scenario"] for row in fake.rows("/_sim/accounts")] == ["everything"] * 2
