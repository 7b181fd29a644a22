"""The journal: every request received and every delivery attempted; the latest, as many as memory should hold."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

KEPT = 20_000
LARGEST = 128 * 1024 * 1024
COUNTED_EVERY = 500
LONGEST_BODY = 32_768
REAL_TIME = ("date", "last-modified", "etag")
DATED = "(a date)"
MASKED = ("x-api-key", "authorization")

Entry = dict[str, Any]


class Journal:
    """Keep entries in the order they began."""

    def __init__(self, kept: int = KEPT, largest: int = LARGEST) -> None:
        self._entries: deque[Entry] = deque()
        self._kept = kept
        self._largest = largest
        self._size = 0
        self._since_counted = 0

    def add(self, entry: Entry) -> Entry:
        """Write an entry and return it, to be completed later."""
        self._entries.append(entry)
        self._size += _size(entry)
        self._since_counted += 1
        if self._since_counted >= COUNTED_EVERY:  # answers are written into entries that are here already
            self._size, self._since_counted = sum(map(_size, self._entries)), 0
        while len(self._entries) > self._kept or (self._size > self._largest and len(self._entries) > 1):
            self._size -= _size(self._entries.popleft())
        return entry

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._size = 0

    def select(
        self,
        *,
        kind: str | None = None,
        video_id: str | None = None,
        since: float | None = None,
        limit: int | None = None,
    ) -> list[Entry]:
        """Return the entries that fit, oldest first; with `limit` the latest of them."""
        chosen = [
            entry
            for entry in self._entries
            if (kind is None or entry["kind"] == kind)
            and (since is None or entry["at"] >= since)
            and (video_id is None or _mentions(entry, video_id))
        ]
        return chosen if limit is None else chosen[len(chosen) - min(limit, len(chosen)) :]


def readable(body: bytes) -> str:
    """Return a body as text, cut when it is huge."""
    text = body[:LONGEST_BODY].decode("utf-8", "replace")
    return text if len(body) <= LONGEST_BODY else f"{text}… ({len(body)} bytes)"


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers with the keys to the account made unreadable."""
    return {name: "***" if name.lower() in MASKED else value for name, value in headers.items()}


def told(headers: Mapping[str, str]) -> dict[str, str]:
    """Return an answer's headers without real time, by which two journals of one seed would differ."""
    kept = {name: value for name, value in headers.items() if name not in REAL_TIME}
    return kept | {name: DATED for name, value in kept.items() if name == "retry-after" and not value.isdigit()}


def _mentions(entry: Entry, video_id: str) -> bool:
    if entry["kind"] == "attempt":
        return bool(entry["video_id"] == video_id)
    return any(video_id in (entry.get(part) or "") for part in ("path", "query", "body", "response"))


def _size(entry: Entry) -> int:
    """Return how much text an entry holds so far."""
    response = entry.get("response") or ""
    answered = response.get("body") or "" if isinstance(response, dict) else response
    return len((entry.get("request") or entry).get("body") or "") + len(answered)
