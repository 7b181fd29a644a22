"""Keep strangers from pages that ask nobody to sign in: by where they listen and how they are called."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core.access import Policy
from core.config import Settings
from core.errors import SettingsError
from core.values import LOOPBACK

OPEN_PATHS: Final = ("/webhooks/", "/healthz", "/metrics", "/files/")
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host")  # a proxy or a tunnel stands in between
STRANGER: Final = (
    "These pages are reached from outside, and nobody has to sign in: set up sign-in, or say PAGES_OPEN_TO=everybody.\n"
)


def check(settings: Settings, address: str | None, auth: Mapping[str, Any], access: Mapping[str, Any]) -> bool:
    """Tell whether strangers are kept out by name; raises SettingsError where the pages must not start at all.

    `address` is what the server listens at, `auth` and `access` are those sections of the secrets.
    """
    if auth:
        Policy.read(access)
        return False
    if settings.pages_open_to_everybody:
        return False
    if not is_loopback(address):
        raise SettingsError(
            "The pages would listen at {address} and ask nobody to sign in: set up [auth] and [access] in "
            ".streamlit/secrets.toml, listen at 127.0.0.1, or say PAGES_OPEN_TO=everybody.",
            address=address or "every address",
        )
    return True


def is_loopback(host: str | None) -> bool:
    """Tell whether a host or an address belongs to this machine alone."""
    name = (host or "").strip("[]").lower()
    if name in LOOPBACK or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Doorkeeper:
    """Turn away who calls the pages from outside; webhooks, health, metrics and kept files have doors of their own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from this machine or may come from anywhere; websockets are closed, pages get a 403."""
        if scope["type"] not in {"http", "websocket"} or _may_pass(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(STRANGER, 403)(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})


def _may_pass(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    forwarded = any(name in headers for name in FORWARDED)
    return scope["path"].startswith(OPEN_PATHS) or (is_loopback(hostname(headers.get("host", ""))) and not forwarded)


def hostname(host: str) -> str:
    """Return the name in a Host header, without its port."""
    return host.partition("]")[0] if host.startswith("[") else host.partition(":")[0]
