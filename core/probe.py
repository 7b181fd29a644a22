"""Call our own public address as HeyGen would: scheme, name, TLS, an answer within a second, an unchanged body."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import httpx

from core.check import Check, Result
from core.clock import utcnow
from core.signature import sign

LIMIT_S: Final = 1.0
PATIENCE_S: Final = 5.0
CERTIFICATE_DAYS: Final = 14
BODY: Final = '{"probe": "¿llega igual? ñ"}'.encode()
UNSIGNED: Final = "neither token nor signature holds"


def probe(base_url: str, secrets: Sequence[str]) -> list[Check]:
    """Return the checks of the way from the public address to our receiver; nothing is stored by them."""
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    checks = [_name(host, port)]
    if checks[0].result is Result.FAIL:
        return checks
    if parts.scheme == "https":
        checks.append(_certificate(host, port))
    checks += _answers(base_url, secrets)
    return checks


def _name(host: str, port: int) -> Check:
    try:
        addresses = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:  # a name that cannot be encoded is no name
        advice = "make a DNS record for it, or correct HEYGEN_WEBHOOK_BASE_URL"
        return Check(name="webhook-dns", result=Result.FAIL, seen=f"{host}: {error}", advice=advice)
    return Check(name="webhook-dns", result=Result.PASS, seen=f"{host} is {', '.join(sorted(map(str, addresses)))}")


def _certificate(host: str, port: int) -> Check:
    name, advice = "webhook-tls", "renew it, for instance with certbot; HeyGen refuses an invalid one"
    try:
        with (
            socket.create_connection((host, port), timeout=PATIENCE_S) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            ends = (secure.getpeercert() or {}).get("notAfter")
    except OSError as error:
        return Check(name=name, result=Result.FAIL, seen=f"{host}:{port}: {error}", advice=advice)
    ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC)
    days = (ends_at - utcnow()).days
    result = Result.PASS if days >= CERTIFICATE_DAYS else Result.WARN
    return Check(name=name, result=result, seen=f"valid for {days} more days", advice="" if days > 13 else advice)


def _answers(base_url: str, secrets: Sequence[str]) -> Iterator[Check]:
    url = f"{base_url}/webhooks/heygen"
    with httpx.Client(trust_env=False, timeout=PATIENCE_S, follow_redirects=False) as http:
        yield _options(http, url)
        yield _signed(http, url, secrets)


def _options(http: httpx.Client, url: str) -> Check:
    name = "webhook-options"
    began = time.monotonic()
    try:
        answer = http.options(url)
    except httpx.HTTPError as error:
        advice = "start the receiver; look at the proxy or tunnel (ngrok) in front of it"
        return Check(name=name, result=Result.FAIL, seen=f"{url}: {type(error).__name__}", advice=advice)
    took_s = time.monotonic() - began
    good = answer.status_code in {200, 204} and took_s < LIMIT_S
    seen = f"{url} answered {answer.status_code} in {took_s * 1000:.0f} ms"
    advice = "" if good else "it must answer OPTIONS with 200 or 204 within 1 s, without a redirect"
    return Check(name=name, result=Result.PASS if good else Result.FAIL, seen=seen, advice=advice)


def _signed(http: httpx.Client, url: str, secrets: Sequence[str]) -> Check:
    """Send a body that is signed but no event: 400 shows that it arrived unchanged and the secret holds."""
    name = "webhook-signed" if secrets else "webhook-unsigned"
    headers = {"Content-Type": "application/json"} | ({"Signature": sign(BODY, secrets[0])} if secrets else {})
    began = time.monotonic()
    try:
        answer = http.post(url, content=BODY, headers=headers)
    except httpx.HTTPError as error:
        return Check(name=name, result=Result.FAIL, seen=f"{url}: {type(error).__name__}", advice="see above")
    took_s = time.monotonic() - began
    wanted = 400 if secrets else 401
    ours = answer.status_code == wanted and (secrets or UNSIGNED in answer.text)
    if ours and took_s < LIMIT_S:
        what = "a signed body arrives unchanged" if secrets else "an unsigned body is refused"
        return Check(name=name, result=Result.PASS, seen=f"{what} ({took_s * 1000:.0f} ms)")
    seen = f"{url} answered {answer.status_code} in {took_s * 1000:.0f} ms"
    advice = "something between changes the body, answers instead of us, or is slow: look at the proxy or tunnel"
    return Check(name=name, result=Result.FAIL, seen=seen, advice=advice)
