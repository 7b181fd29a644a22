"""Take webhooks in: raw bytes, limits, token or signature, stored durably, and only then 200.

A delivery is news, not truth: nothing here changes a reel.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping, Sequence
from typing import Any, Final

from starlette.routing import Route

from core.clock import utcnow
from core.errors import StoreError
from core.models import NewDelivery, signed_by
from core.parsing import event_type
from core.recorder import Recorder, TooManyWaiting
from core.signature import verify
from core.started import Started
from core.store import Store

logger = logging.getLogger(__name__)

ENDPOINT_PATH: Final = "/webhooks/heygen"
LIMIT_BYTES: Final = 64 * 1024
BODY_TIMEOUT_S: Final = 30.0
RETRY_AFTER_S: Final = 5
SECRETS_FOR_S: Final = 1.0
SIGNATURES: Final = frozenset({b"heygen-signature", b"signature"})
WORTH_KEEPING: Final = SIGNATURES | {b"content-type", b"user-agent", b"heygen-event-id", b"heygen-timestamp"}

Message = MutableMapping[str, Any]
Receive = Callable[[], Coroutine[Any, Any, Message]]
Send = Callable[[Message], Awaitable[None]]


class Rejected(Exception):
    """Answer a request with a status other than 200 and one sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        self.sentence = sentence
        super().__init__(sentence)


class Disconnected(Exception):
    """Report that the client hung up before its body was complete."""


class Receiver:
    """Serve the three webhook routes as one ASGI application."""

    def __init__(
        self,
        store: Store,
        recorder: Recorder,
        secrets: Callable[[], Mapping[str, Sequence[str]]],
        *,
        body_timeout_s: float = BODY_TIMEOUT_S,
    ) -> None:
        self._store = store
        self._body_timeout_s = body_timeout_s
        self._recorder = recorder
        self._secrets = secrets
        self._known: Mapping[str, Sequence[str]] = {}
        self._known_until_s = 0.0

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] in {"OPTIONS", "GET", "HEAD"}:
            await _answer(send, 200, b"" if scope["method"] == "HEAD" else b"OK", allow=True)
            return
        try:
            if scope["method"] != "POST":
                raise Rejected(405, "POST a webhook here")  # one way out for all answers
            await self._take(scope, receive)
        except Rejected as rejected:
            await _answer(send, rejected.status, rejected.sentence.encode())
        except (StoreError, TooManyWaiting) as error:
            logger.warning("A webhook could not be stored and will be sent again: %s", error)
            await _answer(send, 503, b"not stored: send it again", retry=True)
        except Disconnected:
            logger.info("A client hung up before its webhook was complete")
        else:
            await _answer(send, 200, b"OK")

    async def _take(self, scope: Mapping[str, Any], receive: Receive) -> None:
        headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
        params = scope["path_params"]
        body = await _read(headers, receive, self._body_timeout_s)
        reel_id = _reel_id(params.get("reel_id"))
        auth = self._authenticate(body, headers, reel_id, params.get("token"))
        if auth is None:
            self._recorder.refuse("forged" if _signatures(headers) or params.get("token") else "unsigned", reel_id)
            raise Rejected(401, "neither token nor signature holds")
        if "reel_id" in params and (reel_id is None or not self._store.reels.exists(reel_id)):
            raise Rejected(404, "there is no such reel")
        _check_encoding(headers)
        try:
            kind = event_type(body)
        except ValueError as error:
            raise Rejected(400, f"not a webhook: {error}") from None
        await self._recorder.record(
            NewDelivery(
                received_at=utcnow(),
                reel_id=reel_id,
                auth=auth,
                event_type=kind,
                body=body,
                headers=_kept(headers),
            )
        )
        logger.info("Webhook procesado: 200", extra={"reel_id": reel_id})

    def _authenticate(
        self, body: bytes, headers: Sequence[tuple[bytes, bytes]], reel_id: int | None, token: str | None
    ) -> str | None:
        """Return `token`, or `signature` with the account that signed, whichever holds, or None."""
        if token and reel_id is not None and self._store.reels.token_reel(_sha256(token)) == reel_id:
            return "token"
        signatures = _signatures(headers)
        signer = self._signer(body, signatures) if signatures else None
        return None if signer is None else signed_by(signer)

    def _signer(self, body: bytes, signatures: Sequence[bytes]) -> str | None:
        """Return the account whose secret has signed, or None.

        The secrets are tried as they were a moment ago; only where none fits, or they are older, they are read anew.
        """
        now_s = time.monotonic()
        known = _signer(body, signatures, self._known) if now_s < self._known_until_s else None
        if known is not None:
            return known
        self._known, self._known_until_s = self._secrets(), now_s + SECRETS_FOR_S
        return _signer(body, signatures, self._known)


def _signer(body: bytes, signatures: Sequence[bytes], known: Mapping[str, Sequence[str]]) -> str | None:
    return next((account for account, secrets in known.items() if verify(body, signatures, secrets)), None)


def _sha256(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _reel_id(text: str | None) -> int | None:
    """Return a reel id that the store could hold, else None."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > 18:
        return None
    return int(text)


def _signatures(headers: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
    return [value for name, value in headers if name in SIGNATURES]


def _kept(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers worth keeping; signatures are only named."""
    return {
        name.decode(): "***" if name in SIGNATURES else value.decode("latin-1")[:200]
        for name, value in headers
        if name in WORTH_KEEPING
    }


def _check_encoding(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Refuse compressed bodies and other charsets than UTF-8."""
    for name, value in headers:
        if name == b"content-encoding" and value.strip().lower() not in {b"", b"identity"}:
            raise Rejected(415, "send the body uncompressed")
        charset = value.lower().partition(b"charset=")[2] if name == b"content-type" else b""
        if charset and charset.split(b";")[0].strip(b"\"' ") not in {b"utf-8", b"utf8", b"us-ascii"}:
            raise Rejected(415, "send the body as UTF-8")


async def _read(headers: Sequence[tuple[bytes, bytes]], receive: Receive, timeout_s: float) -> bytes:
    """Return the raw body; refuses one that is too long or too slow."""
    for name, value in headers:
        if name == b"content-length" and (not value.isdigit() or len(value) > 9 or int(value) > LIMIT_BYTES):
            raise Rejected(413, f"a webhook has at most {LIMIT_BYTES} bytes")
    first = Started(receive())
    if first.at_once is not None and not first.at_once.get("more_body", False):
        return _joined(b"", first.at_once)  # it has come with its headers, as nearly all do: nothing to wait for
    try:
        async with asyncio.timeout(timeout_s):
            message = await first
            body = _joined(b"", message)
            while message.get("more_body", False):
                message = await receive()
                body = _joined(body, message)
            return body
    except TimeoutError:
        raise Rejected(408, f"the body was not complete within {timeout_s:.0f} s") from None


def _joined(body: bytes, message: Message) -> bytes:
    """Return the body with one more message of it; raises Rejected when it is too long, Disconnected."""
    if message["type"] == "http.disconnect":
        raise Disconnected
    body += message.get("body", b"")
    if len(body) > LIMIT_BYTES:
        raise Rejected(413, f"a webhook has at most {LIMIT_BYTES} bytes")
    return body


async def _answer(send: Send, status: int, body: bytes, *, allow: bool = False, retry: bool = False) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    if allow:
        headers.append((b"allow", b"POST, OPTIONS, GET, HEAD"))
    if retry:
        headers.append((b"retry-after", b"%d" % RETRY_AFTER_S))
    if status in {408, 413}:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def webhook_routes(receiver: Receiver) -> list[Route]:
    """Return the webhook's routes, the busiest first: they are tried in turn."""
    return [
        Route(ENDPOINT_PATH, receiver),
        Route("/webhooks/heygen/reel/{reel_id}/{token}", receiver),
        Route("/webhooks/heygen/reel/{reel_id}", receiver),
    ]
