"""What is shown as proof can be run again, holds no secret, and acts on nothing when a shell reads it."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.evidence import COPIED, SHOWN, chronicle
from core.models import Channel
from tests.conftest import Build
from tests.factories import NOW, PUBLIC, House, a_body, a_delivery, a_reel

HEYGEN = "https://heygen.test"
LOUD = """it's "$(touch owned)" `touch owned` \\ $HOME\n#end"""
CURL = """#!/bin/sh
for part in "$@"; do printf '%s\\0' "$part"; done
"""

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def house(build: Build) -> House:
    return build("webhook")


def run(curl: str, folder: Path) -> list[str]:
    """Run a command line in a real shell whose curl prints its arguments."""
    program = folder / "curl"
    program.write_text(CURL)
    program.chmod(0o755)
    env = {
        "PATH": f"{folder}:/usr/bin:/bin",
        "HEYGEN_API_KEY": "k-1",
        "WEBHOOK_TOKEN": "t-1",
        "HEYGEN_SIGNATURE": "s-1",
    }
    done = subprocess.run(["sh", "-c", curl], cwd=folder, env=env, capture_output=True, text=True, check=True)
    assert not (folder / "owned").exists()
    return done.stdout.split("\0")[:-1]


def events(house: House, reel: Any) -> dict[str, Any]:
    return {event.entry.kind: event for event in chronicle(house.store, house.again(reel), HEYGEN, PUBLIC)}


def test_a_sending_is_shown_as_it_was_made(house: House, tmp_path: Path) -> None:
    reel = house.processor.enqueue(a_reel(script=LOUD, title="Título"))
    for claimed in house.processor.submission.claim(NOW, 1):
        house.processor.submission.send(claimed)
    proof = events(house, reel)["sending"].evidence
    sent = house.wire.sent()
    masked = sent | {"callback_url": f"{PUBLIC}/webhooks/heygen/reel/{reel.id}/***"}
    assert json.loads(proof.body) == masked
    assert proof.headers["X-Api-Key"] == "***"
    assert house.settings.api_key not in str(proof)
    arguments = run(proof.curl, tmp_path)
    assert arguments[:3] == ["-X", "POST", f"{HEYGEN}/v3/videos"]
    assert "X-Api-Key: k-1" in arguments
    assert f"Idempotency-Key: {reel.idempotency_key}" in arguments
    assert json.loads(arguments[-1]) == masked


@pytest.mark.parametrize(
    ("auth", "headers", "address"),
    [
        ("token", {}, f"{PUBLIC}/webhooks/heygen/reel/1/***"),
        ("signature", {"heygen-signature": "***", "user-agent": LOUD}, f"{PUBLIC}/webhooks/heygen"),
    ],
)
def test_a_delivery_can_be_sent_again(
    house: House, tmp_path: Path, auth: str, headers: dict[str, str], address: str
) -> None:
    reel = house.stored()
    body = a_body(video_id=reel.video_id, msg=LOUD)
    house.store.deliveries.record([a_delivery(body, reel_id=reel.id, auth=auth, headers=headers)])
    proof = events(house, reel)["webhook"].evidence
    assert proof.body == body.decode()
    arguments = run(proof.curl, tmp_path)
    assert arguments[2] == address
    assert arguments[-1] == body.decode()
    if headers:
        assert "heygen-signature: ***" in arguments
        assert f"user-agent: {LOUD}" in arguments
        assert proof.headers["heygen-signature"] == "***"


def test_a_long_body_is_cut_and_not_offered_for_copying(house: House) -> None:
    reel = house.stored()
    body = a_body(video_id=reel.video_id, msg="x" * COPIED)
    house.store.deliveries.record([a_delivery(body, reel_id=reel.id)])
    proof = events(house, reel)["webhook"].evidence
    assert len(proof.body) < SHOWN + 20
    assert proof.body.endswith(f"… {len(body) - SHOWN}")
    assert proof.curl == ""


def test_looks_that_say_the_same_stand_together(house: House, tmp_path: Path) -> None:
    reel = house.stored("processing", at=NOW)
    for n, word in enumerate(("waiting", "processing", "processing", "processing")):
        house.store.looks.note({reel.id or 0: word}, Channel.POLL, NOW + timedelta(seconds=n))
    house.store.timeline.add(reel.id or 0, NOW + timedelta(seconds=2.5), "note", what="between")
    found = chronicle(house.store, house.again(reel), HEYGEN, PUBLIC)
    assert [(event.entry.kind, len(event.looks)) for event in found] == [
        ("look", 1),
        ("look", 2),
        ("note", 0),
        ("look", 1),
    ]
    assert found[0].evidence is not None
    assert run(found[0].evidence.curl, tmp_path) == [f"{HEYGEN}/v3/videos/{reel.video_id}", "-H", "X-Api-Key: k-1"]


def test_a_manual_look_stands_once(house: House) -> None:
    reel = house.stored()
    house.processor.check(reel.id or 0)
    kinds = [event.entry.kind for event in chronicle(house.store, house.again(reel), HEYGEN, PUBLIC)]
    assert kinds == ["manual_check", "check"]
