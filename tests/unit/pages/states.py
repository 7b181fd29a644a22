"""Bring reels into the states that pages show, and read what a page drew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node

from core.models import Reel, ReelStatus, SendState
from core.product import Product

NAMING = {"id", "queryParamKey", "field"}  # what no viewer reads
NAMES = ("board", "gallery", "meter", "picker", "preview", "story")


def stored(product: Product, **changes: Any) -> Reel:
    """Store a reel and bring it into a state."""
    asked = {name: changes.pop(name) for name in ("title", "script", "avatar_id", "voice_id") if name in changes}
    reel = product.processor.enqueue(Reel(**{"script": "Hola a todos.", "title": "Saludo", **asked}))
    return product.store.reels.save(reel, **changes) if changes else reel


def processing(product: Product, since_s: float = 5.0, **changes: Any) -> Reel:
    """Store a reel that HeyGen is making."""
    at = datetime.now(UTC) - timedelta(seconds=since_s)
    sent = {"status": ReelStatus.PROCESSING, "send_state": SendState.SENT, "submitted_at": at}
    return stored(product, **{**sent, "video_id": f"video-{since_s}", **changes})


def drawn(app: AppTest, name: str) -> list[dict[str, Any]]:
    """Return what the browser components of this name were given to draw."""
    found = [element.proto for element in app.get("bidi_component")]
    return [json.loads(proto.json) for proto in found if proto.component_name == name]


def texts(app: AppTest) -> str:
    """Return everything that is written on the page, for a search."""
    kinds = ("title", "header", "markdown", "caption", "text", "info", "warning", "error", "success")
    written = [str(element.value) for kind in kinds for element in app.get(kind)]
    labels = [element.label for kind in ("button", "metric", "text_input", "text_area") for element in app.get(kind)]
    return "\n".join([*written, *labels, *(json.dumps(d, ensure_ascii=False) for n in NAMES for d in drawn(app, n))])


def every_text(app: AppTest) -> set[str]:
    """Return every text that the page gave to the browser: labels, help, placeholders, options, what parts draw."""
    found: set[str] = set()
    for node in _nodes(app._tree):
        proto = getattr(node, "proto", None)
        for text in _strings(MessageToDict(proto) if isinstance(proto, Message) else None):
            found.update(line.strip() for line in text.splitlines())
    return found


def _nodes(block: Block) -> Iterator[Node]:
    for node in block.children.values():
        yield node
        if isinstance(node, Block):
            yield from _nodes(node)


def _strings(value: object) -> Iterator[str]:
    """Yield the texts of a value; what a component is given comes as JSON in a text."""
    if isinstance(value, str):
        try:
            held = json.loads(value) if value[:1] in "[{" else None
        except ValueError:
            held = None
        yield from [value] if held is None else _strings(held)
    elif isinstance(value, dict):
        yield from (text for name, one in value.items() if name not in NAMING for text in _strings(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in _strings(one))
