"""Faults that change the JSON document of a delivery: which words it has and which are missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from fake_heygen.fate import at_point
from fake_heygen.faults import Point
from fake_heygen.vocabulary import Effect

Document = dict[str, Any]
KEPT = ("video_id", "url", "msg", "video_url", "error")


def told_document(body: str, effects: Iterable[Effect]) -> str:
    """Return the text of a delivery with these faults."""
    chosen = at_point(effects, Point.DOCUMENT)
    if not chosen:
        return body
    document: Document = json.loads(body)
    for effect in chosen:
        document = HOOKS[effect.name](document)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def nulled(document: Document) -> Document:
    """Set every field that may be null to null."""
    return _with_data(document, lambda data: {k: v if k in KEPT else None for k, v in data.items()})


def missing(document: Document) -> Document:
    """Leave every field out that may be missing."""
    return _with_data(document, lambda data: {k: v for k, v in data.items() if k in KEPT})


def anonymous(document: Document) -> Document:
    """Name no video."""
    return _with_data(document, lambda data: {k: v for k, v in data.items() if k != "video_id"})


def extra(document: Document) -> Document:
    """Add fields that nobody knows."""
    more = {"render_node": "gpu-17", "quality": {"score": 0.93, "flags": [None, True]}}
    return _with_data(document, lambda data: data | more) | {"api_version": "3.1", "tenant": {"id": 7}}


def older(document: Document) -> Document:
    """Write the words of the older documents."""
    if "event_data" not in document:
        return document
    renamed = {"url": "video_url", "msg": "error"}
    data = {renamed.get(key, key): value for key, value in document["event_data"].items()}
    rest = {key: value for key, value in document.items() if key not in ("event_type", "event_data")}
    return {"event": document["event_type"], "data": data} | rest


def bare(document: Document) -> Document:
    """Leave the event's id and time out."""
    return {key: value for key, value in document.items() if key not in ("event_id", "created_at")}


def flat(document: Document) -> Document:
    """Tell a failure in four other words."""

    def reworded(data: Document) -> Document:
        if "msg" not in data:
            return data
        message, rest = data["msg"], {key: value for key, value in data.items() if key != "msg"}
        reasons = {"error": message, "message": message, "failure_message": message, "failure_code": "rendering_failed"}
        return rest | reasons

    return _with_data(document, reworded)


def _with_data(document: Document, change: Callable[[Document], Document]) -> Document:
    key = "event_data" if "event_data" in document else "data"
    return document | {key: change(document[key])}


HOOKS: dict[str, Callable[[Document], Document]] = {
    "body=null": nulled,
    "body=missing": missing,
    "body=anonymous": anonymous,
    "body=extra": extra,
    "body=older": older,
    "body=bare": bare,
    "body=flat": flat,
}
