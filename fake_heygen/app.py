"""The ASGI application: HeyGen's routes, the files and the control routes around one simulation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from fake_heygen.api import described
from fake_heygen.api.account import AccountRoutes
from fake_heygen.api.answers import error_response
from fake_heygen.api.control import Control
from fake_heygen.api.evidence import Evidence
from fake_heygen.api.exports import Exports
from fake_heygen.api.files import Files
from fake_heygen.api.guard import Guard
from fake_heygen.api.judging import Judging
from fake_heygen.api.keys import Keys
from fake_heygen.api.pages import Pages
from fake_heygen.api.recorder import Recorder
from fake_heygen.api.rough import cut_off
from fake_heygen.api.videos import Videos
from fake_heygen.api.vocabulary import Vocabulary
from fake_heygen.api.waiting import Waiting
from fake_heygen.api.webhooks import Webhooks
from fake_heygen.errors import ApiError
from fake_heygen.media.cabinet import Cabinet
from fake_heygen.refusals import CutOff
from fake_heygen.simulation import Simulation
from fake_heygen.state import StateFile

FLUSH_EVERY_S = 0.2


class FakeHeyGen:
    """One simulation behind HTTP; `closing` ends what is held open."""

    def __init__(self, simulation: Simulation, cabinet: Cabinet, state: StateFile | None = None) -> None:
        self.simulation = simulation
        self.closing = asyncio.Event()
        self._cabinet = cabinet
        self._state = state

    def routes(self) -> list[Route]:
        """Return every route."""
        return [
            *described.routes(),
            *Videos(self.simulation, self.closing).routes(),
            *AccountRoutes(self.simulation).routes(),
            *Webhooks(self.simulation).routes(),
            *Files(self.simulation, self._cabinet).routes(),
            *Pages(self.simulation).routes(),
            *Control(self.simulation).routes(),
            *Keys(self.simulation).routes(),
            *Evidence(self.simulation).routes(),
            *Vocabulary().routes(),
            *Exports(self.simulation).routes(),
            *Judging(self.simulation).routes(),
            *Waiting(self.simulation, self.closing).routes(),
        ]

    def asgi(self) -> ASGIApp:
        """Return the application."""
        routes = self.routes()
        handlers = {
            ApiError: _refused,
            CutOff: _cut_off,
            Exception: _failed,
            HTTPException: partial(_unknown_route, routes),
        }
        app = Starlette(routes=routes, exception_handlers=handlers, lifespan=self._lifespan)  # type: ignore[arg-type]  # handlers take their own exception
        app.router.redirect_slashes = False
        return Recorder(Guard(app, self.simulation), self.simulation, self.flush)

    def flush(self) -> None:
        """Make the world durable, when a file was asked for."""
        if self._state is not None:
            self._state.save(self.simulation.shelves())

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self.simulation.player.run()), asyncio.create_task(self._keep_flushed())]
        try:
            yield
        finally:
            self.simulation.player.stop()
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            self.flush()
            self.simulation.sender.close()
            self._cabinet.close()

    async def _keep_flushed(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY_S)
            self.flush()


async def _refused(_request: Request, error: ApiError) -> Response:
    return error_response(error)


async def _cut_off(_request: Request, _error: CutOff) -> Response:
    return cut_off()


async def _failed(_request: Request, _error: Exception) -> Response:
    return error_response(ApiError("internal_error", "Something went wrong"))


async def _unknown_route(routes: Sequence[Route], request: Request, error: HTTPException) -> Response:
    path = request.url.path
    if error.status_code != 405:
        return error_response(ApiError("not_found", f"No route {request.method} {path}"))
    shape = next(route.path for route in routes if route.path_regex.match(path))
    methods = {method for route in routes if route.path == shape for method in route.methods or ()}
    message, allowed = f"{request.method} is not allowed here", {"Allow": ", ".join(sorted(methods))}
    return error_response(ApiError("method_not_allowed", message, headers=allowed))
