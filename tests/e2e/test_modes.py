"""Three modes times what may happen to a video and its webhook: each ends right, learned through the right channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.programs import Fake, Serve, kinds
from tests.support.waiting import wait_for

FATES = {
    "success": "render=2s",
    "failure": "render=2s outcome=failed code=rendering_failed",
    "lost": "render=2s webhook=drop",
    "late": "render=2s webhook=delay:9s",
    "duplicate": "render=2s webhook=duplicate:4",
}
FALLBACK_S = "5"


class Run:
    """Submit one reel of each fate at once, and keep what became of them."""

    def __init__(self, folder: Path, fake: Fake, mode: str) -> None:
        self.fake = fake
        self.mode = mode
        self.serve = Serve(folder, fake.url, mode=mode, HEYGEN_FALLBACK_AFTER_S=FALLBACK_S, HEYGEN_POLL_INTERVAL_S="2")
        self.ids = {
            fate: self.serve.submit(f"Hola [[sim: {words}]]", f"{mode}-{fate}") for fate, words in FATES.items()
        }

    def end(self, fate: str) -> dict[str, Any]:
        return self.serve.wait_until(self.ids[fate], "completed", "failed", timeout_s=25)

    def truth(self, fate: str) -> dict[str, Any]:
        (row,) = [row for row in self.fake.ledger() if row["title"] == f"{self.mode}-{fate}"]
        return row


def running(folder: Path, fake: Fake, mode: str) -> Iterator[Run]:
    place = folder / mode
    place.mkdir()
    run = Run(place, fake, mode)
    yield run
    run.serve.stop()


@pytest.fixture(scope="module")
def webhook(folder: Path, fake: Fake) -> Iterator[Run]:
    yield from running(folder, fake, "webhook")


@pytest.fixture(scope="module")
def polling(folder: Path, fake: Fake) -> Iterator[Run]:
    yield from running(folder, fake, "polling")


@pytest.fixture(scope="module")
def hybrid(folder: Path, fake: Fake) -> Iterator[Run]:
    yield from running(folder, fake, "hybrid")


def assert_true(run: Run, fate: str, reel: dict[str, Any]) -> None:
    """Compare what we say with the fake's ledger."""
    truth = run.truth(fate)
    assert (reel["status"], reel["video_id"]) == (truth["outcome"], truth["video_id"])
    assert truth["charges"] == 1
    assert kinds(reel).count(reel["status"]) == 1


@pytest.mark.parametrize("fate", ["success", "failure", "late", "duplicate"])
def test_webhook_mode_learns_by_the_webhook_alone(webhook: Run, fate: str) -> None:
    reel = webhook.end(fate)
    assert reel["detected_by"] == "webhook"
    assert "webhook" in kinds(reel)
    assert webhook.truth(fate)["status_calls"] == 1  # the confirmation, and nothing else
    assert_true(webhook, fate, reel)


def test_webhook_mode_shows_a_lost_webhook_as_overdue_and_asks_only_on_demand(webhook: Run) -> None:
    reel_id = webhook.ids["lost"]
    for fate in ("success", "late"):
        webhook.end(fate)
    wait_for(lambda: webhook.serve.figures().overdue == 1, what="the reel to count as overdue")
    assert webhook.serve.reel(reel_id).status == "processing"
    assert webhook.truth("lost")["status_calls"] == 0
    reel = webhook.serve.core("check", str(reel_id))
    assert (reel["status"], reel["detected_by"]) == ("completed", "manual")
    assert_true(webhook, "lost", webhook.serve.show(reel_id))


@pytest.mark.parametrize(
    "fate", [fate if fate in {"success", "failure"} else pytest.param(fate, marks=pytest.mark.long) for fate in FATES]
)
def test_polling_mode_learns_by_asking_alone(polling: Run, fate: str) -> None:
    reel = polling.end(fate)
    assert reel["detected_by"] == "poll"
    assert "webhook" not in kinds(reel)
    assert polling.truth(fate)["deliveries"] == 0
    assert_true(polling, fate, reel)


@pytest.mark.parametrize("fate", ["success", "failure", "duplicate"])
def test_hybrid_mode_asks_nothing_while_webhooks_come(hybrid: Run, fate: str) -> None:
    reel = hybrid.end(fate)
    assert reel["detected_by"] == "webhook"
    assert "fallback" not in kinds(reel)
    assert_true(hybrid, fate, reel)


@pytest.mark.parametrize("fate", ["lost", "late"])
def test_hybrid_mode_falls_back_when_the_webhook_is_overdue_and_says_so(hybrid: Run, fate: str) -> None:
    reel = hybrid.end(fate)
    assert reel["detected_by"] == "poll"
    (fallback,) = [entry for entry in reel["timeline"] if entry["kind"] == "fallback"]
    assert fallback["detail"]["reason"] == "webhook_overdue"
    assert_true(hybrid, fate, reel)


def test_a_webhook_that_comes_after_the_fallback_is_a_duplicate(hybrid: Run) -> None:
    hybrid.end("late")

    def verdicts() -> list[str]:
        timeline = hybrid.serve.store.timeline.of(hybrid.ids["late"])
        return [entry.detail["verdict"] for entry in timeline if entry.kind == "webhook"]

    assert wait_for(lambda: "duplicate" in verdicts() and verdicts(), what="the late webhook") == ["duplicate"]


def test_four_deliveries_of_one_event_complete_a_reel_once(hybrid: Run) -> None:
    hybrid.end("duplicate")

    def seen() -> int:
        timeline = hybrid.serve.store.timeline.of(hybrid.ids["duplicate"])
        return sum(entry.detail["seen"] for entry in timeline if entry.kind == "webhook")

    wait_for(lambda: seen() == 4, what="all four deliveries")
    assert kinds(hybrid.serve.show(hybrid.ids["duplicate"])).count("completed") == 1


def test_the_log_has_the_documents_lines_and_no_token(hybrid: Run, polling: Run) -> None:
    hybrid.end("success")
    reel_id = hybrid.ids["success"]
    log = hybrid.serve.output
    assert "HeyGenVideoProcessor inicializado - Modo: hybrid" in log
    assert f"Webhook configurado: {hybrid.serve.url}/webhooks/heygen/reel/{reel_id}/*** reel_id={reel_id}" in log
    assert f"Webhook procesado: 200 reel_id={reel_id}" in log
    assert "Modo polling: usar check_video_status() para monitorear progreso" in polling.serve.output
    sent = [row["body"] for row in hybrid.fake.journal() if row.get("path") == "/v3/videos"]
    tokens = [part for body in sent for part in str(body).split('"') if "/webhooks/heygen/reel/" in part]
    assert tokens
    assert [url for url in tokens if url.rsplit("/", 1)[1].strip("\\'") in log] == []
