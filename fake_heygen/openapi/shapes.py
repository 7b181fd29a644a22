"""Build JSON schemas in few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Schema = dict[str, Any]

ANY: Schema = {}
TRUTH: Schema = {"type": "boolean"}


def text(**limits: Any) -> Schema:
    """Return the schema of a string."""
    return {"type": "string"} | limits


def choice(words: Sequence[str]) -> Schema:
    """Return the schema of one of some words."""
    return {"type": "string", "enum": list(words)}


def whole(**limits: Any) -> Schema:
    """Return the schema of a whole number."""
    return {"type": "integer"} | limits


def number(low: float | None = None, high: float | None = None) -> Schema:
    """Return the schema of a number."""
    bounds = {"minimum": low, "maximum": high}
    return {"type": "number"} | {key: bound for key, bound in bounds.items() if bound is not None}


def maybe(schema: Schema) -> Schema:
    """Return the schema of something that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def rows(schema: Schema, **limits: Any) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema} | limits


def record(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object, whose further fields are open."""
    return {"type": "object", "properties": required | (optional or {}), "required": list(required)}


def ref(name: str) -> Schema:
    """Return a reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def enveloped(schema: Schema) -> Schema:
    """Return the schema of HeyGen's envelope around one object."""
    return record({"data": schema}, {"warning": ANY})


def page(schema: Schema) -> Schema:
    """Return the schema of a page of a list."""
    return record({"data": rows(schema), "has_more": TRUTH, "next_token": maybe(text())})
