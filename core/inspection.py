"""Lay a delivery open: its body as text and in good order, what differs from another, and how to send it again: pure.

A pretty body is a help for reading; what counts is the raw one.
"""

from __future__ import annotations

import base64
import difflib
import json
import shlex
from typing import Final

from core.models import Delivery

HIDDEN: Final = "***"
SIGNATURES: Final = frozenset({"heygen-signature", "signature"})


def as_text(body: bytes) -> str:
    """Return a body as text; what is no UTF-8 becomes U+FFFD."""
    return body.decode("utf-8", "replace")


def is_text(body: bytes) -> bool:
    """Tell whether a body is UTF-8 without control characters that a shell or a screen would swallow."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return all(char >= " " or char in "\t\r\n" for char in text)


def pretty(body: bytes) -> str:
    """Return a JSON body indented, in its own order of keys; any other body as text."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return as_text(body)


def difference(earlier: Delivery, later: Delivery) -> str:
    """Return the unified difference of two deliveries' pretty bodies; empty when they say the same."""
    lines = difflib.unified_diff(
        pretty(earlier.body).splitlines(),
        pretty(later.body).splitlines(),
        fromfile=f"{earlier.id}",
        tofile=f"{later.id}",
        lineterm="",
    )
    return "\n".join(lines)


def curl(delivery: Delivery, base_url: str) -> str:
    """Return a command that sends the same bytes to the same route; token and signature are masked."""
    path = f"/webhooks/heygen/reel/{delivery.reel_id}" if delivery.proof == "token" else "/webhooks/heygen"
    url = f"{base_url}{path}/{HIDDEN}" if delivery.proof == "token" else f"{base_url}{path}"
    headers = {name: value for name, value in delivery.headers.items() if name not in SIGNATURES}
    signed = {name: HIDDEN for name in delivery.headers if name in SIGNATURES}
    words = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in ({**headers, **signed}).items()]
    if is_text(delivery.body) and not delivery.body.startswith(b"@"):  # curl would take that for a file's name
        body, feed = shlex.quote(as_text(delivery.body)), ""
    else:
        body, feed = "@-", f"printf %s {base64.b64encode(delivery.body).decode()} | base64 -d | "
    return " \\\n  ".join([f"{feed}curl -X POST {shlex.quote(url)}", *words, f"--data-binary {body}"])
