"""Find the tunnels that a running ngrok has opened, through its local API; nothing but the loopback is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

API: Final = "http://127.0.0.1:4040/api/tunnels"
PATIENCE_S: Final = 1.0
_PORT: Final = re.compile(r"(?:^|:)(\d{1,5})/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """Hold one tunnel: its public https address, and the local port that it leads to, None where that is unknown."""

    url: str
    port: int | None


def find(api: str = API, transport: httpx.BaseTransport | None = None) -> list[Tunnel] | None:
    """Return the https tunnels that ngrok has open; None where no ngrok answers."""
    try:
        with httpx.Client(transport=transport, trust_env=False, timeout=PATIENCE_S, follow_redirects=False) as http:
            answer = http.get(api, headers={"Accept": "application/json"})
            rows = answer.raise_for_status().json()["tunnels"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None
    if not isinstance(rows, list):
        return None
    found = [_tunnel(row) for row in rows if isinstance(row, Mapping)]
    return [tunnel for tunnel in found if tunnel.url.startswith("https://")]


def leading_to(port: int, tunnels: list[Tunnel]) -> Tunnel | None:
    """Return the tunnel that leads to a local port, or None."""
    return next((tunnel for tunnel in tunnels if tunnel.port == port), None)


def _tunnel(row: Mapping[str, Any]) -> Tunnel:
    config = row.get("config")
    address = str(config.get("addr") or "") if isinstance(config, Mapping) else ""
    port = _PORT.search(address)
    return Tunnel(url=str(row.get("public_url") or "").rstrip("/"), port=int(port[1]) if port else None)
