"""Pages of a list: `limit`, and an opaque `token` that holds its place while rows come and go."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from fake_heygen.api.answers import json_response
from fake_heygen.api.guard import account_of
from fake_heygen.errors import invalid

T = TypeVar("T")
PREFIX = "tok_"
SEAL_BYTES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[T]):
    """Rows in their order; `key` names one, and `rank` grows along the list, also past rows that are gone."""

    items: Sequence[T]
    key: Callable[[T], str]
    rank: Callable[[T], int]


def fixed(items: Sequence[T], key: Callable[[T], str]) -> Listing[T]:
    """Return the listing of rows that never change."""
    places = {key(item): place for place, item in enumerate(items)}
    return Listing(items=items, key=key, rank=lambda item: places[key(item)])


def read_limit(request: Request, *, default: int, most: int) -> int:
    """Read `limit`, from 1 to `most`."""
    value = request.query_params.get("limit")
    if value is None:
        return default
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= most:
        raise invalid("limit", f"limit must be a whole number from 1 to {most}")
    return int(value)


def page(
    request: Request, listing: Listing[T], view: Callable[[T], object], *, default: int = 10, most: int = 100
) -> Response:
    """Answer the page of a list that the request asks for."""
    limit = read_limit(request, default=default, most=most)
    token = request.query_params.get("token")
    start = 0 if token is None else _after(listing, *_read_token(request, token))
    rows = listing.items[start : start + limit]
    more = start + limit < len(listing.items)
    return json_response(
        {
            "data": [view(row) for row in rows],
            "has_more": more,
            "next_token": _write_token(request, listing, rows[-1]) if more else None,
        }
    )


def _after(listing: Listing[T], rank: int, key: str) -> int:
    """Return where the rows after a row begin, though it may be gone by now."""
    for index, item in enumerate(listing.items):
        if listing.key(item) == key:
            return index + 1
    return next((index for index, item in enumerate(listing.items) if listing.rank(item) > rank), len(listing.items))


def _write_token(request: Request, listing: Listing[T], row: T) -> str:
    return _sealed(request, f"{listing.rank(row)}:{listing.key(row)}".encode())


def _read_token(request: Request, token: str) -> tuple[int, str]:
    try:
        place = urlsafe_b64decode(token.removeprefix(PREFIX) + "==")[SEAL_BYTES:]
        known = hmac.compare_digest(token.encode(), _sealed(request, place).encode())
    except ValueError:
        known = False
    if not known:
        raise invalid("token", "token is not one that this list has given")
    rank, _, key = place.decode().partition(":")
    return int(rank), key


def _sealed(request: Request, place: bytes) -> str:
    """Return the token that only this list of this account gives for a place."""
    seal = account_of(request).world.seal(request.url.path.encode() + b"\n" + place)
    return PREFIX + urlsafe_b64encode(seal[:SEAL_BYTES] + place).decode().rstrip("=")
