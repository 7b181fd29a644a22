"""Hold what people rely on from Python: the mission document's own examples, the words of its log, its promises."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import core
from core import HeyGenVideoProcessor, ProcessingMode, Reel, ReelStatus, get_processing_dashboard
from core.dashboard import figures
from core.product import Product
from core.signature import sign
from tests.conftest import Build
from tests.contract.core.receiving import Answer, Receiving, receiving
from tests.factories import PUBLIC, SECRET, House, a_reel

ROOT = Path(__file__).resolve().parents[3]


# The document's examples, word for word; only the import has changed
# fmt: off
# ruff: disable[E712]


def test_polling_mode():
    processor = HeyGenVideoProcessor(
        api_key="test-key",
        processing_mode='polling'
    )

    assert processor.should_use_polling() == True

    mode_info = processor.get_processing_mode_info()
    assert mode_info['mode'] == 'polling'
    assert mode_info['uses_polling'] == True
    assert mode_info['uses_webhooks'] == False


def test_webhook_mode():
    processor = HeyGenVideoProcessor(
        api_key="test-key",
        processing_mode='webhook',
        webhook_base_url='https://test.com'
    )

    assert processor.should_use_polling() == False

    mode_info = processor.get_processing_mode_info()
    assert mode_info['mode'] == 'webhook'
    assert mode_info['uses_webhooks'] == True
    assert mode_info['webhook_url'] == 'https://test.com'


# ruff: enable[E712]
# fmt: on


def test_hybrid_mode() -> None:
    processor = HeyGenVideoProcessor(
        api_key="test-key", processing_mode="hybrid", webhook_base_url="https://gem-avatart.com"
    )
    assert processor.should_use_polling() is True
    info = processor.get_processing_mode_info()
    assert (info["mode"], info["uses_polling"], info["uses_webhooks"]) == ("hybrid", True, True)
    assert info["webhook_url"] == "https://gem-avatart.com"


def test_the_export_list_is_sorted_and_whole() -> None:
    assert core.__all__ == sorted(core.__all__)
    assert set(core.__all__) == {
        "HeyGenVideoProcessor",
        "ProcessingMode",
        "Reel",
        "ReelStatus",
        "get_processing_dashboard",
    }


def test_webhook_mode_without_an_address_is_the_documents_error() -> None:
    with pytest.raises(ValueError, match=r"^webhook_base_url requerido para modo webhook$"):
        HeyGenVideoProcessor(api_key="test-key", processing_mode="webhook")


def test_hybrid_without_an_address_works_as_polling_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    processor = HeyGenVideoProcessor(api_key="test-key", processing_mode="hybrid")
    info = processor.get_processing_mode_info()
    assert (info["mode"], info["requested_mode"], info["uses_webhooks"]) == ("polling", "hybrid", False)
    [warning] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "hybrid" in warning.getMessage()


def test_constructing_opens_no_file_and_no_socket(bare_environment: Path) -> None:
    script = (
        "import sys; opened = []\n"
        "from core import HeyGenVideoProcessor\n"
        "sys.addaudithook(lambda event, args: opened.append(event) if event in"
        " {'open', 'socket.connect', 'sqlite3.connect', 'os.mkdir', 'socket.__new__'} else None)\n"
        "p = HeyGenVideoProcessor('k', 'hybrid', 'https://reels.test')\n"
        "p.should_use_polling(); p.get_processing_mode_info(); repr(p)\n"
        "sys.exit(repr(opened) if opened else 0)\n"
    )
    (bare_environment / ".env").write_text("HEYGEN_DEADLINE_S=nan\n")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in bare_environment.iterdir()] == [".env"]


# The document's words in the log


@pytest.mark.parametrize(("mode", "url"), [("webhook", PUBLIC), ("polling", None), ("hybrid", PUBLIC)])
def test_making_a_processor_logs_its_mode(caplog: pytest.LogCaptureFixture, mode: str, url: str | None) -> None:
    caplog.set_level(logging.INFO, "core")
    HeyGenVideoProcessor("test-key", mode, url)
    assert [record.getMessage() for record in caplog.records] == [f"HeyGenVideoProcessor inicializado - Modo: {mode}"]


@pytest.mark.parametrize("mode", ["webhook", "hybrid"])
def test_submitting_logs_the_webhooks_address_with_its_token_masked(
    build: Build, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    house = build(mode)
    caplog.set_level(logging.DEBUG, "core")
    house.processor.process_reel(a_reel())
    words = [record.getMessage() for record in caplog.records]
    assert f"Webhook configurado: {PUBLIC}/webhooks/heygen/reel/1/***" in words
    token = house.wire.sent()["callback_url"].rsplit("/", 1)[1]
    assert token not in caplog.text
    assert "test-key" not in caplog.text


def test_submitting_in_polling_mode_logs_how_to_follow_it(build: Build, caplog: pytest.LogCaptureFixture) -> None:
    house = build("polling")
    caplog.set_level(logging.INFO, "core")
    house.processor.process_reel(a_reel())
    words = [record.getMessage() for record in caplog.records]
    assert "Modo polling: usar check_video_status() para monitorear progreso" in words
    assert not [line for line in words if line.startswith("Webhook configurado")]


# The document's mock of a webhook, posting to the real receiver


@pytest.fixture
def receiver(build: Build) -> Iterator[Receiving]:
    with receiving(build("hybrid")) as running:
        yield running


@pytest.fixture
def mock_webhook(receiver: Receiving) -> Callable[..., Answer]:
    def trigger_webhook(reel_id: int, event: str = "avatar_video.success", secret: str = SECRET) -> Answer:
        data = {"event": event, "data": {"video_id": "v1", "video_url": "https://example.com/test.mp4"}}
        body = json.dumps(data).encode()
        return receiver.post(f"/webhooks/heygen/reel/{reel_id}", body, signature=sign(body, secret))

    return trigger_webhook


@pytest.mark.parametrize(
    ("event", "heygen", "status"),
    [("avatar_video.success", "completed", "completed"), ("avatar_video.fail", "failed", "failed")],
)
def test_the_documents_webhook_ends_a_reel(
    receiver: Receiving, mock_webhook: Callable[..., Answer], event: str, heygen: str, status: str
) -> None:
    house = receiver.house
    reel = Reel(script="Hola", title="Launch", avatar_id="avatar_1")
    assert house.processor.process_reel(reel)
    house.wire.finish("v1", heygen)
    answer = mock_webhook(1, event)
    assert (answer.status, answer.body) == (200, b"OK")
    receiver.work()
    stored = house.store.reels.get(1)
    assert (stored.status, stored.detected_by) == (status, "webhook")
    assert stored.video_url != "https://example.com/test.mp4"


def test_the_documents_webhook_for_a_reel_that_does_not_exist_is_not_found(
    mock_webhook: Callable[..., Answer],
) -> None:
    assert mock_webhook(7).status == 404
    assert mock_webhook(7, secret="wrong").status == 401


def test_the_documents_loop_of_checks_ends(build: Build) -> None:
    house = build("polling")
    reel = a_reel()
    assert house.processor.process_reel(reel)
    checks = 0
    while house.processor.should_use_polling() and not house.processor.check_video_status(reel):
        checks += 1
        if checks == 3:
            house.wire.finish("v1")
    assert checks == 3
    assert house.store.reels.get(1).status is ReelStatus.COMPLETED


# The dashboard


def product(house: House) -> Product:
    return Product(settings=house.settings, store=house.store, client=house.client, processor=house.processor)


def test_the_dashboard_has_the_documents_four_figures(build: Build) -> None:
    house = build("hybrid")
    for status in ("pending", "processing", "processing", "completed", "failed", "timed_out"):
        house.stored(status)
    shown = get_processing_dashboard(product(house))
    assert shown["active_reels"] == 3
    assert (shown["processing_mode"], shown["webhook_enabled"]) == ("hybrid", True)
    assert shown["last_webhook_received"] is None
    assert json.loads(json.dumps(shown)) == shown


def test_the_dashboard_tells_when_the_last_webhook_came(receiver: Receiving) -> None:
    body = b'{"event_type": "batch.finished"}'
    assert receiver.signed("/webhooks/heygen", body).status == 200
    last = get_processing_dashboard(product(receiver.house))["last_webhook_received"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", last)


@pytest.mark.parametrize(
    ("mode", "url", "works_as", "enabled"),
    [
        ("polling", PUBLIC, "polling", False),
        ("hybrid", None, "polling", False),
        ("hybrid", PUBLIC, "hybrid", True),
        ("webhook", PUBLIC, "webhook", True),
    ],
)
def test_webhooks_count_as_enabled_where_they_are_used(
    build: Build, mode: str, url: str | None, works_as: str, enabled: bool
) -> None:
    house = build(mode, webhook_base_url=url)
    shown = get_processing_dashboard(product(house))
    assert (shown["processing_mode"], shown["webhook_enabled"]) == (works_as, enabled)


def test_the_dashboard_needs_no_argument(bare_environment: Path) -> None:
    shown = get_processing_dashboard()
    assert (shown["active_reels"], shown["processing_mode"]) == (0, "hybrid")


def test_the_figures_agree_with_the_store(build: Build, frozen: Any) -> None:
    house = build("hybrid")
    for status, n in {"pending": 2, "processing": 3, "completed": 4, "failed": 5, "timed_out": 1}.items():
        for _ in range(n):
            house.stored(status, mode=ProcessingMode.HYBRID)
    frozen.tick(61)
    shown = figures(product(house), frozen())
    assert (shown.pending, shown.in_flight, shown.completed, shown.failed, shown.timed_out) == (2, 3, 4, 5, 1)
    assert (shown.active_reels, shown.overdue, shown.done_today) == (5, 3, 4)
