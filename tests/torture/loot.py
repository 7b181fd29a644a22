"""What the simulator's journal shows: every delivery and its answer, and the tokens that were given out."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from typing import Any, Final

import httpx

from tests.support.programs import Fake
from tests.torture.verdict import Answered

ROUTE: Final = re.compile(r"/webhooks/heygen(?:/reel/(\d+)(?:/([\w-]+))?)?$")
ROUGHLY: Final = re.compile(r"\ufffd|… \(\d+ bytes\)$")  # how the journal shows what is no text or is too long
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
        body = entry["request"]["body"]
        return Answered(
            who="HeyGen",
            what=f"{entry['event_type']} ({entry['fault']})",
            reel_id=int(found[1]) if found[1] else None,
            body=body.encode(),
            status=entry["response"]["status"] if entry["response"] else None,
            allowed=allowed(entry, self._believed),
            auth="token" if found[2] else "signature",
            exact=not ROUGHLY.search(body),
        )


def allowed(entry: Mapping[str, Any], believed: frozenset[str]) -> frozenset[int]:
    """Return what an attempt may be answered: a true one 200 and nothing else, a spoilt one also a refusal."""
    words = [word.partition("=") for word in (entry["fault"] or "").split() if "=" in word]
    keys = {key for key, _, _ in words}
    answers = {200}
    if keys & {"body", "wire"}:
        answers |= {400, 408, 413, 415}
    if entry["endpoint_id"] is None:
        return frozenset(answers)
    signed = [value.partition(":")[0] for key, _, value in words if key == "sign"]
    if "forge" in keys or len(signed) > 1:
        return frozenset(answers | {401})
    return frozenset(answers if believed.issuperset(signed) else answers - {200} | {401})


def _json(text: str | None) -> dict[str, Any]:
    try:
        return json.loads(text or "{}")  # type: ignore[no-any-return]
    except ValueError:  # the sender was killed before its body was complete, or the answer was a fault
        return {}
