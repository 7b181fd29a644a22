"""Lie to the receiver in every way we know, and write down each answer beside those that it may have."""

from __future__ import annotations

import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import httpx

from core.signature import sign
from tests.torture.loot import Loot
from tests.torture.verdict import Answered

MARKER: Final = "evil.invalid"
UNREADABLE: Final = (
    b"",
    b"[]",
    b"null",
    b"{",
    b'"avatar_video.success"',
    b'{"event_type":5}',
    b'{"event_type":"%s"}' % (b"a" * 300),
    b"[" * 30_000,
    b'{"event_type":"avatar_video.success","event_data":' + b'{"a":' * 9_000,
    b"\xff\xfe{}",
    b'{"event_type":"avatar_video.success","event_data":{"video_id":"\xff"}}',
    b"event_type=avatar_video.success",
    b"\0" * 100,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """Hold one request to make, and the answers that it may have."""

    what: str
    path: str
    body: bytes
    allowed: frozenset[int]
    headers: Mapping[str, str | bytes]
    reel_id: int | None = None
    method: str = "POST"


class Attacker(threading.Thread):
    """Attack until told to stop; it knows what was delivered, and at times more than an outsider could."""

    def __init__(self, url: str, secret: str, loot: Loot, random: Random, *, every_s: float) -> None:
        super().__init__(name="attacker")
        self.answers: list[Answered] = []
        self.counts: Counter[str] = Counter()
        self.ending = threading.Event()
        self.done = False
        self._http = httpx.Client(base_url=url, timeout=4.0, trust_env=False)
        self._secret = secret
        self._loot = loot
        self._random = random
        self._every_s = every_s
        self._kinds: tuple[Callable[[], Attack | None], ...] = (
            self._without_token,
            self._with_a_made_up_token,
            self._with_another_reels_token,
            self._with_a_made_up_signature,
            self._with_the_signature_of_another_body,
            self._signed_for_another_reel,
            self._signed_for_no_reel,
            self._signed_of_a_strangers_video,
            self._signed_of_an_unknown_event,
            self._signed_too_early,
            self._of_another_reels_video,
            self._too_early,
            self._too_early_in_old_words,
            self._unreadable,
            self._too_long,
            self._packed,
            self._in_another_charset,
            self._by_another_method,
            self._replayed,
            self._replayed,
        )

    def run(self) -> None:
        """Attack again and again."""
        with self._http:
            while not self.ending.wait(self._random.expovariate(1 / self._every_s)):
                attack = self._random.choice(self._kinds)()
                if attack is not None:
                    self._make(attack)
        self.done = True

    def _make(self, attack: Attack) -> None:
        try:
            answer = self._http.request(attack.method, attack.path, content=attack.body, headers=dict(attack.headers))
            status = answer.status_code
        except httpx.HTTPError:  # the process was just killed or paused
            status = None
        self.counts[attack.what] += 1
        self.answers.append(
            Answered(
                who="attacker",
                what=attack.what,
                reel_id=attack.reel_id,
                body=attack.body,
                status=status,
                allowed=attack.allowed,
                auth="token" if attack.path.count("/") == 5 else "signature",
            )
        )

    # What is lied

    def _lie(self, video_id: str | None = None, *, event: str | None = None) -> bytes:
        event = event or self._random.choice(("avatar_video.success", "avatar_video.fail"))
        salt = self._random.getrandbits(64)
        data = {"video_id": video_id, "url": f"https://{MARKER}/{salt}.mp4", "msg": f"{MARKER} {salt}"}
        return json.dumps({"event_type": event, "event_data": data}).encode()

    def _attempt(self) -> dict[str, Any] | None:
        attempts = self._loot.attempts()
        return self._random.choice(attempts) if attempts else None

    def _video(self) -> str | None:
        videos = self._loot.videos[-60:]
        return self._random.choice(videos) if videos else None

    def _token(self) -> tuple[str, int] | None:
        tokens = list(self._loot.tokens.items())
        return self._random.choice(tokens[-60:]) if tokens else None

    def _reel(self) -> int:
        token = self._token()
        return token[1] if token else self._random.randint(1, 50)

    def _signed(self, body: bytes) -> dict[str, str]:
        return {self._random.choice(("Signature", "Heygen-Signature")): sign(body, self._secret)}

    # Not believed

    def _without_token(self) -> Attack:
        reel_id = self._reel()
        path = f"/webhooks/heygen/reel/{reel_id}"
        return _attack("without token", path, self._lie(self._video()), 401)

    def _with_a_made_up_token(self) -> Attack:
        token = "".join(self._random.choices("abcdefghijklmnopqrstuvwxyz_-0123456789", k=43))
        return _attack("made-up token", f"/webhooks/heygen/reel/{self._reel()}/{token}", self._lie(self._video()), 401)

    def _with_another_reels_token(self) -> Attack | None:
        token = self._token()
        if token is None:
            return None
        reel_id = self._random.choice([token[1] + 1, token[1] - 1, 0, 10**17, 10**30])
        return _attack(
            "another reel's token", f"/webhooks/heygen/reel/{reel_id}/{token[0]}", self._lie(self._video()), 401
        )

    def _with_a_made_up_signature(self) -> Attack:
        name = self._random.choice(("Signature", "Heygen-Signature"))
        value = self._random.choice((b"", b"0" * 64, b"\xf1" * 8, b"sha256=" + b"a" * 64, b"," * 50))
        headers = {name: value}
        return _attack("made-up signature", "/webhooks/heygen", self._lie(self._video()), 401, headers=headers)

    def _with_the_signature_of_another_body(self) -> Attack:
        headers = self._signed(self._lie(self._video()))
        return _attack("another body's signature", "/webhooks/heygen", self._lie(self._video()), 401, headers=headers)

    # Authenticated, and still not true

    def _signed_for_another_reel(self) -> Attack | None:
        token, body = self._token(), self._lie(self._video())
        if token is None:
            return None
        path = f"/webhooks/heygen/reel/{token[1]}"
        headers = self._signed(body)
        return _attack("signed, another reel's video", path, body, 200, headers=headers, reel_id=token[1])

    def _signed_for_no_reel(self) -> Attack:
        body = self._lie(self._video())
        path = "/webhooks/heygen/reel/99999999"
        return _attack("signed, no such reel", path, body, 404, headers=self._signed(body))

    def _signed_of_a_strangers_video(self) -> Attack:
        body = self._lie(f"{self._random.getrandbits(128):032x}")
        return _attack("signed, a stranger's video", "/webhooks/heygen", body, 200, headers=self._signed(body))

    def _signed_too_early(self) -> Attack:
        """Claim the end of a video that may still be rendering."""
        body = self._lie(self._video())
        return _attack("signed, too early", "/webhooks/heygen", body, 200, headers=self._signed(body))

    def _signed_of_an_unknown_event(self) -> Attack:
        body = self._lie(self._video(), event=self._random.choice(("avatar_video_gif.success", "x", "batch.finished")))
        return _attack("signed, unknown event", "/webhooks/heygen", body, 200, headers=self._signed(body))

    def _of_another_reels_video(self) -> Attack | None:
        return self._by_token("token, another reel's video", self._lie(self._video()), 200)

    def _too_early(self) -> Attack | None:
        """Claim the end of the reel's own video, which may still be rendering."""
        token = self._token()
        own = [a["video_id"] for a in self._loot.attempts() if token and f"/{token[0]}" in a["url"]]
        return self._by_token("token, too early", self._lie(own[0] if own else None), 200)

    def _too_early_in_old_words(self) -> Attack | None:
        data = {"video_id": self._video(), "video_url": f"https://{MARKER}/old.mp4", "error": MARKER}
        body = json.dumps({"event": "avatar_video.success", "data": data, "n": self._random.random()}).encode()
        return self._by_token("token, older words", body, 200)

    def _replayed(self) -> Attack | None:
        """Send a delivery once more that was taken."""
        attempt = self._attempt()
        if attempt is None or attempt["response"] is None or attempt["response"]["status"] != 200:
            return None
        path = attempt["url"][attempt["url"].index("/webhooks") :]
        reel_id = int(path.split("/")[4]) if "/reel/" in path else None
        body = attempt["request"]["body"].encode()
        return _attack("replay", path, body, 200, headers=attempt["request"]["headers"], reel_id=reel_id)

    # Authenticated, and not readable

    def _unreadable(self) -> Attack | None:
        return self._by_token("unreadable", self._random.choice(UNREADABLE), 400)

    def _too_long(self) -> Attack | None:
        return self._by_token("too long", self._lie() + b" " * 70_000, 413)

    def _packed(self) -> Attack | None:
        return self._by_token("packed", gzip.compress(self._lie()), 415, headers={"Content-Encoding": "gzip"})

    def _in_another_charset(self) -> Attack | None:
        headers = {"Content-Type": "application/json; charset=utf-16"}
        return self._by_token("another charset", self._lie().decode().encode("utf-16"), 415, headers=headers)

    def _by_another_method(self) -> Attack:
        method = self._random.choice(("PUT", "DELETE", "PATCH"))
        path = f"/webhooks/heygen/reel/{self._reel()}"
        return Attack(what="another method", path=path, body=b"", allowed=frozenset({405}), headers={}, method=method)

    def _by_token(
        self, what: str, body: bytes, status: int, *, headers: Mapping[str, str | bytes] | None = None
    ) -> Attack | None:
        token = self._token()
        if token is None:
            return None
        path = f"/webhooks/heygen/reel/{token[1]}/{token[0]}"
        return _attack(what, path, body, status, headers=headers, reel_id=token[1])


def _attack(
    what: str,
    path: str,
    body: bytes,
    status: int,
    *,
    headers: Mapping[str, str | bytes] | None = None,
    reel_id: int | None = None,
) -> Attack:
    return Attack(what=what, path=path, body=body, allowed=frozenset({status}), headers=headers or {}, reel_id=reel_id)
