"""Lead the busiest path past what every other request goes through."""

from __future__ import annotations

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class PastTheRouter:
    """Hand the requests to one path straight to its application, without the router and what it wraps around each.

    An error that the application does not answer is logged and answered with 500 by the server, as otherwise.
    """

    def __init__(self, others: ASGIApp, route: Route) -> None:
        self._others = others
        self._path, self._app = route.path, route.app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["path"] == self._path:
            await self._app({**scope, "path_params": {}}, receive, send)
        else:
            await self._others(scope, receive, send)
