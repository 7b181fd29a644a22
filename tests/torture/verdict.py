"""Compare what the product keeps with what truly happened: pure. Every broken promise is one finding."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

KINDS: Final = {
    "lost": "an accepted reel, or a paid video, that the store does not know",
    "stuck": "a reel that has not come to rest although HeyGen ended it",
    "wrong": "a reel whose state or video is not the truth",
    "charged twice": "a second payment for an attempt, or for a video that succeeded",
    "forged accepted": "a lie that changed a reel or was answered as if believed",
    "refused": "a genuine delivery, or a lawful request, with an answer that it must not have",
    "unrecorded": "an answer 200 whose raw body is not in the store",
    "timeline": "a history out of order, doubled, or going on after the end",
    "log": "a traceback, a locked database or an end that nobody caused",
    "secret": "a key, a signing secret or a token where it must not be",
}
STATES: Final = ("pending", "processing", "completed", "failed", "timed_out")
NEXT: Final = {
    None: {"pending"},
    "pending": {"processing", "failed"},
    "processing": {"completed", "failed", "timed_out"},
    "timed_out": {"completed", "failed", "pending"},
    "failed": {"completed", "pending"},
    "completed": set(),
}
BEFORE_ITS_TIME_S: Final = 0.1
NOISE: Final = ("Traceback", "database is locked", "CRITICAL", "Exception ignored")
Findings = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """Hold the truth of one video, from the ledger.

    `outcome` is None for one that HeyGen never ends; of one without `has_link` it never says where the film is.
    """

    video_id: str
    title: str
    key: str | None
    outcome: str | None
    terminal_at: float | None = None
    created_at: float = 0.0
    charges: int = 1
    has_link: bool = True

    @property
    def can_be_known(self) -> bool:
        """Tell whether its end can be learned."""
        return self.outcome == "failed" or (self.outcome == "completed" and self.has_link)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Hold one entry of a timeline; `at` in unix seconds."""

    id: int
    at: float
    kind: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Hold a reel as the store keeps it; `words` is all its text, `past` the videos of earlier attempts."""

    id: int
    title: str
    status: str
    key: str = ""
    attempt: int = 1
    video_id: str | None = None
    past: tuple[str, ...] = ()
    detected_by: str | None = None
    detected_at: float | None = None
    video_url: str | None = None
    words: str = ""
    timeline: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Hold a delivery as the store keeps it."""

    reel_id: int | None
    body: bytes
    auth: str = "token"
    seen: int = 1
    verdict: str = "applied"
    video_id: str | None = None
    waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Hold one request that somebody made and its answer; `allowed` are the answers that it may have.

    Of a body that is not `exact` only an impression is known, so it cannot be looked for.
    """

    who: str
    what: str
    reel_id: int | None
    body: bytes
    status: int | None
    allowed: frozenset[int]
    auth: str = "token"
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """Hold one submission: all of its titles are stored, or none where it was cut off before it answered."""

    titles: tuple[str, ...]
    acknowledged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Hold everything that is known of a run. From `skewed_from` on the simulated clock was moved."""

    submitted: tuple[Submitted, ...] = ()
    videos: tuple[Video, ...] = ()
    reels: tuple[Kept, ...] = ()
    deliveries: tuple[Recorded, ...] = ()
    answers: tuple[Answered, ...] = ()
    logs: Mapping[str, str] = field(default_factory=dict)
    stored: bytes = b""
    secrets: Mapping[str, str] = field(default_factory=dict)  # value → what it is
    marker: str = ""
    skewed_from: float | None = None
    complaints: tuple[tuple[str, str], ...] = ()


def judge(history: History) -> dict[str, list[str]]:
    """Return the findings of each kind; a run is good when every list is empty."""
    findings: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for part in (_lost, _ends, _paid, _forged, _answers, _recorded, _timelines, _logs, _secrets):
        for kind, text in part(history):
            findings[kind].append(text)
    for kind, text in history.complaints:
        findings[kind].append(text)
    return findings


def _lost(history: History) -> Findings:
    kept = Counter(reel.title for reel in history.reels)
    for submission in history.submitted:
        missing = [title for title in submission.titles if not kept[title]]
        if missing and (submission.acknowledged or len(missing) < len(submission.titles)):
            yield "lost", f"{len(missing)} of {len(submission.titles)} reels of a submission: {missing[:3]}"
    for title, times in kept.items():
        if times > 1:
            yield "wrong", f"{title}: stored {times} times"
    for video in history.videos:
        if not kept[video.title]:
            yield "lost", f"video {video.video_id} was paid for {video.title!r}, which no reel has"


def _ends(history: History) -> Findings:
    truth = {video.video_id: video for video in history.videos}
    by_key = {video.key: video for video in history.videos if video.key}
    for reel in history.reels:
        name = f"reel {reel.id} ({reel.title}, {reel.status})"
        if reel.video_id is None:
            yield from _without_video(reel, name, by_key.get(reel.key))
            continue
        video = truth.get(reel.video_id)
        if video is None or video.title != reel.title:
            yield "wrong", f"{name}: its video {reel.video_id} is {'nobody' if video is None else video.title}'s"
        elif not video.can_be_known and reel.status not in {"processing", "timed_out"}:
            yield "wrong", f"{name}: HeyGen never said that it ended"
        elif video.can_be_known and reel.status in {"pending", "processing", "timed_out"}:
            yield "stuck", f"{name}: HeyGen says {video.outcome}"
        elif video.can_be_known and reel.status != video.outcome:
            yield "wrong", f"{name}: HeyGen says {video.outcome}"
        elif reel.status == "completed" and not reel.video_url:
            yield "wrong", f"{name}: no link"


def _without_video(reel: Kept, name: str, paid: Video | None) -> Findings:
    if paid is not None:
        yield "lost", f"{name}: {paid.video_id} was paid for with its present key, and it does not know"
    if reel.status in {"completed", "processing", "timed_out"}:
        yield "wrong", f"{name}: without a video"
    elif reel.status == "pending":
        yield "stuck", f"{name}: never handed to HeyGen"


def _paid(history: History) -> Findings:
    of_title: dict[str, list[Video]] = defaultdict(list)
    for video in history.videos:
        of_title[video.title].append(video)
        if video.charges > 1:
            yield "charged twice", f"video {video.video_id}: {video.charges} charges"
    for key, times in Counter(video.key for video in history.videos if video.key).items():
        if times > 1:
            yield "charged twice", f"key {key}: {times} videos"
    for reel in history.reels:
        videos = of_title[reel.title]
        known = {reel.video_id, *reel.past}
        if len(videos) > reel.attempt:
            yield "charged twice", f"reel {reel.id} ({reel.title}): {len(videos)} videos in {reel.attempt} attempts"
        for video in videos:
            if video.video_id not in known:
                yield "lost", f"reel {reel.id} ({reel.title}): video {video.video_id} was paid for and is not known"
            if video.video_id in reel.past and video.outcome == "completed":
                yield "charged twice", f"reel {reel.id} ({reel.title}): {video.video_id} succeeded and was made again"


def _forged(history: History) -> Findings:
    truth = {video.video_id: video for video in history.videos}
    for reel in history.reels:
        if history.marker and history.marker in reel.words:
            yield "forged accepted", f"reel {reel.id} ({reel.title}) carries what the attacker wrote"
        video = truth.get(reel.video_id or "")
        ended = None if video is None else video.terminal_at
        if ended is None or reel.detected_at is None or reel.status not in {"completed", "failed"}:
            continue
        early_s = ended - reel.detected_at
        if early_s > BEFORE_ITS_TIME_S and not (history.skewed_from and ended > history.skewed_from):
            yield "forged accepted", f"reel {reel.id} ({reel.title}): {reel.status} {early_s:.3f} s before it was true"


def _answers(history: History) -> Findings:
    for answer in history.answers:
        if answer.status is None or answer.status == 503 or answer.status in answer.allowed:
            continue
        lie = answer.who == "attacker" and answer.status < 300
        kind = "forged accepted" if lie else "refused"
        yield kind, f"{answer.who}: {answer.what} on reel {answer.reel_id} was answered {answer.status}"


def _recorded(history: History) -> Findings:
    acknowledged = Counter(_address(answer) for answer in history.answers if answer.status == 200 and answer.exact)
    recorded: Counter[tuple[str, int | None, bytes]] = Counter()
    endless = {video.video_id for video in history.videos if not video.can_be_known}
    video_of = {reel.id: reel.video_id for reel in history.reels}
    for delivery in history.deliveries:
        recorded[_address(delivery)] += delivery.seen
        about = delivery.video_id or video_of.get(delivery.reel_id or 0)
        if delivery.waiting and not (delivery.verdict == "unconfirmed" and about in endless):
            yield "stuck", f"a delivery to reel {delivery.reel_id} is not worked off: {delivery.body[:120]!r}"
        own = delivery.video_id is not None and delivery.video_id == video_of.get(delivery.reel_id or 0)
        if own and delivery.auth == "token" and delivery.verdict == "other_video":
            yield "wrong", f"news of reel {delivery.reel_id}'s own video {about} was put aside as another's"
    for (auth, reel_id, body), times in acknowledged.items():
        stands = recorded[auth, reel_id, body]
        if stands < times:
            yield "unrecorded", f"reel {reel_id} ({auth}): {times} answers 200, recorded {stands} times: {body[:120]!r}"


def _address(request: Answered | Recorded) -> tuple[str, int | None, bytes]:
    """Tell requests apart; a signed one may be given its reel only when it is worked off."""
    return request.auth, request.reel_id if request.auth == "token" else None, request.body


def _timelines(history: History) -> Findings:
    applied = Counter(delivery.video_id for delivery in history.deliveries if delivery.verdict == "applied")
    nameless = {d.reel_id for d in history.deliveries if d.verdict == "applied" and d.video_id is None}
    for reel in history.reels:
        name = f"reel {reel.id} ({reel.title})"
        states = [entry for entry in reel.timeline if entry.kind in STATES]
        before: Entry | None = None
        for entry in states:
            if entry.kind not in NEXT[before.kind if before else None]:
                yield "timeline", f"{name}: {before.kind if before else 'nothing'} → {entry.kind}"
            before = entry
        if before is None or before.kind != reel.status:
            yield "timeline", f"{name}: is {reel.status}, its timeline ends in {before.kind if before else 'nothing'}"
        written = [entry.kind for entry in sorted(states, key=lambda entry: entry.id)]
        if written != [entry.kind for entry in states]:
            yield "timeline", f"{name}: shown as {[e.kind for e in states]}, written as {written}"
        by_webhook = reel.detected_by == "webhook"
        brought = applied[reel.video_id] or int(by_webhook and reel.id in nameless)
        if reel.video_id is not None and brought != by_webhook:
            yield "timeline", f"{name}: learned by {reel.detected_by}, {brought} deliveries applied"


def _logs(history: History) -> Findings:
    for name, text in history.logs.items():
        for line in text.splitlines():
            if any(noise in line for noise in NOISE):
                yield "log", f"{name}: {line[:300]}"


def _secrets(history: History) -> Findings:
    places = {"the store": history.stored} | {name: text.encode() for name, text in history.logs.items()}
    wanted = {value.encode(): what for value, what in history.secrets.items()}
    for place, data in places.items():
        for value in _held(data, wanted):
            yield "secret", f"{place}: {wanted[value]}"


def _held(data: bytes, wanted: Iterable[bytes]) -> set[bytes]:
    """Return which of many secrets (of letters, digits, _ and -) stand in the data, looking through it once."""
    values = set(wanted)
    lengths = {len(value) for value in values}
    found: set[bytes] = set()
    for run in re.findall(rb"[\w-]{12,}", data):
        for length in lengths:
            windows = (run[start : start + length] for start in range(len(run) - length + 1))
            found.update(window for window in windows if window in values)
    return found
