"""Fates and scenarios."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest

from fake_heygen import scenario as scenarios
from fake_heygen.magic import read_words
from fake_heygen.scenario import Candidate, Match, ScenarioError, draw_fate, matches
from fake_heygen.scenario_reader import load_scenario, read_scenario


def candidate(ordinal: int = 1, title: str = "Otoño", script: str = "Hola", avatar: str = "lucia") -> Candidate:
    return Candidate(title=title, script=script, avatar=avatar, ordinal=ordinal)


def test_same_seed_and_requests_give_the_same_fates() -> None:
    scenario = load_scenario("429-and-no-hint")
    first = [draw_fate(scenario, candidate(n), seed=7) for n in range(1, 40)]
    again = [draw_fate(scenario, candidate(n), seed=7) for n in range(1, 40)]
    other = [draw_fate(scenario, candidate(n), seed=8) for n in range(1, 40)]
    assert first == again
    assert first != other


def test_usual_renders_take_five_to_fifteen_minutes() -> None:
    scenario = load_scenario("default")
    times = [draw_fate(scenario, candidate(n), seed=1).render_s for n in range(1, 2001)]
    assert 490 < median(times) < 550
    assert sum(300 <= time <= 900 for time in times) / len(times) > 0.85


def test_demo_renders_take_ten_to_thirty_seconds() -> None:
    scenario = load_scenario("demo")
    times = [draw_fate(scenario, candidate(n), seed=1).render_s for n in range(1, 200)]
    assert 10 <= min(times) < 12 < 28 < max(times) <= 30


def test_words_of_the_script_replace_those_of_the_scenario_by_key() -> None:
    scenario = read_scenario({"rule": [{"fate": {"webhook": ["drop"], "status": "lag:5s"}}]})
    fate = draw_fate(scenario, candidate(), 1, read_words("webhook=duplicate:4 render=20s outcome=failed code=x"))
    assert [str(effect) for effect in fate.effects] == ["status=lag:5s", "webhook=duplicate:4"]
    assert (fate.render_s, fate.failed, fate.code) == (20, True, "x")


def test_first_rule_that_matches_decides() -> None:
    rules = [
        {"match": {"title": "verano"}, "fate": {"outcome": "failed"}},
        {"match": {"nth": [2, 4]}, "fate": {"render": "1s"}},
        {"fate": {"render": "2s"}},
    ]
    scenario = read_scenario({"rule": rules})
    fates = [draw_fate(scenario, candidate(n, title="Verano" if n == 3 else ""), 1) for n in (1, 2, 3, 4)]
    assert [fate.render_s for fate in fates[:2]] == [2, 1]
    assert fates[2].failed
    assert fates[3].render_s == 1


def test_share_decides_by_the_draw() -> None:
    assert matches(Match(share=0.3), candidate(), 0.29)
    assert not matches(Match(share=0.3), candidate(), 0.3)
    assert matches(Match(every=3), candidate(6), 0)
    assert not matches(Match(every=3), candidate(7), 0)


def test_early_webhook_means_an_instant_render_unless_a_time_is_asked_for() -> None:
    scenario = load_scenario("default")
    assert draw_fate(scenario, candidate(), 1, read_words("webhook=early")).render_s == 0
    assert draw_fate(scenario, candidate(), 1, read_words("webhook=early render=9s")).render_s == 9


def test_every_bundled_scenario_is_read_and_described() -> None:
    wanted = {"default", "demo", "healthy", "webhooks-down", "duplicate-storm", "out-of-credit", "429-and-no-hint"}
    assert wanted | {"stuck-at-97"} <= set(scenarios.names())
    for name in scenarios.names():
        scenario = load_scenario(name)
        assert scenario.name == name
        assert scenario.description.endswith(".")
        assert scenario.sound_client.endswith(".")


@pytest.mark.parametrize(
    ("table", "taught"),
    [
        ({"concurency": 3}, "unknown key 'concurency'"),
        ({"concurrency": 0}, "whole number of 1 or more"),
        ({"concurrency": True}, "whole number"),
        ({"wallet": float("nan")}, "number of 0 or more"),
        ({"wallet": -1}, "number of 0 or more"),
        ({"probe": "yes"}, "true or false"),
        ({"description": 3}, "must be a text"),
        ({"render": {"low": "1s"}}, "needs median"),
        ({"render": {"median": "x"}}, "not a time"),
        ({"signature_headers": "v4"}, "both, v3, plain"),
        ({"rule": {}}, "list of tables"),
        ({"rule": [{"fate": {"webhook": "lost"}}]}, "known: drop"),
        ({"rule": [{"match": {"titel": "x"}}]}, "unknown key 'titel'"),
        ({"rule": [{"match": {"nth": 0}}]}, "1 or more"),
    ],
)
def test_wrong_scenario_is_refused_with_what_is_allowed(table: dict[str, object], taught: str) -> None:
    with pytest.raises(ScenarioError) as refusal:
        read_scenario(table)
    assert taught in str(refusal.value)


def test_scenario_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('concurrency = 3\n[[rule]]\nmatch = {title = "x"}\nfate = {outcome = "failed"}\n')
    scenario = load_scenario(str(path))
    assert (scenario.name, scenario.concurrency, len(scenario.rules)) == ("mine", 3, 1)


@pytest.mark.parametrize("content", [None, "= 3", b"\xff\xfe"])
def test_missing_or_broken_file_is_named(tmp_path: Path, content: str | bytes | None) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ScenarioError, match=r"mine\.toml"):
        load_scenario(str(path))
