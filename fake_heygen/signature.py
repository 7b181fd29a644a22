"""Sign deliveries as HeyGen does: lower-case hex HMAC-SHA256 over the raw body."""

from __future__ import annotations

import hashlib
import hmac

V3_HEADER, PLAIN_HEADER = "Heygen-Signature", "Signature"


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a raw body, keyed with the whole `whsec_…` string."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signature_headers(style: str, signature: str, *, timestamp: int, event_id: str) -> dict[str, str]:
    """Return the headers of a style: v3, plain, both, or bare (v3 without timestamp and event id)."""
    headers: dict[str, str] = {}
    if style in ("v3", "both", "bare"):
        headers[V3_HEADER] = signature
    if style in ("v3", "both"):
        headers["Heygen-Timestamp"] = str(timestamp)
        headers["Heygen-Event-Id"] = event_id
    if style in ("plain", "both"):
        headers[PLAIN_HEADER] = signature
    return headers
