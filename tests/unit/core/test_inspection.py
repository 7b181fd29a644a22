from __future__ import annotations

import subprocess
from typing import Any

import pytest

from core.inspection import as_text, curl, difference, is_text, pretty
from core.models import Delivery, Verdict
from tests.factories import NOW, PUBLIC


def delivery(body: bytes, **fields: Any) -> Delivery:
    base: dict[str, Any] = {
        "id": 2,
        "received_at": NOW,
        "last_seen_at": NOW,
        "reel_id": 7,
        "auth": "token",
        "event_type": "x",
        "event_id": None,
        "video_id": None,
        "body": body,
        "headers": {"content-type": "application/json"},
        "seen": 1,
        "verdict": Verdict.APPLIED,
        "set_aside": False,
        "attempts": 1,
        "work_after": None,
        "worked_at": NOW,
        "note": None,
    }
    return Delivery(**base | fields)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"b":1,"a":{"c":"\xc3\xb1"}}', '{\n  "b": 1,\n  "a": {\n    "c": "ñ"\n  }\n}'),
        (b"<html>", "<html>"),
        (b"\xff", "\ufffd"),
        (b"[" * 100_000, "[" * 100_000),
    ],
)
def test_a_body_is_put_in_good_order_or_shown_as_it_is(body: bytes, shown: str) -> None:
    assert pretty(body) == shown


@pytest.mark.parametrize(("body", "plain"), [(b"a\r\n\t", True), (b"\xc3\xb1", True), (b"\xff", False), (b"\0", False)])
def test_what_is_no_text_is_known(body: bytes, plain: bool) -> None:
    assert is_text(body) is plain
    assert as_text(body)


def test_a_difference_names_both_and_what_changed() -> None:
    earlier = delivery(b'{"status":"a","url":"u"}', id=1)
    later = delivery(b'{"status": "b", "url": "u"}')
    shown = difference(earlier, later).splitlines()
    assert shown[:2] == ["--- 1", "+++ 2"]
    assert [line for line in shown[2:] if line[0] in "+-"] == ['-  "status": "a",', '+  "status": "b",']
    assert difference(later, delivery(b'{"status":"b","url":"u"}')) == ""


@pytest.mark.parametrize("body", [b'{"a": "it\'s $HOME `id` \\n"}\n', b"\x00\xff'\"", b"@/etc/passwd"])
def test_the_command_sends_the_very_bytes_and_no_secret(body: bytes) -> None:
    command = curl(delivery(body, headers={"user-agent": "it's", "signature": "***"}), PUBLIC)
    assert "reel/7/***" in command
    assert "-H 'signature: ***'" in command
    assert "--data-binary '@" not in command
    # A curl of our own prints what it would send.
    fake = 'curl() { for last; do :; done; if [ "$last" = @- ]; then cat; else printf %s "$last"; fi; }\n'
    sent = subprocess.run(["/bin/bash", "-c", fake + command], capture_output=True, check=True).stdout
    assert sent == body


def test_a_signed_delivery_goes_to_the_accounts_route() -> None:
    command = curl(delivery(b"{}", auth="signature", reel_id=None, headers={"heygen-signature": "***"}), PUBLIC)
    assert command.startswith(f"curl -X POST {PUBLIC}/webhooks/heygen \\\n")
    assert "heygen-signature: ***" in command
