"""Hold dashboard and alerts to the metrics that the product really tells, and every alert to a part of the runbook."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest

from core.product import Product
from core.recorder import Recorder
from core.status import ProductCollector
from tests.conftest import Build
from tests.deploy.needed import program
from tests.deploy.test_runbook import RUNBOOK, anchors
from tests.support.programs import ROOT

DEPLOY = ROOT / "deploy"
BOARD = json.loads((DEPLOY / "dashboard.json").read_text())
RULES = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"][0]["rules"]
OF_A_HISTOGRAM = ("_bucket", "_sum", "_count")
PROMETHEUS_OWN = {"up"}

# What makes an alert fire: a series, its values from the start on, each a minute, and when it must have fired.
FIRES = {
    "ReelsNothingAnswers": ({'up{job="reels",instance="a"}': "0x10"}, "5m"),
    "ReelsHostDown": ({'up{job="reels",instance="a"}': "0x10", 'up{job="reels",instance="b"}': "1x10"}, "5m"),
    "ReelsNoWorker": ({'worker_alive{job="reels"}': "0x10"}, "5m"),
    "ReelsQueueShut": ({'queue_open{job="reels"}': "0x10"}, "8m"),
    "ReelsHeyGenFails": (
        {
            'heygen_calls_total{job="reels",kind="GET videos",status="200"}': "0+1x40",
            'heygen_calls_total{job="reels",kind="GET videos",status="503"}': "0+2x40",
        },
        "30m",
    ),
    "ReelsWebhooksDown": ({'webhook_breaker_open{job="reels"}': "1x10"}, "8m"),
    "ReelsOverdue": ({'reels_overdue{job="reels"}': "3x60"}, "40m"),
    "ReelsInDoubt": ({'reels_in_doubt{job="reels"}': "1x20"}, "15m"),
    "ReelsDeliveriesWait": ({'deliveries_waiting_age_seconds{job="reels"}': "301x20"}, "10m"),
    "ReelsCommitsSlow": ({'deliveries_uncommitted{job="reels"}': "1001x10"}, "5m"),
    "ReelsRefusals": ({'deliveries_refused_total{job="reels",reason="forged"}': "0+13x40"}, "30m"),
    "ReelsDownloadsWait": ({'downloads_waiting{job="reels"}': "1x1600"}, "1560m"),
    "ReelsNobodyTold": ({'notifications_set_aside{job="reels"}': "1x10"}, "8m"),
    "ReelsKnownLate": (
        {
            'detection_delay_seconds_bucket{job="reels",channel="poll",le="300.0"}': "0+1x120",
            'detection_delay_seconds_bucket{job="reels",channel="poll",le="900.0"}': "0+3x120",
            'detection_delay_seconds_bucket{job="reels",channel="poll",le="+Inf"}': "0+3x120",
        },
        "60m",
    ),
    "ReelsQueueGrows": ({'reels_queued{job="reels"}': "101+1x200"}, "150m"),
}
WELL = {
    'up{job="reels",instance="a"}': "1x1600",
    'worker_alive{job="reels"}': "1x1600",
    'queue_open{job="reels"}': "1x1600",
    'heygen_calls_total{job="reels",kind="GET videos",status="200"}': "0+9x1600",
    'heygen_calls_total{job="reels",kind="GET videos",status="503"}': "0+1x1600",
    'webhook_breaker_open{job="reels"}': "0x1600",
    'reels_overdue{job="reels"}': "0x1600",
    'reels_in_doubt{job="reels"}': "0x1600",
    'deliveries_waiting_age_seconds{job="reels"}': "2x1600",
    'deliveries_uncommitted{job="reels"}': "60x1600",
    'deliveries_refused_total{job="reels",reason="unsigned"}': "0+1x1600",
    'downloads_waiting{job="reels"}': " ".join(["0", "1", "2", "1", "0"] * 320),
    'notifications_set_aside{job="reels"}': "0x1600",
    'detection_delay_seconds_bucket{job="reels",channel="webhook",le="1.0"}': "0+3x1600",
    'detection_delay_seconds_bucket{job="reels",channel="webhook",le="+Inf"}': "0+3x1600",
    'reels_queued{job="reels"}': "500-0.1x1600",
}


@pytest.fixture
def told(build: Build) -> dict[str, str]:
    """Return the metrics of a real product's /metrics, by name, with what each is."""
    house = build("hybrid")
    product = Product(
        settings=house.processor.settings, store=house.store, client=house.client, processor=house.processor
    )
    registry = CollectorRegistry()
    registry.register(ProductCollector(product, Recorder(house.store, lambda: None)))
    return dict(re.findall(r"^# TYPE (\w+) (\w+)$", generate_latest(registry).decode(), re.M))


def series(told: dict[str, str]) -> set[str]:
    """Return the names that may be asked for."""
    plain = {name for name, kind in told.items() if kind != "histogram"}
    return plain | {name + end for name, kind in told.items() if kind == "histogram" for end in OF_A_HISTOGRAM}


def panels() -> list[dict[str, Any]]:
    return [panel for panel in BOARD["panels"] if panel["type"] != "row"]


def questions() -> list[str]:
    """Return every expression of the dashboard."""
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def named(expression: str) -> set[str]:
    """Return the series that an expression asks for."""
    return set(re.findall(r"\b([a-z_]+)\{", expression))


def test_the_dashboard_asks_for_what_is_told_and_for_all_of_it(told: dict[str, str]) -> None:
    asked = set().union(*map(named, questions()))
    assert asked - PROMETHEUS_OWN <= series(told)
    missing = [name for name in told if not any(one.startswith(name) for one in asked)]
    assert missing == [], "show these on deploy/dashboard.json"


def test_the_alerts_ask_for_what_is_told(told: dict[str, str]) -> None:
    asked = set().union(*(named(rule["expr"]) for rule in RULES))
    assert len(asked) > 12
    assert asked - PROMETHEUS_OWN <= series(told)


def test_the_dashboard_is_one_that_grafana_draws() -> None:
    assert BOARD["title"]
    assert BOARD["uid"]
    assert BOARD["schemaVersion"] >= 36
    [variable] = BOARD["templating"]["list"]
    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(ids) == len(set(ids))
    for panel in panels():
        assert panel["type"] in {"stat", "timeseries"}
        assert panel["title"]
        assert panel["description"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert panel["fieldConfig"]["defaults"]["unit"] in {"short", "s", "reqps"}
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs)) > 0


def test_no_panel_lies_on_another() -> None:
    places = [panel["gridPos"] for panel in BOARD["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]


def test_every_alert_points_to_a_part_of_the_runbook_and_stands_in_its_table() -> None:
    for rule in RULES:
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert path == "docs/runbook.md"
        assert anchor in anchors(RUNBOOK), rule["alert"]
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
        assert re.search(rf"^\| `{rule['alert']}` \|.*\(#{anchor}\) \|$", RUNBOOK, re.M), rule["alert"]
    assert len(re.findall(r"^\| `Reels\w+` \|", RUNBOOK, re.M)) == len(RULES)


def prom(*words: str) -> None:
    done = subprocess.run([program("promtool", "prometheus"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_rules_its_own_settings_and_every_question_of_the_dashboard(tmp_path: Path) -> None:
    prom("check", "config", str(DEPLOY / "prometheus.yaml"))
    asked = [
        {"record": f"asked:{n}", "expr": question.replace("$__rate_interval", "1m")}
        for n, question in enumerate(questions())
    ]
    written = tmp_path / "asked.yaml"
    written.write_text(json.dumps({"groups": [{"name": "asked", "rules": asked}]}))
    prom("check", "rules", str(written))


def scene(values: dict[str, str], at: str, firing: set[str]) -> dict[str, Any]:
    """Return a test of promtool's: these values, and which alerts fire at a time and which do not."""
    rows = [{"series": name, "values": row} for name, row in values.items()]
    lines = [f'ALERTS{{alertname="{rule["alert"]}",alertstate="firing"}}' for rule in RULES]
    tests = [
        {"expr": f"count({line})", "eval_time": at, "exp_samples": [{"labels": "{}", "value": 1}] if name else []}
        for line, name in zip(lines, (rule["alert"] in firing for rule in RULES), strict=True)
    ]
    return {"interval": "1m", "input_series": rows, "promql_expr_test": tests}


def test_every_alert_fires_when_it_must_and_none_when_all_is_well(tmp_path: Path) -> None:
    assert set(FIRES) == {rule["alert"] for rule in RULES}
    alive = {'up{job="reels",instance="z"}': "1x1600"}
    scenes = {name: scene(alive | values, at, {name}) for name, (values, at) in FIRES.items()}
    scenes["ReelsNothingAnswers"] = scene(*FIRES["ReelsNothingAnswers"], {"ReelsNothingAnswers", "ReelsHostDown"})
    days = [scenes.pop("ReelsDownloadsWait"), scene(WELL, "1560m", set())]
    play(tmp_path / "days.yaml", days, "30m")
    play(tmp_path / "hours.yaml", [*scenes.values(), scene(WELL, "10m", set()), scene(WELL, "90m", set())], "1m")


def play(path: Path, scenes: list[dict[str, Any]], every: str) -> None:
    """Let promtool play scenes; the rules are looked at every so often."""
    rules = [str(DEPLOY / "alerts.yaml")]
    path.write_text(json.dumps({"rule_files": rules, "evaluation_interval": every, "tests": scenes}))
    prom("test", "rules", str(path))
