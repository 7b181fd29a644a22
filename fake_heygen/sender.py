"""Send requests to receivers over HTTP: one attempt, one reply, no redirect, a time-out of real seconds."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

TIMEOUT_S = 10.0
PROBE_TIMEOUT_S = 1.0
AT_ONCE_PER_RECEIVER = 64
LONGEST_REPLY = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of an attempt: an answer, or the error that kept it away."""

    status: int | None = None
    body: str = ""
    error: str | None = None


class Sender:
    """Post to receivers; each receiver may keep some attempts busy, and none keeps another waiting."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None, timeout_s: float = TIMEOUT_S) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=AT_ONCE_PER_RECEIVER)
        self._client = httpx.AsyncClient(
            transport=transport,
            limits=limits,
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(timeout_s),
        )
        self._timeout_s = timeout_s
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE_PER_RECEIVER))

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Attempt one delivery."""
        async with self._slots[urlsplit(url).netloc]:
            return await self._exchange("POST", url, headers, body, self._timeout_s)

    async def probe(self, url: str) -> Reply:
        """Ask a receiver that is to be registered whether it is there."""
        return await self._exchange("OPTIONS", url, {}, b"", PROBE_TIMEOUT_S)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> Reply:
        try:
            async with asyncio.timeout(timeout_s):
                return await self._send(method, url, headers, body)
        except TimeoutError:
            return Reply(error=f"no answer within {timeout_s:g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Reply(error=f"{type(error).__name__}: {error}".rstrip(": "))

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        async with self._client.stream(method, url, headers=dict(headers), content=body) as response:
            text = b""
            async for chunk in response.aiter_raw():
                text = (text + chunk)[:LONGEST_REPLY]
            return Reply(status=response.status_code, body=text.decode("utf-8", "replace"))
