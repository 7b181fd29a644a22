"""Register the account's endpoint, rotate its secret, and fill gaps from HeyGen's history of events."""

from __future__ import annotations

import json
from collections.abc import Callable

from core.models import Verdict
from tests.support.programs import Fake, Serve
from tests.support.waiting import wait_for


def deliveries_of(server: Serve, reel_id: int) -> list[dict[str, object]]:
    return [dict(e.detail) for e in server.store.timeline.of(reel_id) if e.kind == "webhook"]


def test_a_registered_endpoint_brings_signed_deliveries_and_the_same_event_twice_changes_nothing(
    fake: Fake, serve: Callable[..., Serve]
) -> None:
    server = serve(fake.url, mode="hybrid")
    server.core("register")
    reel_id = server.submit("Hola [[sim: render=1s]]", "registered")
    server.wait_until(reel_id, "completed")
    wait_for(lambda: len(deliveries_of(server, reel_id)) == 2, what="both deliveries")
    assert {row["auth"] for row in deliveries_of(server, reel_id)} == {"token", "signature"}
    wait_for(
        lambda: {row["verdict"] for row in deliveries_of(server, reel_id)} == {Verdict.APPLIED, Verdict.DUPLICATE},
        what="both verdicts",
    )


def test_rotation_loses_no_delivery_and_a_second_registration_changes_nothing(
    fake: Fake, serve: Callable[..., Serve]
) -> None:
    server = serve(fake.url, mode="webhook")
    first = server.core("register")
    assert server.core("register")["endpoint_id"] == first["endpoint_id"]
    # HeyGen ends the old secret at once: what it signs while we write down the new one is refused, and comes again.
    before = server.submit("Hola [[sim: render=10s]]", "before-rotation")
    server.core("rotate")
    server.wait_until(before, "completed")
    wait_for(lambda: "signature" in {row["auth"] for row in deliveries_of(server, before)}, what="a signed delivery")
    attempts = [line for line in fake.journal() if line["kind"] == "attempt" and line["video_id"] is not None]
    assert attempts
    answers = {line["response"]["status"] for line in attempts if line["response"] is not None}
    assert answers == {200}  # our own probes of the address do not count


def test_the_secret_is_in_no_answer_no_log_and_not_in_the_database(fake: Fake, serve: Callable[..., Serve]) -> None:
    server = serve(fake.url, mode="webhook")
    answer = json.dumps(server.core("register"))
    (secret_file,) = server.store.path.parent.glob("*.webhook-secrets.json")
    secret = json.loads(secret_file.read_text())[0]["secret"]
    assert secret.startswith("whsec_")
    assert secret_file.stat().st_mode & 0o077 == 0
    files = [path for path in server.store.path.parent.rglob("*") if path.is_file() and path != secret_file]
    assert [path for path in files if secret.encode() in path.read_bytes()] == []
    assert secret not in answer


def test_history_fills_the_gap_of_deliveries_that_were_dropped_while_we_were_down(
    fake: Fake, serve: Callable[..., Serve]
) -> None:
    first = serve(fake.url, mode="webhook")
    first.core("register")
    reel_id = first.submit("Hola [[sim: render=2s webhook=drop]]", "gap")
    first.wait_until(reel_id, "processing")
    first.kill()
    wait_for(
        lambda: [row for row in fake.ledger() if row["title"] == "gap" and row["outcome"]], what="the render to end"
    )
    second = serve(fake.url, mode="webhook", port=first.port)
    assert second.wait_until(reel_id, "completed")["detected_by"] == "recovery"


def test_a_public_address_that_does_not_answer_opens_the_breaker(fake: Fake, serve: Callable[..., Serve]) -> None:
    server = serve(fake.url, mode="hybrid", HEYGEN_WEBHOOK_BASE_URL="http://127.0.0.1:9", HEYGEN_POLL_INTERVAL_S="2")
    wait_for(lambda: server.figures().channel_open, what="the breaker to open")
    assert server.figures().channel_reason == "probe_failed"
    reel_id = server.submit("Hola [[sim: render=1s]]", "unreachable-receiver")
    reel = server.wait_until(reel_id, "completed")
    assert reel["detected_by"] == "poll"
    (fallback,) = [entry for entry in reel["timeline"] if entry["kind"] == "fallback"]
    assert fallback["detail"]["reason"] == "probe_failed"
    failed = [check for check in server.core("doctor", code=1) if check["result"] == "fail"]
    assert [check["name"] for check in failed] == ["webhook-options", "webhook-unsigned"]
