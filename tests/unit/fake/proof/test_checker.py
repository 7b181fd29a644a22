"""The checker: each broken promise is found and named, and a sound history is left alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fake_heygen.proof.checker import OTHER_CLOCK, Rules, check
from fake_heygen.proof.finding import KINDS, Report
from fake_heygen.proof.history import HistoryError, read_history
from fake_heygen.proof.lateness import Lateness
from fake_heygen.proof.truth import LedgerError, read_ledger

END = 1_000.0
NOW = 2_000.0


def row(video_id: str = "v1", outcome: str | None = "completed", **fields: Any) -> dict[str, Any]:
    ended = {"terminal_at": END if outcome else None, "created_at": 900.0, "charges": 1}
    return {"video_id": video_id, "outcome": outcome} | ended | fields


def job(name: str = "a", status: str = "completed", video_id: str | None = "v1", **fields: Any) -> dict[str, Any]:
    return {"job": name, "status": status, "video_id": video_id, "known_at": END + 2} | fields


def judged(rows: list[dict[str, Any]], jobs: list[dict[str, Any]], **rules: Any) -> Report:
    history = read_history("\n".join(json.dumps(line) for line in jobs))
    return check(read_ledger({"data": rows, "now": NOW}, 0.0), history, Rules(**rules))


def kinds(report: Report) -> list[str]:
    return [finding.kind for finding in report.findings]


def test_sound_history_passes() -> None:
    rows = [row("v1"), row("v2", "failed"), row("v3", None)]
    jobs = [job("a"), job("b", "failed", "v2"), job("c", "processing", "v3", known_at=None), job("d", "pending", None)]
    report = judged(rows, jobs, late_s=60)
    assert (report.findings, report.sound, report.unsent) == ((), True, 1)
    assert set(report.to_json()["counts"]) == set(KINDS)


@pytest.mark.parametrize(
    ("rows", "jobs", "kind", "concerned"),
    [
        ([row()], [], "lost", (None, "v1")),
        ([row(callback_id="k")], [job("a", "pending", None, key="k")], "lost", ("a", "v1")),
        ([row(idempotency_key="k")], [job("a", "pending", None, key="k")], "lost", ("a", "v1")),
        ([row()], [job("a", "processing")], "stuck", ("a", "v1")),
        ([row()], [job("a", "timed_out")], "stuck", ("a", "v1")),
        ([row(terminal_at=NOW)], [job("a", "processing")], "stuck", ("a", "v1")),
        ([row()], [job("a", "failed")], "wrong", ("a", "v1")),
        ([row("v1", "failed")], [job("a")], "wrong", ("a", "v1")),
        ([], [job("a")], "wrong", ("a", "v1")),
        ([], [job("a", "completed", None)], "wrong", ("a", None)),
        ([row()], [job("a"), job("b")], "wrong", (None, "v1")),
        ([row()], [job("a", known_at=END + 61)], "late", ("a", "v1")),
        ([row(charges=2)], [job()], "paid twice", (None, "v1")),
        ([row(), row("v2")], [job("a", "completed", "v2", videos=["v1"])], "paid twice", ("a", "v2")),
        ([row("v1", None)], [job("a")], "forged accepted", ("a", "v1")),
        ([row("v1", None)], [job("a", "failed")], "forged accepted", ("a", "v1")),
        ([row()], [job("a", known_at=END - 30)], "forged accepted", ("a", "v1")),
        ([row()], [job("a", "failed", known_at=END - 30)], "forged accepted", ("a", "v1")),
    ],
)
def test_each_broken_promise_is_found_once_with_its_video_and_job(
    rows: list[dict[str, Any]], jobs: list[dict[str, Any]], kind: str, concerned: tuple[str | None, str | None]
) -> None:
    (finding,) = judged(rows, jobs, late_s=60).findings
    assert (finding.kind, (finding.job, finding.video_id)) == (kind, concerned)


def test_video_that_has_just_ended_may_still_be_unknown() -> None:
    assert judged([row()], [job("a", "processing")], grace_s=NOW - END + 1).sound


def test_second_payment_after_a_failure_is_lawful() -> None:
    rows = [row("v1", "failed"), row("v2", created_at=END + 5, terminal_at=END + 9)]
    assert judged(rows, [job("a", "completed", "v2", videos=["v1"], known_at=END + 10)]).sound


def test_second_payment_while_the_first_still_rendered_is_found_even_if_the_first_failed_later() -> None:
    rows = [row("v1", "failed"), row("v2", created_at=END - 50, terminal_at=END + 9)]
    assert kinds(judged(rows, [job("a", "completed", "v2", videos=["v1"], known_at=END + 10)])) == ["paid twice"]


def test_second_payment_for_a_video_given_up_after_an_hour_is_lawful() -> None:
    rows = [row("v1", None, created_at=0.0), row("v2", created_at=3600.0, terminal_at=3700.0)]
    assert judged(rows, [job("a", "completed", "v2", videos=["v1"], known_at=3701)]).sound
    rows[0]["created_at"] = 10.0
    assert kinds(judged(rows, [job("a", "completed", "v2", videos=["v1"], known_at=3701)])) == ["paid twice"]


def test_two_payments_under_one_name_are_found_without_the_clients_word() -> None:
    rows = [row("v1", callback_id="k"), row("v2", callback_id="k", created_at=901.0)]
    assert sorted(kinds(judged(rows, [job("a")]))) == ["lost", "paid twice"]


def test_end_that_was_taken_back_is_wrong() -> None:
    (finding,) = judged([row()], [job("a"), job("a", "processing"), job("a")]).findings
    assert (finding.kind, finding.reason) == ("wrong", "went from completed to processing")


def test_times_are_not_compared_where_the_clocks_differ() -> None:
    ledger = read_ledger({"data": [row()], "now": NOW, "same_clock": False}, 0.0)
    report = check(ledger, read_history(json.dumps(job(known_at=END - 500))), Rules(late_s=1))
    assert (report.sound, report.lateness, report.notes) == (True, None, (OTHER_CLOCK,))


def test_lateness_is_given_as_percentiles_that_were_measured() -> None:
    assert Lateness.of([]) is None
    late = Lateness.of(float(n) for n in range(1, 201))
    assert late == Lateness(count=200, p50=100.0, p95=190.0, p99=198.0, longest=200.0)
    rows = [row(f"v{n}") for n in range(4)]
    report = judged(rows, [job(str(n), "completed", f"v{n}", known_at=END + n) for n in range(4)])
    assert report.to_json()["lateness_s"] == {"count": 4, "p50": 1.0, "p95": 3.0, "p99": 3.0, "longest": 3.0}
    assert "p95 3 s" in "\n".join(report.lines())


def test_our_own_reels_are_read_with_the_videos_of_earlier_attempts() -> None:
    reel = {"id": 7, "status": "completed", "video_id": "v2", "detected_at": "1970-01-01T00:16:42Z"}
    timeline = [
        {"at": "1970-01-01T00:15:00Z", "kind": "processing", "detail": {"video_id": "v1"}},
        {"at": "1970-01-01T00:15:01Z", "kind": "webhook", "detail": {"video_id": "foreign"}},
        {"at": "1970-01-01T00:16:00Z", "kind": "retry", "detail": {"attempt": 2, "video_id": "v1"}},
    ]
    (listed,) = read_history(json.dumps([reel]))
    (shown,) = read_history(json.dumps(reel | {"timeline": timeline}, indent=2))
    assert (listed.job, listed.known_at, listed.videos) == ("7", 1002.0, frozenset({"v2"}))
    assert shown.videos == {"v1", "v2"}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('{"job": "a", "status": "done"}', "line 1 of the history: status must be one of pending"),
        ('{"job": "a", "status": "pending"}\nnonsense', "line 2 of the history is no JSON"),
        ('{"status": "pending"}', "a line needs `job`"),
        ("[1]", "line 1 of the history is no JSON object"),
        ('{"job": "a", "status": "failed", "known_at": "soon"}', "'soon' is no time"),
        ('{"job": "a", "status": "failed", "videos": "v1"}', "videos must be a list"),
        ('{"job": "a", "status": "failed", "video_id": 3}', "video_id must be a text"),
    ],
)
def test_line_that_cannot_be_read_is_named(text: str, hint: str) -> None:
    with pytest.raises(HistoryError, match=re.escape(hint)):
        read_history(text)


@pytest.mark.parametrize("document", [{}, {"data": 3}, [{"outcome": None}], [{"video_id": "v", "terminal_at": "?"}]])
def test_document_that_is_no_ledger_is_refused(document: object) -> None:
    with pytest.raises(LedgerError):
        read_ledger(document, NOW)


def test_each_finding_is_written_for_people() -> None:
    report = judged([row(title="Prueba")], [job("a", "processing"), job("b", "completed", "v9")])
    text = "\n".join(report.lines())
    assert "stuck: job a, video v1: says processing; HeyGen ended it: completed" in text
    assert "2 jobs, 0 of them never sent, 1 videos: 2 findings" in text


def test_documentation_tells_every_kind_of_finding_and_every_key_of_a_line() -> None:
    told = (Path(__file__).parents[4] / "docs/certificate.md").read_text().partition("# The checker")[2]
    assert [kind for kind in KINDS if f"| `{kind}` |" not in told] == []
    example = next(line for line in told.splitlines() if line.startswith('{"job"'))
    (read,) = read_history(example)
    assert (read.job, read.ended, len(read.videos), read.key) == ("order-17", True, 2, "order-17")
    assert all(f"| `{key}` |" in told for key in json.loads(example))
