"""Signed links to files, as long as the real ones: they expire on the simulated clock and refuse any change."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from urllib.parse import parse_qsl, quote

LIFETIME_S = 7 * 86400
KEY_PAIR_ID = "K38HBHX5LX3X2H"
BLOCKS = 4


class Links:
    """Make and check links below one base address."""

    def __init__(self, base_url: str, seed: int) -> None:
        self.base_url = base_url
        self._key = hashlib.sha256(f"links:{seed}".encode()).digest()
        self._issued = 0

    def video(
        self, video_id: str, now: float, life_s: float = LIFETIME_S, *, captioned: bool = False, suffix: str = "mp4"
    ) -> str:
        """Return a fresh link to the film."""
        kind = "caption" if captioned else "video"
        return self._signed(f"/files/{kind}/{video_id}/{video_id}.{suffix}", now, life_s)

    def subtitles(self, video_id: str, now: float) -> str:
        """Return a fresh link to the subtitles."""
        return self._signed(f"/files/subtitle/{video_id}/{video_id}.srt", now)

    def thumbnail(self, video_id: str, now: float) -> str:
        """Return a fresh link to the still picture."""
        return self._signed(f"/files/thumbnail/{video_id}/{video_id}.jpg", now)

    def page(self, video_id: str) -> str:
        """Return the address of a video's own page, which says that it is simulated."""
        return f"{self.base_url}/pages/{video_id}"

    def public(self, path: str) -> str:
        """Return the address of a file that needs no signature."""
        return f"{self.base_url}/files/{path}"

    def allows(self, path: str, query: str, now: float) -> bool:
        """Say whether a link was made here, is unchanged to the letter and has not expired."""
        given = dict(parse_qsl(query))
        expires, issue = given.get("Expires", ""), given.get("Issue", "")
        if not expires.isascii() or not expires.isdigit() or now >= int(expires):
            return False
        return hmac.compare_digest(self._query(path, expires, issue).encode(), query.encode())

    def _signed(self, path: str, now: float, life_s: float = LIFETIME_S) -> str:
        self._issued += 1
        query = self._query(path, str(int(now + life_s)), f"{self._issued:08x}")
        return f"{self.base_url}{path}?{query}"

    def _query(self, path: str, expires: str, issue: str) -> str:
        disposition = quote(f"attachment; filename*=UTF-8''{path.rpartition('/')[2]};", safe="")
        signature = self._signature(path, expires, issue)
        return (
            f"response-content-disposition={disposition}&Issue={issue}"
            f"&Expires={expires}&Signature={signature}&Key-Pair-Id={KEY_PAIR_ID}"
        )

    def _signature(self, path: str, expires: str, issue: str) -> str:
        blocks = (f"{block}:{path}:{expires}:{issue}".encode() for block in range(BLOCKS))
        raw = b"".join(hmac.new(self._key, block, hashlib.sha512).digest() for block in blocks)
        return urlsafe_b64encode(raw).decode().replace("=", "~")
