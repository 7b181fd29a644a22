"""What the simulator's journal shows: every delivery and its answer, and the tokens that were given out."""

from __future__ import annotations

import json
import re
import threading
from typing import Any, Final

import httpx

from tests.support.programs import Fake
from tests.torture.verdict import Answered

ROUTE: Final = re.compile(r"/webhooks/heygen(?:/reel/(\d+)(?:/([\w-]+))?)?$")
OVERLAP_S: Final = 30.0  # an attempt is written down when it has ended, with the moment at which it began


class Loot:
    """Follow the journal, which forgets, as long as the run lasts; `videos` may hold one twice."""

    def __init__(self, fake: Fake, believed: frozenset[str]) -> None:
        self._fake = fake
        self._believed = believed
        self._since = 0.0
        self._lock = threading.Lock()
        self._attempts: dict[tuple[str, int], dict[str, Any]] = {}
        self.tokens: dict[str, int] = {}
        self.videos: list[str] = []

    def collect(self) -> None:
        """Read what is new."""
        with self._lock:
            for entry in self._fetch("attempt"):
                self._attempts[entry["delivery_id"], entry["attempt"]] = entry
                self._since = max(self._since, entry["at"] - OVERLAP_S)
            for entry in self._fetch("request"):
                self._take_token(entry)
                self._since = max(self._since, entry["at"] - OVERLAP_S)

    def _fetch(self, kind: str) -> list[dict[str, Any]]:
        url = f"{self._fake.url}/_sim/journal"
        params = {"kind": kind, "since": str(self._since)}
        answer = httpx.get(url, params=params, timeout=120, trust_env=False)
        return answer.raise_for_status().json()["data"]  # type: ignore[no-any-return]

    def _take_token(self, entry: dict[str, Any]) -> None:
        if (entry["method"], entry["path"]) != ("POST", "/v3/videos"):
            return
        if found := ROUTE.search(_json(entry["body"]).get("callback_url") or ""):
            self.tokens[found[2]] = int(found[1])
        if video_id := (_json(entry["response"]).get("data") or {}).get("video_id"):
            self.videos.append(video_id)

    def attempts(self) -> list[dict[str, Any]]:
        """Return the attempts seen so far."""
        with self._lock:
            return list(self._attempts.values())

    def answers(self) -> list[Answered]:
        """Return what HeyGen's deliveries were answered, beside what they may be answered."""
        return [self._answer(entry) for entry in self.attempts()]

    def _answer(self, entry: dict[str, Any]) -> Answered:
        found = ROUTE.search(entry["url"])
        assert found is not None, entry["url"]
        genuine = entry["endpoint_id"] is None or _signing(entry) in self._believed
        return Answered(
            who="HeyGen",
            what=f"{entry['event_type']} ({entry['fault']})",
            reel_id=int(found[1]) if found[1] else None,
            body=entry["request"]["body"].encode(),
            status=entry["response"]["status"] if entry["response"] else None,
            allowed=frozenset({200} if genuine else {401}),
            auth="token" if found[2] else "signature",
        )


def _signing(entry: dict[str, Any]) -> str:
    """Return with which secret an attempt was signed; of two events that look alike, one true, its answer tells."""
    words = (entry["fault"] or "").split()
    answered = entry["response"] and entry["response"]["status"]
    if "forge=success" in words and entry["event_type"] == "avatar_video.success" and answered == 401:
        return "bad"
    return [word.removeprefix("sign=") for word in ("sign=current", *words) if word.startswith("sign=")][-1]


def _json(text: str | None) -> dict[str, Any]:
    try:
        return json.loads(text or "{}")  # type: ignore[no-any-return]
    except ValueError:  # the sender was killed before its body was complete, or the answer was a fault
        return {}
