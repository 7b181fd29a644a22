"""Keep HeyGen's avatars and voices at hand, so that a page never waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from core.accounts import fact
from core.heygen import HeyGenClient
from core.parsing import maybe_text
from core.store import Store

CATALOGUE: Final = "catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Avatar:
    """Hold a look; its id is what a video wants as avatar_id."""

    id: str
    name: str
    gender: str | None = None
    preview_image_url: str | None = None
    orientation: str | None = None
    default_voice_id: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Hold a voice."""

    id: str
    name: str
    language: str | None = None
    gender: str | None = None
    preview_audio_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Hold what can be chosen, when it was fetched (None: not yet)."""

    avatars: tuple[Avatar, ...] = ()
    voices: tuple[Voice, ...] = ()
    fetched_at: datetime | None = None


def read(store: Store, account: str = "") -> Catalogue:
    """Return the catalogue of an account as it was last fetched; never waits for HeyGen."""
    name = fact(CATALOGUE, account)
    data = store.facts.get(name)
    if data is None:
        return Catalogue()
    return Catalogue(
        avatars=tuple(Avatar(**{**row, "tags": tuple(row["tags"])}) for row in data["avatars"]),
        voices=tuple(Voice(**row) for row in data["voices"]),
        fetched_at=store.facts.set_at(name),
    )


def refresh(store: Store, client: HeyGenClient, now: datetime, account: str = "") -> Catalogue:
    """Fetch the catalogue of an account and keep it; raises HeyGenError."""
    avatars = [_avatar(row) for row in client.looks() if maybe_text(row, "id")]
    voices = [_voice(row) for row in client.voices() if maybe_text(row, "voice_id", "id")]
    kept = {"avatars": [asdict(a) for a in avatars], "voices": [asdict(v) for v in voices]}
    store.facts.put(fact(CATALOGUE, account), kept, now)
    return Catalogue(avatars=tuple(avatars), voices=tuple(voices), fetched_at=now)


def _avatar(row: Mapping[str, Any]) -> Avatar:
    tags = row.get("tags")
    return Avatar(
        id=str(row["id"]),
        name=maybe_text(row, "name") or str(row["id"]),
        gender=maybe_text(row, "gender"),
        preview_image_url=maybe_text(row, "preview_image_url"),
        orientation=maybe_text(row, "preferred_orientation"),
        default_voice_id=maybe_text(row, "default_voice_id"),
        tags=tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
    )


def _voice(row: Mapping[str, Any]) -> Voice:
    voice_id = maybe_text(row, "voice_id", "id") or ""
    return Voice(
        id=voice_id,
        name=maybe_text(row, "name") or voice_id,
        language=maybe_text(row, "language"),
        gender=maybe_text(row, "gender"),
        preview_audio_url=maybe_text(row, "preview_audio_url"),
    )
