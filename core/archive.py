"""Keep the finished files: HeyGen's links die within days, so video, thumbnail and subtitles are downloaded."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from core.clock import utcnow
from core.download import Downloader, DownloadError
from core.errors import HeyGenError, PlaceError
from core.media import is_picture, is_subtitles, is_video
from core.models import Channel, Observation, Reel, ReelStatus
from core.place import Found
from core.processor import HeyGenVideoProcessor
from core.store.archive import ArchiveJob, KeptFile
from core.values import LOOPBACK

logger = logging.getLogger(__name__)

LEASE_S: Final = 2400.0
TRIES: Final = 14
FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 6 * 3600.0

KINDS: Final[tuple[tuple[str, str, str, Callable[[Path], bool]], ...]] = (
    ("video", "video_url", "video.mp4", is_video),
    ("captioned", "captioned_video_url", "captioned.mp4", is_video),
    ("thumbnail", "thumbnail_url", "thumbnail.jpg", is_picture),
    ("subtitles", "subtitle_url", "subtitles.srt", is_subtitles),
)


class Archivist:
    """Download what has been finished; safe to run in several processes at once."""

    def __init__(self, processor: HeyGenVideoProcessor, downloader: Downloader | None = None) -> None:
        self._processor = processor
        self._store = processor.store
        self._downloader = downloader

    def claim(self, now: datetime, limit: int) -> list[ArchiveJob]:
        """Lease downloads that are due."""
        return self._store.archive.claim(now=now, lease_s=LEASE_S, limit=limit)

    def keep(self, job: ArchiveJob) -> None:
        """Download what is missing of one reel, and write down what came of it."""
        for part in self._processor.files.workbench(job.reel_id).glob(".*.part"):
            part.unlink(missing_ok=True)  # left by a process that was killed: the lease is ours now
        reel = self._store.reels.get(job.reel_id)
        problem = None if reel.deleted_at else self._fetch_missing(reel)
        now = utcnow()
        last = job.attempts + 1 >= TRIES
        with self._store.transaction():
            if self._store.reels.get(job.reel_id).deleted_at:
                problem, last = "the reel was deleted", True
            elif problem is None:
                kept = self._store.archive.files(job.reel_id)
                sizes = {kind: file.bytes for kind, file in kept.items()}
                self._store.timeline.add(job.reel_id, now, "kept", **sizes)
            elif last:
                self._store.timeline.add(job.reel_id, now, "keep_failed", why=problem)
            again_at = None if problem is None or last else now + timedelta(seconds=_wait_s(job.attempts))
            self._store.archive.settle(job.reel_id, now=now, again_at=again_at, problem=problem)

    def _fetch_missing(self, reel: Reel) -> str | None:
        """Download each file that is not kept yet; return the last problem, or None."""
        problem = None
        for kind, field, name, is_right in KINDS:
            url = getattr(reel, field)
            if not url or kind in self._store.archive.files(reel.id or 0):
                continue
            try:
                self._fetch(reel, kind, url, name, is_right)
            except (DownloadError, PlaceError) as error:
                problem = f"{kind}: {error}"
                logger.info("Not kept yet: %s", problem, extra={"reel_id": reel.id})
                if isinstance(error, DownloadError) and error.stale:
                    reel = self._with_fresh_links(reel)
        return problem

    def _fetch(self, reel: Reel, kind: str, url: str, name: str, is_right: Callable[[Path], bool]) -> None:
        with self._processor.files.taking(reel.id or 0, name) as path:
            done = self._downloads().fetch(url, path, is_right)
        kept = KeptFile(kind=kind, name=name, bytes=done.bytes, sha256=done.sha256)
        self._store.archive.add(reel.id or 0, kept, utcnow())

    def _downloads(self) -> Downloader:
        if self._downloader is None:
            on_loopback = urlsplit(self._processor.client.base_url).hostname in LOOPBACK
            self._downloader = Downloader(loopback=on_loopback)
        return self._downloader

    def _with_fresh_links(self, reel: Reel) -> Reel:
        """Ask HeyGen for links that work; without an answer the old ones stay."""
        try:
            video = self._processor.look(reel.video_id or "", reel.account)
        except HeyGenError as error:
            logger.info("No fresh links: %s", error, extra={"reel_id": reel.id})
            return reel
        if reel.status is ReelStatus.COMPLETED:
            self._processor.apply(Observation(video=video, channel=Channel.RECOVERY, at=utcnow(), reason="links"))
        return self._store.reels.get(reel.id or 0)


def kept_file(processor: HeyGenVideoProcessor, reel_id: int, kind: str) -> Found | None:
    """Return the kept file of a kind, or None; raises PlaceError."""
    file = processor.store.archive.files(reel_id).get(kind)
    return None if file is None else processor.files.find(reel_id, file.name)


def _wait_s(attempts: int) -> float:
    return min(FIRST_WAIT_S * 3.0**attempts, LONGEST_WAIT_S)
