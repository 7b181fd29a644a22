"""A client's history: what it believes of its jobs, in our own words or as JSON lines that any client can write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fake_heygen.proof.moment import read_moment

ENDED = ("completed", "failed")
OWN_ENTRIES = ("processing", "retry")  # a webhook's entry may name a video that is not the reel's
STATES = ("pending", "processing", *ENDED, "timed_out")
Line = Mapping[str, object]


class HistoryError(ValueError):
    """Say which line of a history cannot be read, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job as its client knows it. `videos` are all it ever asked for, `known_at` when it learned of the end.

    `went_back` tells of an end that the client took back for the same video.
    """

    job: str
    status: str
    video_id: str | None = None
    videos: frozenset[str] = field(default_factory=frozenset)
    key: str | None = None
    known_at: float | None = None
    went_back: str | None = None

    @property
    def ended(self) -> bool:
        """Say whether the client believes that the job has come to its end."""
        return self.status in ENDED


def read_history(text: str) -> list[Job]:
    """Read `python -m core list --json`, `show --json`, a list of several, or JSON lines.

    A job that has several lines is read as it changed: the last line is what the client believes.
    """
    jobs: dict[str, Job] = {}
    for number, line in _lines(text):
        try:
            job = _neutral(line) if "job" in line else _ours(line)
        except ValueError as error:
            raise HistoryError(f"line {number} of the history: {error}") from error
        jobs[job.job] = _after(jobs[job.job], job) if job.job in jobs else job
    return list(jobs.values())


def _lines(text: str) -> Iterator[tuple[int, Line]]:
    for number, item in enumerate(_items(text), 1):
        if not isinstance(item, dict):
            raise HistoryError(f"line {number} of the history is no JSON object")
        yield number, item


def _items(text: str) -> Iterable[object]:
    try:
        whole = json.loads(text)
    except ValueError:
        return _parsed_lines(text)
    return whole if isinstance(whole, list) else [whole]


def _parsed_lines(text: str) -> Iterator[object]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except ValueError as error:
            raise HistoryError(f"line {number} of the history is no JSON: {error}") from error


def _neutral(line: Line) -> Job:
    video_id = _text(line, "video_id")
    videos = line.get("videos") or []
    if not isinstance(videos, list) or not all(isinstance(video, str) for video in videos):
        raise ValueError("videos must be a list of video ids")
    return Job(
        job=str(line["job"]),
        status=_status(line),
        video_id=video_id,
        videos=frozenset(videos) | ({video_id} if video_id else set()),
        key=_text(line, "key"),
        known_at=read_moment(line.get("known_at")),
    )


def _ours(line: Line) -> Job:
    """Read a reel of `python -m core`; its timeline, where `show` gave it, tells of earlier videos."""
    if "id" not in line:
        raise ValueError("a line needs `job` (or `id`, as a reel of `python -m core` has)")
    video_id = _text(line, "video_id")
    timeline = line.get("timeline")
    entries = timeline if isinstance(timeline, list) else []
    details = [entry.get("detail") or {} for entry in entries if entry.get("kind") in OWN_ENTRIES]
    earlier = {detail["video_id"] for detail in details if isinstance(detail.get("video_id"), str)}
    status = _status(line)
    return Job(
        job=str(line["id"]),
        status=status,
        video_id=video_id,
        videos=frozenset(earlier | ({video_id} if video_id else set())),
        known_at=read_moment(line.get("detected_at")) if status in ENDED else None,
    )


def _after(before: Job, job: Job) -> Job:
    """Join what a client wrote earlier with what it writes now."""
    same_video = before.video_id == job.video_id
    back = before.went_back
    if same_video and before.ended and job.status != before.status:
        back = back or f"went from {before.status} to {job.status}"
    if same_video and before.status == job.status and before.known_at is not None:
        job = replace(job, known_at=before.known_at)
    return replace(job, videos=before.videos | job.videos, key=job.key or before.key, went_back=back)


def _status(line: Line) -> str:
    status = line.get("status")
    if status not in STATES:
        raise ValueError(f"status must be one of {', '.join(STATES)}, got {status!r}")
    return str(status)


def _text(line: Line, key: str) -> str | None:
    value = line.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} must be a text or null, got {value!r}")
    return value or None
