"""Answers: JSON bodies in HeyGen's envelopes."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from fake_heygen.errors import ApiError


def json_response(body: object, status: int = 200) -> Response:
    """Answer any JSON."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def data(body: object) -> Response:
    """Answer one object or the whole of a list."""
    return json_response({"data": body})


def error_response(error: ApiError) -> Response:
    """Answer with HeyGen's error envelope."""
    response = json_response(error.envelope(), error.status)
    response.headers.update(error.headers)
    return response
