"""Compare a client's history with the truth of the ledger: pure, and the same for every client."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fake_heygen.proof.finding import Finding, Report
from fake_heygen.proof.history import Job
from fake_heygen.proof.lateness import Lateness
from fake_heygen.proof.truth import Ledger, Truth

TOLERANCE_S = 1.0
GIVEN_UP_AFTER_S = 3600.0
OTHER_CLOCK = "the simulator's clock is not the client's (moved, frozen or sped up): times were not compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What counts: `grace_s` after an end it must be known, `late_s` is how late an end may be learned of, if given."""

    grace_s: float = 0.0
    late_s: float | None = None


def check(ledger: Ledger, jobs: Sequence[Job], rules: Rules | None = None) -> Report:
    """Return every broken promise, those of videos first."""
    rules = rules or Rules()
    truth = {row.video_id: row for row in ledger.rows}
    owners = _owners(ledger, jobs)
    findings = [*_lost(ledger, jobs, owners), *_paid_twice(ledger, jobs)]
    for job in jobs:
        findings += _ends(job, truth, ledger, rules)
    findings += _shared(owners)
    known_s = [seconds for job in jobs if (seconds := _known_after_s(job, truth, ledger)) is not None]
    return Report(
        findings=tuple(findings),
        videos=len(ledger.rows),
        jobs=len(jobs),
        unsent=sum(1 for job in jobs if not job.videos),
        lateness=Lateness.of(known_s),
        notes=() if ledger.same_clock else (OTHER_CLOCK,),
    )


def _owners(ledger: Ledger, jobs: Sequence[Job]) -> Mapping[str, list[Job]]:
    known: dict[str, list[Job]] = {row.video_id: [] for row in ledger.rows}
    for job in jobs:
        for video_id in job.videos:
            known.setdefault(video_id, []).append(job)
    return known


def _lost(ledger: Ledger, jobs: Sequence[Job], owners: Mapping[str, list[Job]]) -> Iterator[Finding]:
    by_key = {job.key: job for job in jobs if job.key}
    for row in ledger.rows:
        if owners[row.video_id]:
            continue
        job = by_key.get(row.callback_id or "", by_key.get(row.idempotency_key or ""))
        about = f" ({row.title!r})" if row.title else ""
        reason = f"paid for, and its job does not know it{about}" if job else f"paid for, and no job knows it{about}"
        yield Finding(kind="lost", job=job.job if job else None, video_id=row.video_id, reason=reason)


def _paid_twice(ledger: Ledger, jobs: Sequence[Job]) -> Iterator[Finding]:
    for row in ledger.rows:
        if row.charges > 1:
            yield Finding(kind="paid twice", video_id=row.video_id, reason=f"charged {row.charges} times")
    for job, rows in _payments(ledger, jobs):
        for before, row in pairwise(rows):
            if _in_vain(before, row):
                continue
            state = before.outcome or "still rendering"
            reason = f"paid for again although {before.video_id} was {state}"
            yield Finding(kind="paid twice", job=job, video_id=row.video_id, reason=reason)


def _payments(ledger: Ledger, jobs: Sequence[Job]) -> Iterator[tuple[str | None, list[Truth]]]:
    """Yield what was paid for each job, by the job's own word or by the name that the requests share."""
    claimed = {video_id: job.job for job in jobs for video_id in job.videos}
    named = {job.key: job.job for job in jobs if job.key}
    named |= {_name(row): claimed[row.video_id] for row in ledger.rows if row.video_id in claimed}
    groups: defaultdict[tuple[str, str], list[Truth]] = defaultdict(list)
    for row in sorted(ledger.rows, key=lambda row: row.created_at):
        job = claimed.get(row.video_id) or named.get(_name(row))
        groups[("job", job) if job else ("name", _name(row))].append(row)
    for (kind, name), rows in groups.items():
        yield (name if kind == "job" else None), rows


def _name(row: Truth) -> str:
    return row.callback_id or row.idempotency_key or row.video_id


def _in_vain(before: Truth, after: Truth) -> bool:
    """Say whether a payment was lawfully followed by another: it had failed, or was given up after a long wait."""
    if before.failed:
        return before.terminal_at is None or before.terminal_at <= after.created_at + TOLERANCE_S
    return before.outcome is None and after.created_at - before.created_at >= GIVEN_UP_AFTER_S


def _ends(job: Job, truth: Mapping[str, Truth], ledger: Ledger, rules: Rules) -> Iterator[Finding]:
    names = {"job": job.job, "video_id": job.video_id}
    if job.went_back:
        yield Finding(kind="wrong", reason=job.went_back, **names)
    if job.video_id is None:
        if job.status in ("completed", "processing", "timed_out"):
            yield Finding(kind="wrong", reason=f"says {job.status} and has no video", **names)
        return
    row = truth.get(job.video_id)
    if row is None:
        yield Finding(kind="wrong", reason="HeyGen never made this video", **names)
    elif job.ended:
        yield from _believed(job, row, ledger, rules, names)
    elif row.outcome and ledger.now - (row.terminal_at or 0.0) >= rules.grace_s:
        yield Finding(kind="stuck", reason=f"says {job.status}; HeyGen ended it: {row.outcome}", **names)


def _believed(job: Job, row: Truth, ledger: Ledger, rules: Rules, names: Mapping[str, str | None]) -> Iterator[Finding]:
    if row.outcome is None:
        yield Finding(kind="forged accepted", reason=f"says {job.status}; HeyGen has not ended it", **names)
        return
    known_s = _known_after_s(job, {row.video_id: row}, ledger, agreed=False)
    if known_s is not None and known_s < -TOLERANCE_S:
        reason = f"said {job.status} {-known_s:.1f} s before HeyGen ended it as {row.outcome}"
        yield Finding(kind="forged accepted", reason=reason, **names)
    elif job.status != row.outcome:
        yield Finding(kind="wrong", reason=f"says {job.status}; HeyGen says {row.outcome}", **names)
    elif known_s is not None and rules.late_s is not None and known_s > rules.late_s:
        yield Finding(kind="late", reason=f"known {known_s:.1f} s after the end; {rules.late_s:g} s allowed", **names)


def _shared(owners: Mapping[str, list[Job]]) -> Iterator[Finding]:
    for video_id, jobs in owners.items():
        holders = [job.job for job in jobs if job.video_id == video_id]
        if len(holders) > 1:
            reason = f"held by {len(holders)} jobs: {', '.join(holders)}"
            yield Finding(kind="wrong", video_id=video_id, reason=reason)


def _known_after_s(job: Job, truth: Mapping[str, Truth], ledger: Ledger, *, agreed: bool = True) -> float | None:
    """Return the seconds from the end to the moment the client knew; None where they cannot be told."""
    row = truth.get(job.video_id or "")
    if row is None or row.terminal_at is None or job.known_at is None or not job.ended or not ledger.same_clock:
        return None
    if agreed and job.status != row.outcome:
        return None
    return job.known_at - row.terminal_at
