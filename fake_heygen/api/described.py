"""The route that describes the others: /openapi.json."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fake_heygen.api.answers import json_response
from fake_heygen.openapi.document import document


def routes() -> list[Route]:
    """Return the route."""
    return [Route("/openapi.json", describe, methods=["GET"])]


async def describe(_request: Request) -> Response:
    """Answer the OpenAPI document, which needs no key."""
    return json_response(document())
