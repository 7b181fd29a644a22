"""Keep the reel that is being written: one idempotency key from the first letter until it is accepted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from core.errors import UnknownReel
from core.models import Reel, new_key
from core.product import Product
from core.store import ReelFilter

KEPT: Final = "draft"
TALLEST: Final = "9:16"


@dataclass(slots=True, kw_only=True)
class Draft:
    """Hold what a new reel starts from; `key` also names the form's fields, so that a new draft has empty ones."""

    key: str = field(default_factory=new_key)
    source: str = ""
    title: str = ""
    script: str = ""
    avatar_id: str = ""
    voice_id: str = ""
    aspect_ratio: str = TALLEST

    def name(self, part: str) -> str:
        """Return the key of one of the form's fields."""
        return f"{part}-{self.key}"


def current(product: Product) -> Draft:
    """Return the draft of this session; `?from=7` starts one from reel 7."""
    source = st.query_params.get("from", "")
    kept: Draft | None = st.session_state.get(KEPT)
    if kept is None or (source and source != kept.source):
        kept = _from_reel(product, source) if source else _next(product)
        st.session_state[KEPT] = kept
    return kept


def renew(reel: Reel) -> None:
    """Begin a new draft once the last one is accepted, with the same avatar, voice and shape."""
    st.session_state[KEPT] = Draft(**_choices(reel))


def _next(product: Product) -> Draft:
    latest = product.store.reels.page(ReelFilter(), 1)
    return Draft(**_choices(latest[0])) if latest else Draft()


def _from_reel(product: Product, source: str) -> Draft:
    try:
        reel = product.store.reels.get(int(source) if source.isascii() and source.isdigit() else 0)
    except UnknownReel:
        return Draft(source=source)
    return Draft(source=source, title=reel.title, script=reel.script, **_choices(reel))


def _choices(reel: Reel) -> dict[str, Any]:
    return {"avatar_id": reel.avatar_id, "voice_id": reel.voice_id, "aspect_ratio": reel.aspect_ratio}
