"""Who may come in: an API key for HeyGen's routes, this machine alone for the control routes."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from fake_heygen.api.answers import error_response
from fake_heygen.errors import ApiError
from fake_heygen.fields import is_loopback


class Guard:
    """Wrap the routes, answering 401 or 403 in their place."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass or refuse it."""
        error = _objection(scope) if scope["type"] == "http" else None
        await (error_response(error) if error else self._app)(scope, receive, send)


def is_control(path: str) -> bool:
    """Say whether a path belongs to the control routes."""
    return path == "/_sim" or path.startswith("/_sim/")


def _objection(scope: Scope) -> ApiError | None:
    headers = Headers(scope=scope)
    if is_control(scope["path"]) and not _is_local(scope, headers):
        return ApiError("forbidden", "The control routes are for this machine only")
    if scope["path"].startswith("/v3/") and not _has_key(headers):
        return ApiError("unauthorized", "Unauthorized")
    return None


def _is_local(scope: Scope, headers: Headers) -> bool:
    peer = (scope.get("client") or ("",))[0]
    host = headers.get("host", "")
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    return is_loopback(peer) and is_loopback(name)


def _has_key(headers: Headers) -> bool:
    key = headers.get("x-api-key")
    if key is None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        key = token if scheme.lower() == "bearer" else ""
    return key.strip() not in ("", "invalid")
