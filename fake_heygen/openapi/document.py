"""Assemble the document that /openapi.json answers."""

from __future__ import annotations

import re
from functools import cache
from http import HTTPStatus
from typing import Any

from fake_heygen.errors import STATUS_OF
from fake_heygen.openapi.operations import KEY, OPERATIONS, Operation
from fake_heygen.openapi.schemas import SCHEMAS
from fake_heygen.openapi.shapes import Schema, ref, text

EVERY_CALL = (400, 401, 413, 429, 500, 503)
TOLD = (
    "HeyGen's API v3 as this simulator plays it: no pixel of it is HeyGen's own, and any key but `invalid` is "
    "accepted. Of the kinds of video, `avatar` with a script is rendered."
)


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "HeyGen v3, simulated", "version": "3", "description": TOLD},
        "security": [{"ApiKey": []}, {"Bearer": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "ApiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
                "Bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": {"200": _response("What was asked for", operation.answer)}
        | {str(status): _refusal(status) for status in sorted({*EVERY_CALL, *operation.codes})},
    }
    if operation.body:
        content = {operation.media_type: {"schema": ref(operation.body)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": text(minLength=1)}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    in_query = [
        {"name": name, "in": "query", "required": name in operation.required_query, "schema": schema}
        for name, schema in operation.query
    ]
    keyed = [{"name": "Idempotency-Key", "in": "header", "required": False, "schema": KEY}] if operation.keyed else []
    return in_path + in_query + keyed


def _refusal(status: int) -> dict[str, Any]:
    codes = ", ".join(code for code, its_status in STATUS_OF.items() if its_status == status)
    return _response(f"{HTTPStatus(status).phrase}: {codes}", ref("Error"))


def _response(description: str, schema: Schema) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
