"""Send requests to receivers over HTTP: one attempt, one reply, no redirect, a time-out of real seconds."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import h11

from fake_heygen.connection import Answer, Connection, Headers, Target
from fake_heygen.manner import AS_IT_SHOULD, Manner

TIMEOUT_S = 10.0
PROBE_TIMEOUT_S = 1.0
AT_ONCE_PER_RECEIVER = 64

Origin = tuple[bool, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of an attempt: an answer, or the error that kept it away."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    error: str | None = None


class Sender:
    """Post to receivers; each receiver may keep some attempts busy, and none keeps another waiting."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._idle: defaultdict[Origin, list[Connection]] = defaultdict(list)
        self._slots: defaultdict[Origin, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(AT_ONCE_PER_RECEIVER)
        )

    def slot(self, url: str) -> asyncio.Semaphore:
        """Return what an attempt holds while it is on the wire."""
        return self._slots[Target.of(url).origin]

    async def post(self, url: str, headers: Headers, body: bytes, manner: Manner = AS_IT_SHOULD) -> Reply:
        """Attempt one delivery."""
        if manner.word == "refused":
            return Reply(error="ConnectionRefusedError: the receiver could not be reached (simulated)")
        return await self._reply("POST", url, headers, body, manner)

    async def probe(self, url: str) -> Reply:
        """Ask a receiver that is to be registered whether it is there."""
        return await self._reply("OPTIONS", url, [], b"", AS_IT_SHOULD, PROBE_TIMEOUT_S)

    def close(self) -> None:
        """Close the connections."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    async def _reply(
        self, method: str, url: str, headers: Headers, body: bytes, manner: Manner, timeout_s: float | None = None
    ) -> Reply:
        patience_s = (self._timeout_s if timeout_s is None else timeout_s) + manner.seconds
        try:
            async with asyncio.timeout(patience_s):
                answer = await self._exchange(method, Target.of(url), headers, body, manner)
        except TimeoutError:
            return Reply(error=f"no answer within {patience_s:g} s")
        except (OSError, ValueError, h11.ProtocolError) as error:
            return Reply(error=f"{type(error).__name__}: {error}")
        return Reply(status=answer.status, headers=answer.headers, body=answer.body.decode("utf-8", "replace"))

    async def _exchange(self, method: str, target: Target, headers: Headers, body: bytes, manner: Manner) -> Answer:
        connection = (None if manner.word else self._kept(target.origin)) or await Connection.open(target)
        answered = False
        try:
            answer = await connection.exchange(method, target, headers, body, manner)
            answered = True
            return answer
        finally:
            if answered and connection.reusable and not manner.word:
                self._idle[target.origin].append(connection)
            else:
                connection.close()

    def _kept(self, origin: Origin) -> Connection | None:
        while self._idle[origin]:
            connection = self._idle[origin].pop()
            if connection.reusable:
                return connection
            connection.close()
        return None
