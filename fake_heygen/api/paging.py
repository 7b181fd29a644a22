"""Pages of a list: `limit` and an opaque `token`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from fake_heygen.api.answers import json_response
from fake_heygen.errors import invalid

T = TypeVar("T")


def read_limit(request: Request, *, default: int, most: int) -> int:
    """Read `limit`, from 1 to `most`."""
    value = request.query_params.get("limit")
    if value is None:
        return default
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= most:
        raise invalid("limit", f"limit must be a whole number from 1 to {most}")
    return int(value)


def page(
    request: Request, items: Sequence[T], view: Callable[[T], object], *, default: int = 10, most: int = 100
) -> Response:
    """Answer the page of a list that the request asks for."""
    limit = read_limit(request, default=default, most=most)
    start = _read_token(request.query_params.get("token"))
    more = start + limit < len(items)
    return json_response(
        {
            "data": [view(item) for item in items[start : start + limit]],
            "has_more": more,
            "next_token": _write_token(start + limit) if more else None,
        }
    )


def _write_token(start: int) -> str:
    return f"tok_{start:08x}"


def _read_token(token: str | None) -> int:
    if token is None:
        return 0
    if not re.fullmatch(r"tok_[0-9a-f]{8}", token):
        raise invalid("token", "token is not one that this API has given")
    return int(token[4:], 16)
