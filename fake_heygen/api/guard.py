"""Who may come in: an API key for HeyGen's routes, this machine alone for the control routes."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fake_heygen.account import Account
from fake_heygen.api.answers import error_response
from fake_heygen.api.rough import cut_off
from fake_heygen.api.strictness import refuse_unknown_query
from fake_heygen.errors import ApiError
from fake_heygen.fields import is_loopback
from fake_heygen.simulation import Simulation

ACCOUNT = "fake_heygen.account"
REFUSED_KEYS = ("", "invalid")
REFUSING_SPELLS = ("401", "503", "500", "429")


class Guard:
    """Wrap the routes: refuse who may not come in, and find the account of those who may."""

    def __init__(self, app: ASGIApp, simulation: Simulation) -> None:
        self._app = app
        self._simulation = simulation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass or refuse it."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if is_control(scope["path"]) and not _is_local(scope, headers):
            return error_response(ApiError("forbidden", "The control routes are for this machine only"))
        if not scope["path"].startswith("/v3/"):
            return None
        key = key_of(headers)
        if key in REFUSED_KEYS or self._simulation.is_revoked(key):
            return error_response(ApiError("unauthorized", "Unauthorized"))
        account = self._simulation.account_of(key)
        scope[ACCOUNT] = account
        return self._spellbound(scope, account)

    def _spellbound(self, scope: Scope, account: Account) -> Response | None:
        now, world = self._simulation.clock.now(), account.world
        if world.spell("cut", now):
            return cut_off()
        for kind in REFUSING_SPELLS:
            spell = world.spell(kind, now)
            if spell and (error := spell.refusal(now)):
                return error_response(error)
        try:
            account.rate.admit(now, world.scenario.requests_per_minute)
            if world.scenario.strict:
                refuse_unknown_query(scope)
        except ApiError as error:
            return error_response(error)
        return None


def account_of(request: Request) -> Account:
    """Return the account whose key a request carries."""
    account = request.scope[ACCOUNT]
    assert isinstance(account, Account)  # noqa: S101  # the guard put it there
    return account


def is_control(path: str) -> bool:
    """Say whether a path belongs to the control routes."""
    return path == "/_sim" or path.startswith("/_sim/")


def key_of(headers: Headers) -> str:
    """Return the API key of a request, empty when it has none."""
    key = headers.get("x-api-key")
    if key is None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        key = token if scheme.lower() == "bearer" else ""
    return key.strip()


def _is_local(scope: Scope, headers: Headers) -> bool:
    peer = (scope.get("client") or ("",))[0]
    host = headers.get("host", "")
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    return is_loopback(peer) and is_loopback(name)
