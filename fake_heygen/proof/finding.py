"""Findings of the checker: each a broken promise, with the video and the job concerned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from fake_heygen.proof.lateness import Lateness

KINDS = {
    "lost": "a video that was paid for and that the client does not know",
    "stuck": "a job that its client still believes unfinished although HeyGen has ended it",
    "wrong": "a job whose end or video is not the truth",
    "late": "an end that the client learned of later than allowed",
    "paid twice": "a second payment for a job that had, or was getting, its video",
    "forged accepted": "an end that the client believed before HeyGen had ended the video",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken promise; `job` and `video_id` are None where there is none."""

    kind: str
    reason: str
    job: str | None = None
    video_id: str | None = None

    def line(self) -> str:
        """Write it for people."""
        names = [f"job {self.job}"] if self.job else []
        names += [f"video {self.video_id}"] if self.video_id else []
        return f"{self.kind}: {', '.join(names) or 'nobody'}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the checker found; `unsent` counts the jobs that never reached HeyGen."""

    findings: tuple[Finding, ...]
    videos: int
    jobs: int
    unsent: int
    lateness: Lateness | None
    notes: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Say whether no promise was broken."""
        return not self.findings

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        counted = Counter(finding.kind for finding in self.findings)
        return {
            "sound": self.sound,
            "counts": {kind: counted[kind] for kind in KINDS},
            "findings": [asdict(finding) for finding in self.findings],
            "videos": self.videos,
            "jobs": self.jobs,
            "unsent": self.unsent,
            "lateness_s": asdict(self.lateness) if self.lateness else None,
            "notes": list(self.notes),
        }

    def lines(self) -> Iterator[str]:
        """Write it for people."""
        yield from (finding.line() for finding in self.findings)
        if late := self.lateness:
            figures = f"p50 {late.p50:g} s, p95 {late.p95:g} s, p99 {late.p99:g} s, longest {late.longest:g} s"
            yield f"known after the end ({late.count} jobs): {figures}"
        yield from (f"note: {note}" for note in self.notes)
        verdict = "sound" if self.sound else f"{len(self.findings)} findings"
        yield f"{self.jobs} jobs, {self.unsent} of them never sent, {self.videos} videos: {verdict}"
