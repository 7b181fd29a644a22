"""Bring reels into the states that pages show, and read what a page drew."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from streamlit.testing.v1 import AppTest

from core.models import Reel, ReelStatus, SendState
from core.product import Product

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
