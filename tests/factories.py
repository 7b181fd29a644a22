"""Build the values and the parts that tests work with: real objects, of which a test names only what it is about."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from core.config import Settings
from core.heygen import HeyGenClient
from core.models import Channel, NewDelivery, Observation, Reel, ReelStatus, RemoteStatus, RemoteVideo
from core.processor import HeyGenVideoProcessor
from core.store import Store, open_store

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PUBLIC = "https://reels.test"
SECRET = "whsec_test"
REMOTE = {
    "processing": RemoteStatus.RUNNING,
    "completed": RemoteStatus.COMPLETED,
    "failed": RemoteStatus.FAILED,
    "not_found": RemoteStatus.MISSING,
}

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def a_reel(**fields: Any) -> Reel:
    """Return a reel that could be sent."""
    return Reel(**{"script": "Hola a todos.", "title": "Launch", "avatar_id": "avatar_1"} | fields)


def a_video(status: str = "completed", **fields: Any) -> RemoteVideo:
    """Return what HeyGen says of a video; a completed one has a link, a failed one a reason."""
    base: dict[str, Any] = {"video_id": "v1", "status": REMOTE.get(status, RemoteStatus.UNKNOWN), "raw_status": status}
    if status == "completed":
        base |= {"video_url": "https://files.test/v1.mp4", "duration_s": 12.5, "completed_at": NOW}
    if status == "failed":
        base |= {"failure_code": "rendering_failed", "failure_message": "It broke."}
    return RemoteVideo(**base | fields)


def an_observation(status: str = "completed", channel: Channel = Channel.POLL, **fields: Any) -> Observation:
    """Return a piece of news."""
    at = fields.pop("at", NOW)
    return Observation(video=a_video(status, **fields), channel=channel, at=at)


def a_body(event: str = "avatar_video.success", video_id: str | None = "v1", **details: Any) -> bytes:
    """Return a webhook body as HeyGen documents it."""
    data = {"video_id": video_id, "url": "https://files.test/v1.mp4", "callback_id": None} | details
    return json.dumps({"event_type": event, "event_data": data}).encode()


def a_delivery(body: bytes | None = None, **fields: Any) -> NewDelivery:
    """Return an authenticated webhook request."""
    base: dict[str, Any] = {
        "received_at": NOW,
        "reel_id": None,
        "auth": "signature",
        "event_type": "avatar_video.success",
        "body": a_body() if body is None else body,
        "headers": {},
    }
    return NewDelivery(**base | fields)


def refusal(status: int, code: str = "some_code", **headers: str) -> httpx.Response:
    """Return an error answer in HeyGen's envelope."""
    error = {"code": code, "message": f"words of {code}", "param": "script"}
    return httpx.Response(status, json={"error": error}, headers={"X-Request-Id": "req_1"} | headers)


class Wire:
    """Stand where the network would be: a few of HeyGen's routes over plain dictionaries, and scripted answers.

    `script(route, …)` queues answers (responses, exceptions, functions) that come before the ordinary ones.
    """

    def __init__(self) -> None:
        self.videos: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, str] = {}
        self.looks: list[dict[str, Any]] = [{"id": "look_1", "default_voice_id": "voice_1"}]
        self.requests: list[tuple[str, httpx.Request]] = []
        self._scripted: dict[str, deque[Answer]] = defaultdict(deque)
        self._always: dict[str, Answer] = {}
        self._lock = threading.RLock()

    def script(self, route: str, *answers: Answer) -> None:
        """Give these answers, one each, to the next calls of a route such as `POST /v3/videos`."""
        self._scripted[route].extend(answers)

    def always(self, route: str, answer: Answer) -> None:
        """Give this answer to every call of a route."""
        self._always[route] = answer

    def calls(self, route: str) -> list[httpx.Request]:
        """Return the requests that a route has had."""
        return [request for name, request in self.requests if name == route]

    def sent(self, n: int = -1) -> dict[str, Any]:
        """Return the body of a POST /v3/videos, by default the last."""
        body: dict[str, Any] = json.loads(self.calls("POST /v3/videos")[n].content)
        return body

    def finish(self, video_id: str, status: str = "completed", **fields: Any) -> None:
        """Let a video end."""
        end = {"video_url": f"https://files.test/{video_id}.mp4", "duration": 12.5} if status == "completed" else {}
        self.videos[video_id].update({"status": status, **end, **fields})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        route = _route(request)
        with self._lock:
            self.requests.append((route, request))
            queue = self._scripted[route]
            answer = queue.popleft() if queue else self._always.get(route)
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        if answer is not None:  # a response is used up by the call that reads it
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return self.ordinary(request)

    def ordinary(self, request: httpx.Request) -> httpx.Response:
        """Answer as HeyGen would."""
        name = _ORDINARY.get(_route(request))
        with self._lock:
            return getattr(self, name)(request) if name else refusal(404, "not_found")

    def _create(self, request: httpx.Request) -> httpx.Response:
        body, key = json.loads(request.content), request.headers["Idempotency-Key"]
        if key not in self.keys:
            video_id = self.keys[key] = f"v{len(self.keys) + 1}"
            made = {"id": video_id, "status": "processing", "title": body.get("title"), "created_at": int(time.time())}
            self.videos[video_id] = made
        return httpx.Response(200, json={"data": {"video_id": self.keys[key], "status": "waiting"}})

    def _get(self, request: httpx.Request) -> httpx.Response:
        video = self.videos.get(request.url.path.rsplit("/", 1)[1])
        return httpx.Response(200, json={"data": video}) if video else refusal(404, "video_not_found")

    def _statuses(self, request: httpx.Request) -> httpx.Response:
        ids = request.url.params["video_ids"].split(",")
        known = ((i, self.videos.get(i, {"status": "not_found"})) for i in ids)
        return httpx.Response(200, json={"data": [{"video_id": i, "status": video["status"]} for i, video in known]})

    def _list(self, request: httpx.Request) -> httpx.Response:
        wanted = request.url.params.get("title", "")
        rows = [video for video in self.videos.values() if wanted in (video.get("title") or "")]
        return httpx.Response(200, json={"data": rows, "has_more": False, "next_token": None})

    def _looks(self, _request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": self.looks, "has_more": False})

    def _voices(self, _request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": [{"voice_id": "voice_1", "name": "Ana"}]})

    def _me(self, _request: httpx.Request) -> httpx.Response:
        data = {"username": "ana", "billing_type": "wallet", "wallet": {"remaining_balance": 50, "currency": "usd"}}
        return httpx.Response(200, json={"data": data})


_ORDINARY = {
    "POST /v3/videos": "_create",
    "GET /v3/videos": "_list",
    "GET /v3/videos/statuses": "_statuses",
    "GET /v3/videos/{id}": "_get",
    "GET /v3/avatars/looks": "_looks",
    "GET /v3/voices": "_voices",
    "GET /v3/users/me": "_me",
}


def _route(request: httpx.Request) -> str:
    route = f"{request.method} {request.url.path}"
    return route if route in _ORDINARY else re.sub(r"(/v3/videos|/endpoints)/[^/]+", r"\1/{id}", route)


@dataclass(kw_only=True)
class House:
    """Hold a whole product over one database file and one wire."""

    settings: Settings
    store: Store
    wire: Wire
    client: HeyGenClient
    processor: HeyGenVideoProcessor

    def stored(self, status: str = "processing", *, video_id: str | None = None, **fields: Any) -> Reel:
        """Store a reel in any state, as if it had come there; a sent one has a video that HeyGen knows."""
        at = fields.pop("at", NOW)
        n = sum(self.store.reels.counts().values()) + 1
        state: dict[str, Any] = {"status": ReelStatus(status), "created_at": at, "updated_at": at}
        if status == "pending":
            state |= {"send_after": at}
        else:
            video_id = video_id or f"v{n}"
            self.wire.videos.setdefault(video_id, {"id": video_id, "status": "processing"})
            state |= {"video_id": video_id, "submitted_at": at, "send_state": "sent"}
        if status == "completed":
            state |= {"video_url": f"https://files.test/{video_id}.mp4", "detected_at": at, "completed_at": at}
        mode = fields.pop("mode", self.processor.mode)
        return self.store.reels.add([a_reel(mode=mode, requested_mode=mode, **state | fields)])[0]

    def kinds(self, reel: Reel) -> list[str]:
        """Return the kinds of a reel's timeline, in order."""
        return [entry.kind for entry in self.store.timeline.of(reel.id or 0)]

    def again(self, reel: Reel) -> Reel:
        """Return a reel as it now stands in the store."""
        return self.store.reels.get(reel.id or 0)


def a_store(address: str, folder: Path, busy_timeout_s: float = 10.0) -> Store:
    """Open a store whose leases run by the moments that a test names, whatever the database's clock says."""
    if address.startswith("sqlite:"):
        return open_store(address, busy_timeout_s=busy_timeout_s)
    from core.store.postgres import PostgresConnections

    return Store(PostgresConnections(address, folder / "reels.db", busy_timeout_s=busy_timeout_s, own_clock=False))


def a_house(mode: str = "polling", wire: Wire | None = None, **settings: Any) -> House:
    """Build a product; HeyGen is replaced on the wire and nowhere else, and jitter is fixed at its middle."""
    base: dict[str, Any] = {"api_key": "test-key", "processing_mode": mode}
    base |= {"webhook_base_url": PUBLIC, "webhook_secrets": (SECRET,), "fallback_after_s": 60.0}
    chosen = Settings(**base | settings)
    wire = wire or Wire()
    store = a_store(chosen.database_url, chosen.data_folder)
    client = HeyGenClient("test-key", "https://heygen.test", transport=httpx.MockTransport(wire))
    processor = HeyGenVideoProcessor(
        "test-key",
        mode,
        chosen.webhook_base_url,
        settings=chosen,
        store=store,
        client=client,
        jitter=lambda: 0.5,
    )
    return House(settings=chosen, store=store, wire=wire, client=client, processor=processor)


def wait_until(condition: Callable[[], object], within_s: float = 10.0) -> None:
    """Return as soon as a condition holds; fail when it never does."""
    pause = threading.Event()
    for _ in range(round(within_s / 0.005)):  # counted, since a frozen test has no clock to read
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError("the condition did not come true")
