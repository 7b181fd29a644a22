"""Sign and verify webhook bodies: lower-case hex HMAC-SHA256 over the raw bytes, keyed with the whole secret."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence


def sign(body: bytes, secret: str) -> str:
    """Return the signature that HeyGen puts into `Heygen-Signature` or `Signature`."""
    return hmac.digest(secret.encode(), body, "sha256").hex()


def verify(body: bytes, signatures: Iterable[bytes], secrets: Sequence[str]) -> bool:
    """Tell whether any signature fits any secret; without a secret nothing is believed.

    A header may hold several signatures, separated by commas. Bytes are compared, in constant time, since
    `compare_digest` raises on text that is not ASCII.
    """
    offered = [part.strip() for header in signatures for part in header.split(b",")][:16]
    expected = [sign(body, secret).encode() for secret in secrets if secret]
    return any([hmac.compare_digest(given, wanted) for given in offered for wanted in expected])  # noqa: C419  # every pair is compared, whichever fits
