"""Batches: up to a hundred videos ordered in one call, and the event when the last of them has ended."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from fake_heygen.batch import Batch, Refused
from fake_heygen.clock import SimClock
from fake_heygen.creation import Answer, Creation, Place
from fake_heygen.errors import ApiError, invalid
from fake_heygen.fields import Fields
from fake_heygen.idempotency import read_key
from fake_heygen.order import read_object
from fake_heygen.refusals import CutOff
from fake_heygen.views import status_row
from fake_heygen.world import World

MOST_VIDEOS = 100
ENDED = ("completed", "failed", "not_found")


class Batches:
    """Handle the batches of one account."""

    def __init__(self, world: World, clock: SimClock, creation: Creation) -> None:
        self._world = world
        self._clock = clock
        self._creation = creation

    async def create(self, raw: bytes, key_header: str | None) -> Answer:
        """Answer POST /v3/videos/batches; a known key is given its first answer again."""
        key, keys = read_key(key_header), self._creation.keys
        if kept := keys.known(key):
            return Answer(status=kept.status, body=kept.told(raw))
        with keys.busy(key):
            fields = Fields(read_object(raw))
            videos, title, callback_url = _videos(fields), fields.text("title"), fields.url("callback_url")
            if self._world.scenario.strict:
                fields.refuse_unknown()
            batch = await self._fill(videos, title, callback_url)
            body = json.dumps({"data": self.view(batch)}, separators=(",", ":"))
            keys.remember(key, raw, body)
            return Answer(body=body)

    def view(self, batch: Batch) -> dict[str, Any]:
        """Return the object of GET /v3/videos/batches/{batch_id}."""
        now, items = self._clock.now(), []
        for index, video_id in enumerate(batch.video_ids):
            error = batch.refused.get(index)
            video = self._world.videos.get(video_id)
            row = status_row(video_id, video, now) if error is None else None
            items.append(
                {
                    "item_index": index,
                    "status": row["status"] if row else "failed" if error else "processing",
                    "video_id": video_id or None,
                    "error": {"code": error.code, "message": error.message} if error else row["error"] if row else None,
                }
            )
        counts = Counter(str(item["status"]) for item in items)
        return {
            "batch_id": batch.batch_id,
            "title": batch.title,
            "status": "completed" if all(item["status"] in ENDED for item in items) else "processing",
            "total_items": len(items),
            "counts_by_status": dict(counts),
            "items": items,
            "created_at": int(batch.created_at),
        }

    def finished(self, batch_id: str) -> tuple[dict[str, Any], str | None] | None:
        """Return what batch.finished says, and the batch's own address; None for a batch that is gone."""
        batch = self._world.batches.get(batch_id)
        if batch is None:
            return None
        view = self.view(batch)
        said = ("batch_id", "title", "status", "total_items", "counts_by_status")
        return {key: view[key] for key in said}, batch.callback_url

    async def _fill(self, videos: Sequence[dict[str, object]], title: str | None, callback_url: str | None) -> Batch:
        batch_id, ids, refused = self._world.name("batch")[:32], [], {}
        last_at: float | None = self._clock.now()
        for index, body in enumerate(videos):
            try:
                video = await self._creation.create_item(body, Place(batch_id=batch_id, item_index=index))
            except (ApiError, CutOff) as error:
                ids.append("")
                refused[index] = Refused(code=getattr(error, "code", "internal_error"), message=str(error))
                continue
            ids.append(video.video_id)
            last_at = None if last_at is None or video.fate.endless else max(last_at, video.ends_at)
        batch = Batch(
            batch_id=batch_id,
            title=title,
            callback_url=callback_url,
            created_at=self._clock.now(),
            video_ids=tuple(ids),
            refused=refused,
        )
        if last_at is not None:
            self._world.due.push(last_at, "batch_end", batch_id)
        return self._world.batches.put(batch_id, batch)


def _videos(fields: Fields) -> list[dict[str, object]]:
    videos = fields.rows("videos")
    if not 1 <= len(videos) <= MOST_VIDEOS:
        raise invalid("videos", f"videos must have 1 to {MOST_VIDEOS} items, got {len(videos)}")
    return videos
