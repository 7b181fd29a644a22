"""Speak HeyGen's API v3 over httpx: one method a call, errors translated once.

Facts: https://developers.heygen.com (v3). The seam for tests is the transport.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from core import parsing
from core.clock import utcnow
from core.errors import BadAnswer, HeyGenRefused, OutcomeUnknown, Unreachable
from core.models import Account, RemoteVideo

READ_TIMEOUT_S: Final = 30.0
WRITE_TIMEOUT_S: Final = 120.0
CONNECT_TIMEOUT_S: Final = 10.0
CONNECTIONS: Final = 8
BULK: Final = 100
NO_BULK: Final = frozenset({400, 404, 405})  # answers of an account that has no bulk call
PAGES: Final = 20
LONGEST_RETRY_AFTER_S: Final = 86_400.0


class HeyGenClient:
    """Call HeyGen; every method raises Unreachable, OutcomeUnknown, BadAnswer or HeyGenRefused."""

    def __init__(
        self,
        api_key: str,
        base_url: str | Callable[[], str],
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._transport = transport
        self._opening = threading.Lock()
        self._counting = threading.Lock()
        self._calls: Counter[tuple[str, str]] = Counter()
        self._http: httpx.Client | None = None

    def __repr__(self) -> str:
        return f"HeyGenClient({self.base_url!r})"

    @property
    def base_url(self) -> str:
        """Return HeyGen's address."""
        return self._base_url if isinstance(self._base_url, str) else self._base_url()

    def with_key(self, api_key: str) -> HeyGenClient:
        """Return a client of the same HeyGen that has another account's key, and connections of its own."""
        return HeyGenClient(api_key, self._base_url, transport=self._transport)

    # Videos

    def create_video(self, body: Mapping[str, Any], idempotency_key: str) -> str:
        """Start a render and return its video_id; the same key within 24 h returns the first answer again."""
        return self.start_video(body, idempotency_key)[0]

    def start_video(self, body: Mapping[str, Any], idempotency_key: str) -> tuple[str, str | None]:
        """Start a render as `create_video` does, and return its video_id and HeyGen's request id."""
        answer = self._request("POST", "/v3/videos", json=body, headers={"Idempotency-Key": idempotency_key})
        return parsing.text(_data(answer), "video_id"), answer.headers.get("x-request-id")

    def get_video(self, video_id: str) -> RemoteVideo:
        """Return what HeyGen says of one video."""
        answer = self._request("GET", f"/v3/videos/{_segment(video_id)}")
        return parsing.video(_data(answer), answer.headers.get("x-request-id"))

    def video_statuses(self, video_ids: Sequence[str]) -> dict[str, RemoteVideo]:
        """Return the state of up to 100 videos in one call; ids of which HeyGen tells no status are missing here."""
        rows = self._list_once("/v3/videos/statuses", {"video_ids": ",".join(video_ids)})[0]
        told = [row for row in rows if parsing.maybe_text(row, "video_id", "id") and parsing.maybe_text(row, "status")]
        return {row.video_id: row for row in map(parsing.status_row, told)}

    def videos_since(self, since: datetime, title: str | None = None) -> tuple[list[RemoteVideo], bool]:
        """Return the account's videos, and whether these are sure to hold all since a moment: the pages are bounded."""
        found: list[RemoteVideo] = []
        is_whole = False
        for rows, is_last in self._pages("/v3/videos", {"limit": 100, "title": title}):
            page = [parsing.video(row) for row in rows]
            is_whole = is_last or (bool(page) and all(_is_before(video, since) for video in page))
            found += page
        return found, is_whole

    def delete_video(self, video_id: str) -> None:
        """Delete a video; HeyGen cannot cancel a render."""
        self._object("DELETE", f"/v3/videos/{_segment(video_id)}")

    # Account and catalogue

    def me(self) -> Account:
        """Return the account and its wallet."""
        return parsing.account(self._object("GET", "/v3/users/me"))

    def avatars(self) -> list[dict[str, Any]]:
        """Return the groups of avatars as HeyGen lists them."""
        return list(self._listed("/v3/avatars", {"limit": 50}))

    def looks(self) -> list[dict[str, Any]]:
        """Return the looks: the id of a look is what a video wants as avatar_id."""
        return list(self._listed("/v3/avatars/looks", {"limit": 50}))

    def voices(self) -> list[dict[str, Any]]:
        """Return the voices."""
        return list(self._listed("/v3/voices", {"limit": 100}))

    # Webhook endpoints

    def create_endpoint(self, url: str, events: Sequence[str] | None = None) -> dict[str, Any]:
        """Register an endpoint; the answer alone carries its signing secret."""
        return self._object("POST", "/v3/webhooks/endpoints", json={"url": url, "events": events})

    def endpoints(self) -> list[dict[str, Any]]:
        """Return the registered endpoints, without their secrets."""
        return list(self._listed("/v3/webhooks/endpoints", {"limit": 100}))

    def update_endpoint(self, endpoint_id: str, **changes: object) -> dict[str, Any]:
        """Change url or events of an endpoint (events are replaced as a whole)."""
        return self._object("PATCH", f"/v3/webhooks/endpoints/{_segment(endpoint_id)}", json=changes)

    def delete_endpoint(self, endpoint_id: str) -> None:
        """Remove an endpoint."""
        self._object("DELETE", f"/v3/webhooks/endpoints/{_segment(endpoint_id)}")

    def rotate_secret(self, endpoint_id: str) -> str:
        """Return a new signing secret; HeyGen signs with it at once."""
        path = f"/v3/webhooks/endpoints/{_segment(endpoint_id)}/rotate-secret"
        return parsing.text(self._object("POST", path), "secret")

    def events(self, event_type: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the history of events, newest first, a bounded number of pages."""
        yield from self._listed("/v3/webhooks/events", {"limit": 100, "event_type": event_type})

    def server_time(self) -> datetime | None:
        """Return HeyGen's Date header, to compare clocks with."""
        date = self._request("GET", "/v3/users/me").headers.get("date")
        return None if date is None else _http_date(date)

    def take_calls(self) -> Counter[tuple[str, str]]:
        """Return the calls since the last time, counted by kind and HTTP status (or the kind of failure)."""
        with self._counting:
            taken, self._calls = self._calls, Counter()
        return taken

    def _count(self, method: str, path: str, outcome: str) -> None:
        with self._counting:
            self._calls[call_kind(method, path), outcome] += 1

    def close(self) -> None:
        """Close the kept connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    # The one boundary

    def _client(self) -> httpx.Client:
        with self._opening:
            if self._http is None:
                self._http = httpx.Client(
                    headers={"X-Api-Key": self._api_key, "Accept": "application/json"},
                    limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
                    transport=self._transport,
                    trust_env=False,
                )
            return self._http

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._send(method, path, **options)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            self._count(method, path, "unreachable")
            raise Unreachable(
                "HeyGen cannot be reached at {url} ({error}): check the connection; nothing was sent.",
                url=self.base_url,
                error=type(error).__name__,
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._count(method, path, "no_answer")
            raise OutcomeUnknown(
                "HeyGen did not answer {method} {path} ({error}); it is asked again.",
                method=method,
                path=path.split("?")[0],
                error=type(error).__name__,
            ) from error
        self._count(method, path, str(response.status_code))
        if response.status_code >= 500:
            unknown = OutcomeUnknown(
                "HeyGen answered {status} to {method} {path}; it is asked again.",
                status=response.status_code,
                method=method,
                path=path,
            )
            unknown.retry_after_s = _asked_wait_s(response)
            raise unknown
        if not response.is_success:
            raise _refusal(response)
        return response

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        read_s = WRITE_TIMEOUT_S if method == "POST" else READ_TIMEOUT_S
        timeout = httpx.Timeout(read_s, connect=CONNECT_TIMEOUT_S)
        url = self.base_url + path
        try:
            return self._client().request(method, url, timeout=timeout, **options)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if method != "GET":
                raise
            return self._client().request(method, url, timeout=timeout, **options)  # the kept connection was stale

    def _object(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        return _data(self._request(method, path, **options))

    def _list_once(self, path: str, params: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
        known = {key: value for key, value in params.items() if value is not None}
        body = _json(self._request("GET", path, params=known))
        rows = body.get("data")
        if not isinstance(rows, list):
            raise BadAnswer("HeyGen's answer to {path} holds no list.", path=path)
        token = body.get("next_token") if body.get("has_more") else None
        return [row for row in rows if isinstance(row, dict)], token if isinstance(token, str) else None

    def _listed(self, path: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for rows, _ in self._pages(path, params):
            yield from rows

    def _pages(self, path: str, params: Mapping[str, Any]) -> Iterator[tuple[list[dict[str, Any]], bool]]:
        """Yield the pages of a list, a bounded number, each with whether it is the last."""
        token: str | None = None
        for _ in range(PAGES):
            rows, token = self._list_once(path, {**params, "token": token})
            yield rows, token is None
            if token is None:
                return


def call_kind(method: str, path: str) -> str:
    """Name a call for the metrics: its method and its path without ids."""
    parts = path.split("?")[0].split("/")[2:]
    fixed = {"videos", "statuses", "users", "me", "avatars", "looks", "voices", "webhooks", "endpoints", "events"}
    return f"{method} " + "/".join(part if part in fixed or part == "rotate-secret" else "{id}" for part in parts)


def _is_before(video: RemoteVideo, moment: datetime) -> bool:
    return video.created_at is not None and video.created_at < moment


def _segment(value: str) -> str:
    """Keep an id inside its path segment."""
    return "".join(char if char.isalnum() or char in "-_.~" else f"%{ord(char):02X}" for char in value)


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadAnswer(
            "HeyGen's answer ({status}) is not the JSON that it documents; it is asked again.",
            status=response.status_code,
        )
    return body


def _data(response: httpx.Response) -> dict[str, Any]:
    data = _json(response).get("data")
    if not isinstance(data, dict):
        raise BadAnswer(
            "HeyGen's answer ({status}) is not the JSON that it documents; it is asked again.",
            status=response.status_code,
        )
    return data


def _refusal(response: httpx.Response) -> HeyGenRefused:
    try:
        error = _json(response).get("error")
    except BadAnswer:
        error = None
    fields = error if isinstance(error, dict) else {}
    param = fields.get("param")
    return HeyGenRefused(
        response.status_code,
        parsing.clean(str(fields.get("code") or "unknown")),
        parsing.clean(str(fields.get("message") or response.reason_phrase)),
        param=param if isinstance(param, str) else None,
        request_id=response.headers.get("x-request-id"),
        retry_after_s=_asked_wait_s(response),
    )


def _asked_wait_s(response: httpx.Response) -> float | None:
    """Return how long HeyGen asks to wait; a date is read against its own Date, so that no clock needs to be right.

    No wait at all is as good as none asked for: who follows it would ask again and again without a pause.
    """
    now = _http_date(response.headers.get("date", "")) or utcnow()
    return retry_after_s(response.headers.get("retry-after"), now) or None


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header (seconds or an HTTP date), at most a day; None for anything else."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return min(float(value.strip()[:9]), LONGEST_RETRY_AFTER_S)
    date = _http_date(value)
    return None if date is None else min(max(0.0, (date - now).total_seconds()), LONGEST_RETRY_AFTER_S)


def _http_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
