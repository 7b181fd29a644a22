"""Strict mode for the query: a parameter that HeyGen does not know is refused, as unknown fields of a body are."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.routing import compile_path
from starlette.types import Scope

from fake_heygen.errors import invalid
from fake_heygen.openapi.operations import OPERATIONS

KNOWN = [
    (compile_path(operation.path)[0], operation.method.upper(), {name for name, _ in operation.query})
    for operation in OPERATIONS
]


def refuse_unknown_query(scope: Scope) -> None:
    """Refuse a parameter that the route does not take; what has no route is left to the router."""
    known = next(
        (names for path, method, names in KNOWN if method == scope["method"] and path.match(scope["path"])), None
    )
    if known is None:
        return
    given = (name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    if unknown := next((name for name in given if name not in known), None):
        raise invalid(unknown, f"unknown query parameter {unknown} (strict)")
