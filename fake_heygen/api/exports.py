"""The control routes that hand the journal over: as JSON lines, and as an HTTP archive."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import json_response
from fake_heygen.api.selection import selected
from fake_heygen.proof.har import archive
from fake_heygen.simulation import Simulation


class Exports:
    """Handle /_sim/journal.jsonl and /_sim/journal.har, with the journal's own questions."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/_sim/journal.jsonl", self.json_lines, methods=["GET"]),
            Route("/_sim/journal.har", self.http_archive, methods=["GET"]),
        ]

    async def json_lines(self, request: Request) -> Response:
        """Give the journal, one entry a line."""
        entries = selected(self._simulation.journal, request.query_params)
        lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        return Response(lines, media_type="application/x-ndjson")

    async def http_archive(self, request: Request) -> Response:
        """Give the journal as HAR 1.2."""
        return json_response(archive(selected(self._simulation.journal, request.query_params), str(request.base_url)))
