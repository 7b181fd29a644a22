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

from core.check import Check, Result, Told, told
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
        advice = told("make a DNS record for it, or correct HEYGEN_WEBHOOK_BASE_URL")
        seen = told("{host}: {error}", host=host, error=error)
        return Check(name="webhook-dns", result=Result.FAIL, seen=seen, advice=advice)
    seen = told("{host} is {addresses}", host=host, addresses=", ".join(sorted(map(str, addresses))))
    return Check(name="webhook-dns", result=Result.PASS, seen=seen)


def _certificate(host: str, port: int) -> Check:
    name, advice = "webhook-tls", told("renew it, for instance with certbot; HeyGen refuses an invalid one")
    try:
        with (
            socket.create_connection((host, port), timeout=PATIENCE_S) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            ends = (secure.getpeercert() or {}).get("notAfter")
    except OSError as error:
        seen = told("{host}: {error}", host=f"{host}:{port}", error=error)
        return Check(name=name, result=Result.FAIL, seen=seen, advice=advice)
    ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC)
    days = (ends_at - utcnow()).days
    result = Result.PASS if days >= CERTIFICATE_DAYS else Result.WARN
    seen = told("valid for {days} more days", days=days)
    return Check(name=name, result=result, seen=seen, advice="" if result is Result.PASS else advice)


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
        advice = told("start the receiver; look at the proxy or tunnel (ngrok) in front of it")
        return Check(name=name, result=Result.FAIL, seen=_failed(url, error), advice=advice)
    took_s = time.monotonic() - began
    good = answer.status_code in {200, 204} and took_s < LIMIT_S
    if good:
        return Check(name=name, result=Result.PASS, seen=_answered(url, answer, took_s))
    advice = told("it must answer OPTIONS with 200 or 204 within 1 s, without a redirect")
    return Check(name=name, result=Result.FAIL, seen=_answered(url, answer, took_s), advice=advice)


def _signed(http: httpx.Client, url: str, secrets: Sequence[str]) -> Check:
    """Send a body that is signed but no event: 400 shows that it arrived unchanged and the secret holds."""
    name = "webhook-signed" if secrets else "webhook-unsigned"
    headers = {"Content-Type": "application/json"} | ({"Signature": sign(BODY, secrets[0])} if secrets else {})
    began = time.monotonic()
    try:
        answer = http.post(url, content=BODY, headers=headers)
    except httpx.HTTPError as error:
        return Check(name=name, result=Result.FAIL, seen=_failed(url, error), advice=told("see above"))
    took_s = time.monotonic() - began
    wanted = 400 if secrets else 401
    ours = answer.status_code == wanted and (secrets or UNSIGNED in answer.text)
    if ours and took_s < LIMIT_S:
        ms = round(took_s * 1000)
        arrives = told("a signed body arrives unchanged ({ms} ms)", ms=ms)
        return Check(
            name=name,
            result=Result.PASS,
            seen=arrives if secrets else told("an unsigned body is refused ({ms} ms)", ms=ms),
        )
    advice = told("something between changes the body, answers instead of us, or is slow: look at the proxy or tunnel")
    return Check(name=name, result=Result.FAIL, seen=_answered(url, answer, took_s), advice=advice)


def _failed(url: str, error: httpx.HTTPError) -> Told:
    return told("{url}: {error}", url=url, error=type(error).__name__)


def _answered(url: str, answer: httpx.Response, took_s: float) -> Told:
    status, ms = answer.status_code, round(took_s * 1000)
    return told("{url} answered {status} in {ms} ms", url=url, status=status, ms=ms)
