"""A batch of videos, as it was ordered."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why an item of a batch became no video."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The videos of one call, in order; a refused item has an empty id."""

    batch_id: str
    title: str | None
    callback_url: str | None
    created_at: float
    video_ids: tuple[str, ...]
    refused: dict[int, Refused] = field(default_factory=dict)
