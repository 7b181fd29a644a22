"""Run the real receiver in this process, and speak ASGI to it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette

from core.clock import utcnow
from core.inbox import Inbox
from core.models import Delivery
from core.receiver import Receiver, webhook_routes
from core.recorder import Recorder
from core.signature import sign
from core.store import DeliveryFilter, open_store
from tests.factories import SECRET, House

ACCOUNT = "/webhooks/heygen"

Message = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Hold an answer; status 0 is none at all."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True)
class Receiving:
    """Hold a running receiver of a product."""

    house: House
    app: Starlette
    recorder: Recorder

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Send one request; `_` in a header's name stands for `-`."""
        return asyncio.run(self._requests([(method, path, body, headers)]))[0]

    def post(self, path: str, body: bytes, **headers: str) -> Answer:
        """POST a body."""
        return self.request("POST", path, body, **headers)

    def signed(self, path: str, body: bytes, secret: str = SECRET, **headers: str) -> Answer:
        """POST a body with a right signature."""
        return self.post(path, body, heygen_signature=sign(body, secret), **headers)

    def many(self, requests: Sequence[tuple[str, str, bytes, dict[str, str]]]) -> list[Answer]:
        """Send many requests at the same time."""
        return asyncio.run(self._requests(requests))

    async def _requests(self, requests: Sequence[tuple[str, str, bytes, dict[str, str]]]) -> list[Answer]:
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:

            async def one(method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                answer = await http.request(method, path, content=body, headers=named)
                return Answer(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

            return await asyncio.gather(*(one(*request) for request in requests))

    def raw(self, path: str, messages: Sequence[Message], headers: Sequence[tuple[bytes, bytes]] = ()) -> Answer:
        """POST the way a server would hand it over, message by message; after the last one nothing comes."""
        return asyncio.run(asyncio.wait_for(self._raw(path, messages, headers), 10))

    async def _raw(self, path: str, messages: Sequence[Message], headers: Sequence[tuple[bytes, bytes]]) -> Answer:
        waiting, sent = list(messages), []

        async def receive() -> Message:
            return waiting.pop(0) if waiting else await asyncio.get_running_loop().create_future()

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": list(headers),
            "server": ("testserver", 80),
            "client": ("127.0.0.1", 1),
        }
        app: Callable[..., Awaitable[None]] = self.app
        await app(scope, receive, send)
        if not sent:
            return Answer(status=0, headers={}, body=b"")
        given = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(status=sent[0]["status"], headers=given, body=b"".join(m.get("body", b"") for m in sent[1:]))

    def token_path(self, reel_id: int, token: str = "a-token-of-a-test") -> str:
        """Return the address of a reel with a token that is good for it."""
        sha256 = hashlib.sha256(token.encode()).digest()
        if self.house.store.reels.token_reel(sha256) is None:
            self.house.store.reels.add_token(reel_id, sha256)
        return f"{ACCOUNT}/reel/{reel_id}/{token}"

    def stored(self) -> list[Delivery]:
        """Return the deliveries that were recorded, newest first."""
        return self.house.store.deliveries.page(DeliveryFilter(), 99_999)

    def work(self) -> None:
        """Work off what was recorded."""
        inbox = Inbox(self.house.processor)
        for delivery in inbox.claim(utcnow(), 1000):
            inbox.work(delivery)


@contextmanager
def receiving(
    house: House,
    *,
    secrets: Sequence[str] = (SECRET,),
    others: Mapping[str, Sequence[str]] | None = None,
    busy_timeout_s: float = 10.0,
    body_timeout_s: float = 30.0,
) -> Iterator[Receiving]:
    """Run a receiver and its recorder; `others` are the secrets of further accounts."""
    house.store.reels.counts()
    store = open_store(house.settings.database_url, busy_timeout_s=busy_timeout_s)
    recorder = Recorder(store)
    receiver = Receiver(house.store, recorder, lambda: {"": secrets, **(others or {})}, body_timeout_s=body_timeout_s)
    recorder.start()
    try:
        yield Receiving(house=house, app=Starlette(routes=webhook_routes(receiver)), recorder=recorder)
    finally:
        recorder.stop()
        store.close()
